"""`jupyter errreport hook`: which kernels report their errors, and what makes one that does not."""

import argparse
import sys
from typing import Callable, Dict, List

from ..contract import URL_VARIABLE
from .kernels import installation
from .kernels.kernelspecs import Environment, ProbeError, Spec, all_specs, probe
from .kernels.server_extension import is_enabled


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    actions = parser.add_subparsers(dest="action", metavar="status|install|uninstall")
    actions.required = True
    actions.add_parser("status", help="say of every kernelspec whether its errors are caught")
    for name, text in (("install", "load the hook in kernels"), ("uninstall", "take away what install made")):
        action = actions.add_parser(name, help=text)
        where = action.add_mutually_exclusive_group()
        where.add_argument("--sys-prefix", action="store_true", help="kernels of this environment (the default)")
        where.add_argument("--user", action="store_true", help="all kernels of this user, of any environment")
        where.add_argument("--kernel", metavar="NAME", help="the kernels of one kernelspec's environment")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; the exit status."""
    actions: Dict[str, Callable[..., int]] = {"status": _status, "install": _install, "uninstall": _uninstall}
    try:
        return int(actions[args.action](args))
    except (ProbeError, installation.InstallationError) as error:
        print(f"jupyter errreport hook {args.action}: {error}", file=sys.stderr)
        return 1


def _status(args: argparse.Namespace) -> int:
    specs = all_specs()
    if not specs:
        print("No kernelspec is installed here: see 'jupyter kernelspec list'.")
        return 0
    width = max(len(spec.name) for spec in specs)
    is_watched = is_enabled()
    for spec in specs:
        print(f"{spec.name:<{width}}  {describe(spec, is_watched)}")
    print(
        "\nKernels that are caught report when they know where to: to a Jupyter server with the extension enabled"
        f"\n(jupyter server extension list), or to {URL_VARIABLE}. Of the others such a server reports the errors"
        "\nthat end a cell, when it is the one that started them."
    )
    return 0


def describe(spec: Spec, is_watched: bool) -> str:
    """One sentence on whether the errors of this kernelspec's kernels are caught.

    `is_watched` says whether a Jupyter server sees the errors of kernels without a hook.
    """
    without = "seen by the server only" if is_watched else "not seen"
    if spec.language.lower() != "python":
        return f"{without:<24} {spec.language} kernels have no hook"
    try:
        environment = probe(spec)
    except ProbeError as error:
        return f"{'not known':<24} {error}"
    missing = what_is_missing(environment)
    if not missing:
        return f"{'caught by hook':<24} {environment.startup[0]}"
    return f"{without:<24} {missing}; mend it: jupyter errreport hook install --kernel {spec.name}"


def what_is_missing(environment: Environment) -> str:
    """Why kernels of an environment are not caught; empty when they are."""
    if not environment.startup:
        return "its environment has no startup file of ours"
    if not environment.package:
        return "the startup file finds no jupyter_errreport"
    if not environment.requests:
        return "its environment has no requests"
    return ""


def _install(args: argparse.Namespace) -> int:
    written: List[str] = []
    if args.kernel:
        environment = probe(_spec(args.kernel))
        if not environment.requests:
            installation.install_requests(environment)
        written = installation.install(environment.prefix, with_package=not environment.installed)
    elif args.user:
        written = installation.install_for_user()
    else:
        written = installation.install(sys.prefix, with_package=False)
    print("\n".join(f"wrote {path}" for path in written))
    print("Kernels that start from now on are caught. Check with: jupyter errreport hook status")
    return 0


def _uninstall(args: argparse.Namespace) -> int:
    if args.kernel:
        removed = installation.uninstall(probe(_spec(args.kernel)).prefix)
    else:
        removed = installation.uninstall_for_user() if args.user else installation.uninstall(sys.prefix)
    print("\n".join(f"removed {path}" for path in removed) or "There was nothing to remove.")
    return 0


def _spec(name: str) -> Spec:
    for spec in all_specs():
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in all_specs()) or "none"
    raise ProbeError(f"there is no kernelspec {name!r} (there are: {known})")

"""`jupyter errreport ...`: the command and its sub-commands, each in a module of its own, imported when it is called.

The command runs in kernel-only environments too, where neither Tornado nor a database is installed.
"""

import argparse
import importlib
import sys
from typing import List, Optional

COMMANDS = {
    "backup": "copy a collector's database into a file, while it runs",
    "collector": "run the central collector",
    "deploy": "write the files with which a collector runs on a server of yours",
    "doctor": "say what keeps errors from arriving, and how to mend it",
    "hook": "see and mend which kernels report their errors",
    "mcp": "let an assistant read a collector (Model Context Protocol)",
    "migrate": "move a collector to another database, such as from SQLite to PostgreSQL",
    "preview": "show what at most would leave for the errors saved in a notebook",
    "publish": "send a notebook's code to its author's collector, which then shows errors in it",
    "purge": "erase a session, a notebook or what has a text in it from a collector's database",
    "restore": "make a collector's database anew from a backup",
    "scrub": "show what at most would leave of saved errors, for programs",
    "token": "create, list and revoke tokens of a collector",
}
_OWN_ARGUMENTS = ("collector",)
"""Commands that read their arguments themselves (traitlets)."""


def main(argv: Optional[List[str]] = None) -> int:
    """Run one sub-command; the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return _run(arguments)
    except ImportError as error:
        package = (error.name or "jupyter_errreport").split(".")[0]
        if package in ("jupyter_errreport", "errreport_collector"):  # ours: a mistake, not something to install
            raise
        if package in ("mcp", "mcp_types"):
            raise SystemExit(
                "jupyter errreport: this needs the SDK of the Model Context Protocol:"
                " pip install 'jupyter-errreport[mcp]'"
            ) from None
        raise SystemExit(
            f"jupyter errreport: {package} is not installed here. This environment has only the kernel's part; install"
            " all of it with: pip install jupyter-errreport (Python 3.10 or newer)"
        ) from None


def _run(arguments: List[str]) -> int:
    if arguments and arguments[0] in _OWN_ARGUMENTS:
        return int(_module(arguments[0]).main(arguments[1:]))
    from .. import __version__

    parser = argparse.ArgumentParser(
        prog="jupyter errreport", description="The errors that other people hit in shared notebooks."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
        if arguments[:1] == [name]:
            _module(name).add_arguments(command)
    known = parser.parse_args(arguments)
    return int(_module(known.command).run(known))


def _module(name: str):  # type: ignore[no-untyped-def]  # ModuleType hides what the module has
    return importlib.import_module(f"{__name__}.{name}")


if __name__ == "__main__":
    sys.exit(main())

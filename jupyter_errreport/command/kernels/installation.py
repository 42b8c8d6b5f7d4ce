"""Puts the startup file, and where the package is not installed the kernel's part of it, into an environment."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import List

from ...contract import CONNECTION_VARIABLE, URL_VARIABLE
from .kernelspecs import STARTUP_FILE, Environment

_PACKAGE = Path(__file__).resolve().parents[2]
KERNEL_PARTS = (
    "__init__.py",
    "address.py",
    "trial.py",
    "contract.py",
    "event.py",
    "message_template.py",
    "opt_out.py",
    "own_files.py",
    "slots.py",
    "source.py",
    "stdlib_names.py",
    "delivery",
    "kernel",
    "privacy",
)
"""What is copied: all that the hook imports of this package, and nothing that needs more than a kernel has."""

_STARTUP = """\
# Written by 'jupyter errreport hook install': tells the kernel's errors to whoever its owner configured, and does
# nothing otherwise. Taken away by 'jupyter errreport hook uninstall'. It leaves no name behind and raises nothing.
try:
    if any(map(__import__("os").environ.get, {variables!r})) or (
        "ErrReport" in get_ipython().config
    ):
        {path}__import__("jupyter_errreport.kernel.startup", fromlist=["load"]).load(get_ipython())
except Exception:
    pass
"""
# Last on the path, and only where nothing else answers to the name: it must not get before anything of the reader's.
_PATH = (
    'from_here = {folder!r}\n        __import__("importlib.util").util.find_spec("jupyter_errreport") or '
    '__import__("sys").path.append(from_here)\n        del from_here\n        '
)


class InstallationError(Exception):
    """Nothing was installed; the message says why and what to do."""


def install(prefix: str, with_package: bool) -> List[str]:
    """Write the startup file below `prefix`, and the kernel's part of the package; returns what was written."""
    return _install(Path(prefix) / "etc" / "ipython" / "startup", _copy_folder(Path(prefix)) if with_package else None)


def install_for_user() -> List[str]:
    """Write both for all kernels of this user, whichever environment they belong to."""
    return _install(_user_startup(), _copy_folder(Path.home() / ".local"))


def uninstall(prefix: str) -> List[str]:
    """Take away what `install` made below `prefix`; returns what was removed."""
    return _uninstall(Path(prefix) / "etc" / "ipython" / "startup", _copy_folder(Path(prefix)))


def uninstall_for_user() -> List[str]:
    """Take away what `install_for_user` made."""
    return _uninstall(_user_startup(), _copy_folder(Path.home() / ".local"))


def install_requests(environment: Environment) -> None:
    """Install requests, the one package that sending takes, into an environment. Raises `InstallationError`."""
    command = [environment.executable, "-m", "pip", "install", "--quiet", "requests"]
    print("installing requests into " + environment.prefix)
    if subprocess.run(command).returncode != 0:  # noqa: S603 - the environment that was named
        raise InstallationError(
            f"requests could not be installed into {environment.prefix}. Nothing was changed. Install it there in"
            " another way and try again."
        )


def _install(startup: Path, copy: "Path | None") -> List[str]:
    written = []
    try:
        if copy is not None:
            shutil.rmtree(str(copy), ignore_errors=True)
            for part in KERNEL_PARTS:
                _copy(_PACKAGE / part, copy / "jupyter_errreport" / part)
            written.append(str(copy / "jupyter_errreport"))
        startup.mkdir(parents=True, exist_ok=True)
        path = _PATH.format(folder=str(copy)) if copy is not None else ""
        (startup / STARTUP_FILE).write_text(
            _STARTUP.format(path=path, variables=(URL_VARIABLE, CONNECTION_VARIABLE)), encoding="utf-8"
        )
        return [*written, str(startup / STARTUP_FILE)]
    except OSError as error:
        raise InstallationError(f"{error.filename} can't be written: {error.strerror}. Are you its owner?") from None


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(str(source), str(target), ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(source), str(target))


def _uninstall(startup: Path, copy: Path) -> List[str]:
    removed = []
    try:
        if (startup / STARTUP_FILE).exists():
            (startup / STARTUP_FILE).unlink()
            removed.append(str(startup / STARTUP_FILE))
        if copy.exists():
            shutil.rmtree(str(copy))
            removed.append(str(copy))
            if not any(copy.parent.iterdir()):
                copy.parent.rmdir()
        return removed
    except OSError as error:
        raise InstallationError(f"{error.filename} can't be removed: {error.strerror}. Are you its owner?") from None


def _copy_folder(base: Path) -> Path:
    return base / "share" / "jupyter-errreport" / "hook"


def _user_startup() -> Path:
    ipython = os.environ.get("IPYTHONDIR")
    return (Path(ipython) if ipython else Path.home() / ".ipython") / "profile_default" / "startup"

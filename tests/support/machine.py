"""What tests need that a machine may lack: whether it is there, and the command that brings it.

A test says `@pytest.mark.needs("chromium")`. To add something, add it to `_NEEDS`.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.support.postgresql import find_binaries
from tests.support.runtimes import ROOT, find_python

PROXY = ROOT / ".venv" / "proxy" / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
"""A program for Node, which `make test` installs."""


@dataclass(frozen=True)
class Need:
    """One thing that a test can need."""

    name: str
    is_there: Callable[[], bool]
    brought_by: str
    """The command that brings it."""


def find_need(name: str) -> Need | None:
    """The need of this name; None for a name that nobody knows. `python3.7` and its like stand for that Python."""
    version = re.fullmatch(r"python(3\.\d+)", name)
    if version:
        number = version[1]
        return Need(name, lambda: find_python(number) is not None, f"pyenv install {number}")
    return next((need for need in _NEEDS if need.name == name), None)


def find_chromium() -> str | None:
    """The browser; None when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@lru_cache
def can_mount() -> bool:
    """Whether a file system may be mounted here."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True).returncode == 0
        if mounted:
            subprocess.run(["umount", folder], check=True)
    return mounted


@lru_cache
def has_irkernel() -> bool:
    """Whether there is an R that can be a kernel."""
    command = ["Rscript", "-e", "library(IRkernel)"]
    return shutil.which("Rscript") is not None and subprocess.run(command, capture_output=True).returncode == 0


def find_wheel() -> Path | None:
    """The wheel that ERRREPORT_WHEEL names, else the one in `dist`; None when it is not there."""
    named = os.environ.get("ERRREPORT_WHEEL")
    wheels = [Path(named).resolve()] if named else sorted((ROOT / "dist").glob("jupyter_errreport-*.whl"))
    return wheels[-1] if wheels and wheels[-1].is_file() else None


def package_folder() -> Path:
    """Where the `jupyter_errreport` that is tested lies."""
    spec = importlib.util.find_spec("jupyter_errreport")
    if spec is None or spec.origin is None:
        raise RuntimeError("jupyter_errreport can't be imported here: run `make test`")
    return Path(spec.origin).resolve().parent


def is_installed() -> bool:
    """Whether what is tested is an installed wheel, with its files for Jupyter and IPython, and not a checkout."""
    return package_folder().parent == Path(sysconfig.get_path("purelib")).resolve()


_NEEDS = (
    Need("IRkernel", has_irkernel, "apt-get install r-cran-irkernel"),
    Need("chromium", lambda: find_chromium() is not None, "apt-get install chromium"),
    Need("postgresql", lambda: find_binaries() is not None, "apt-get install postgresql"),
    Need("redis", lambda: shutil.which("redis-server") is not None, "apt-get install redis-server"),
    Need("nginx", lambda: shutil.which("nginx") is not None, "apt-get install nginx-light"),
    Need("caddy", lambda: shutil.which("caddy") is not None, "apt-get install caddy"),
    Need("fail2ban", lambda: shutil.which("fail2ban-regex") is not None, "apt-get install fail2ban"),
    Need("JupyterHub's proxy", lambda: PROXY.is_file(), "make test"),
    Need("systemd", lambda: shutil.which("systemd-analyze") is not None, "apt-get install systemd"),
    Need("a disk to fill", can_mount, "run as root, in a container with --privileged"),
    Need("wheel", lambda: find_wheel() is not None, "make wheel"),
    Need("installed wheel", is_installed, "make test"),
)

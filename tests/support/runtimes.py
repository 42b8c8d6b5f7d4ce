"""The environments in which kernels are tested: an IPython of each kind that users have, each in its own venv.

python -m tests.support.runtimes            # build those that this machine can build, and say what is missing
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNTIMES = Path(os.environ.get("ERRREPORT_RUNTIMES", ROOT / ".venv" / "runtimes"))
NEWEST_MINOR = 20
"""Up to which 3.x a newer Python is looked for."""


@dataclass(frozen=True)
class Runtime:
    """One environment: the Python that it needs and the packages that it pins."""

    name: str
    packages: tuple[str, ...]
    python: str = ""
    """Such as `3.7`; empty for the Python that runs the tests."""
    oldest: str = ""
    """Such as `3.11`: where the tests run on an older Python, this one is made with that one or a newer."""
    is_complete: bool = False
    """Whether the packages are all that there is to be: pip has nothing to find out then."""

    @property
    def base(self) -> str | None:
        """The interpreter that it is made with; None when this machine has none for it."""
        major, _, minor = self.oldest.partition(".")
        if not self.oldest or sys.version_info >= (int(major), int(minor)):
            return find_python(self.python)
        newer = (find_python(f"{major}.{number}") for number in range(int(minor), NEWEST_MINOR + 1))
        return next((found for found in newer if found), None)

    @property
    def needed_python(self) -> str:
        """The version to bring when there is no `base`."""
        return self.python or self.oldest

    @property
    def directory(self) -> Path:
        return RUNTIMES / self.name

    @property
    def executable(self) -> Path:
        return self.directory / "bin" / "python"

    @property
    def is_ready(self) -> bool:
        return self._stamp.exists() and self._stamp.read_text() == self._recipe()

    @property
    def _stamp(self) -> Path:
        return self.directory / "errreport-recipe"

    def _recipe(self) -> str:
        return hashlib.sha256(json.dumps([self.packages, self.python, sys.version]).encode()).hexdigest()

    def build(self) -> bool:
        """Make the venv unless it is there; False when this machine has no Python for it."""
        with self._alone():
            return self.is_ready or self._build()

    def _build(self) -> bool:
        base = self.base
        if base is None:
            return False
        print(f"  building {self.name} ({', '.join(self.packages[:2])}) ...", flush=True)
        started = time.monotonic()
        shutil.rmtree(self.directory, ignore_errors=True)
        subprocess.run([base, "-m", "venv", self.directory], check=True)
        self._pip_install(*(["--no-deps"] if self.is_complete else []), *self.packages)
        self._stamp.write_text(self._recipe())
        print(f"  building {self.name}: done after {time.monotonic() - started:.0f} s", flush=True)
        return True

    def install(self, wheel: Path) -> None:
        """Install this very wheel, without its dependencies, unless it is there already."""
        content = hashlib.sha256(wheel.read_bytes()).hexdigest()
        stamp = self.directory / "errreport-wheel"
        with self._alone():
            if stamp.exists() and stamp.read_text() == content:
                return
            stamp.unlink(missing_ok=True)
            self._pip_install("--no-deps", "--force-reinstall", str(wheel))
            stamp.write_text(content)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of all processes only this one changes the environment."""
        RUNTIMES.mkdir(parents=True, exist_ok=True)
        with (RUNTIMES / f"{self.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _pip_install(self, *arguments: str) -> None:
        # Not compiled: few of the modules are ever imported, and those are when they are.
        pip = [str(self.executable), "-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-compile"]
        done = subprocess.run([*pip, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise RuntimeError(f"{self.name}: pip install {' '.join(arguments)} failed:\n{done.stdout}")


def find_python(version: str) -> str | None:
    """An interpreter of this version, from PATH or pyenv; None when there is none."""
    if not version:
        return sys.executable
    on_path = shutil.which(f"python{version}")
    if on_path and subprocess.run([on_path, "-c", ""], capture_output=True).returncode == 0:
        return on_path
    for root in (os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv", "/root/.pyenv"):
        for found in sorted(Path(root).glob(f"versions/{version}.*/bin/python")) if root else ():
            return str(found)
    return None


ALL = (
    Runtime(
        "ipython9",
        ("ipython==9.*", "ipykernel==7.*", "requests", "ipywidgets==8.*", "notebook-error-reporter==0.1.1"),
        oldest="3.11",
    ),
    Runtime("ipython8", ("ipython==8.*", "ipykernel==6.*", "requests", "ipywidgets==8.*")),
    # What Colab ships (Python 3.13 there).
    Runtime(
        "ipython7",
        (
            "ipython==7.34.0",
            "ipykernel==6.17.1",
            "jupyter_client==7.4.9",
            "requests",
            "ipywidgets==7.7.1",
            "setuptools<81",
        ),
    ),
    # The legacy Colab.
    Runtime(
        "ipython5",
        (
            "ipython==5.5.0",
            "ipykernel==4.10.1",
            "tornado==5.1.1",
            "requests==2.23.0",
            "traitlets==4.3.3",
            "ipython_genutils",
            "jupyter_client<6",
            "notebook-error-reporter==0.1.1",
            "typing_extensions",  # which notebook-error-reporter needs on Python 3.7 without saying so
        ),
        python="3.7",
    ),
)
# For tests/live only: the IPython of today with the libraries of which cells fail there.
LIBRARIES = Runtime(
    "libraries",
    tuple((ROOT / "tests" / "live" / "requirements.txt").read_text().splitlines()),
    python="3.12",
    is_complete=True,
)
# For tests/grouping only: Python, IPython and the libraries as they were years ago, to be compared with `LIBRARIES`.
OLD_LIBRARIES = Runtime(
    "old-libraries",
    (
        "ipython==7.34.0",
        "ipykernel==6.16.2",
        "requests",
        "numpy==1.21.6",
        "pandas==1.3.5",
        "scipy==1.7.3",
        "scikit-learn==1.0.2",
        "matplotlib==3.5.3",
    ),
    python="3.7",
)
# Kernels of another environment, in which nothing of ours is installed.
PLAIN = Runtime("plain", ("ipykernel==7.*", "bash_kernel"))
# Programs that run notebooks without a front end.
RUNNERS = Runtime("runners", ("ipykernel==7.*", "papermill", "voila", "requests"), oldest="3.10")
# What takes longest to build comes first.
BY_NAME = {runtime.name: runtime for runtime in (LIBRARIES, OLD_LIBRARIES, RUNNERS, *ALL, PLAIN)}


def main() -> int:
    """Build all, as many at once as there are cores; 0 even when one can't be built: the tests say so by name."""
    print(f"Preparing the environments with other IPythons in {RUNTIMES}", flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        built = list(pool.map(Runtime.build, BY_NAME.values()))
    for runtime, is_there in zip(BY_NAME.values(), built, strict=True):
        if not is_there:
            version = runtime.needed_python
            print(f"  {runtime.name}: no Python {version} on this machine (pyenv install {version})")
    return 0


if __name__ == "__main__":
    sys.exit(main())

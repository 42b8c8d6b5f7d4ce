"""What is installed, and so is code: the standard library and the files that distributions brought.

Not what merely lies there: a file that was copied among the packages or into one, an editable checkout, a generated
module; nor what a path leads to by way of the packages (`site-packages/../../home/…`, a link).
"""

import base64
import hashlib
import os
import re
import sys
import sysconfig
from functools import lru_cache
from typing import Dict, Iterator, List, Optional, Tuple

from ..stdlib_names import STDLIB_NAMES

_PACKAGES = re.compile(r"(.*[/\\](?:site|dist)-packages)[/\\]", re.DOTALL)
_METADATA = re.compile(r"(.+?)(?:-[^-]*)?(?:-py[\d.]+)?\.(?:dist-info|egg-info)\Z")
_FILE_LIMIT = 20_000_000
_EXTENSION = re.compile(r"\.(?:py|pyx|pxd|pxi|pyc|so|pyd)\Z|\.(?:cpython|cp|abi)[-\w]*\.(?:so|pyd)\Z")
_FURTHER = ("site", "sitecustomize", "this", "antigravity", "turtle", "turtledemo", "idlelib", "test")
"""Modules in the standard library's directory that are no names for a cell to import."""
_CYTHON = (".pyx", ".pxi", ".pxd")


def is_cython(filename: str) -> bool:
    """Whether this is a source of Cython's, whose compiled code raises without saying so."""
    return filename.endswith(_CYTHON)


def normal(path: str) -> str:
    """A path with `/` and, on Windows, in lower case: to compare with."""
    return os.path.normcase(path).replace("\\", "/")


def _standard_library_directories() -> Tuple[str, ...]:
    """The real directories of the standard library, each with a final separator."""
    paths = [sysconfig.get_path(key) for key in ("stdlib", "platstdlib")]
    real = [normal(os.path.realpath(path)).rstrip("/") + "/" for path in paths if path]
    return tuple(dict.fromkeys(real))


_STANDARD_LIBRARY = _standard_library_directories()
_paths: Dict[str, Optional[str]] = {}
_brought: Dict[Tuple[str, str], List[str]] = {}
"""For a folder of packages and a top-level name, the metadata of distributions that were found to have files of it."""


def installed_path(filename: str) -> Optional[str]:
    """The path of a file inside its installed package or the standard library, with `/`; None for any other file."""
    if filename not in _paths:
        if len(_paths) > 2_000:
            _paths.clear()
        _paths[filename] = _installed_path(filename)
    return _paths[filename]


def _installed_path(filename: str) -> Optional[str]:
    if not os.path.isabs(filename):
        # Cython gives the path of its source inside the package, relative to nothing that exists here.
        return _compiled_path(filename.replace("\\", "/")) if is_cython(filename) else None
    try:
        directory, name = os.path.split(filename)
        here = os.path.join(_real_directory(directory), name)
        real = os.path.realpath(here) if os.path.islink(here) or name in ("", ".", "..") else here
    except (OSError, ValueError):  # a null byte, a loop of links: code that `exec` made can bear any name
        return None
    if not _exists(real):
        return None
    package = _PACKAGES.match(real)
    if package:
        inside = real[package.end() :].replace("\\", "/")
        return inside if _is_brought(package.group(1), inside) else None
    package = _PACKAGES.match(here)
    if package:  # a link that leads out of the packages: uv can install so, from its cache
        inside = here[package.end() :].replace("\\", "/")
        return inside if _is_brought(package.group(1), inside, _record_of(real)) else None
    compared = normal(real)
    for directory in _STANDARD_LIBRARY:
        if compared.startswith(directory):
            inside = real[len(directory) :].replace("\\", "/")
            return inside if _is_of_the_standard_library(inside) else None
    return None


@lru_cache(maxsize=256)
def _real_directory(path: str) -> str:
    return os.path.realpath(path)


def _exists(path: str) -> bool:
    """Whether the file is there, or what was compiled from it."""
    return os.path.exists(path) or (path.endswith(".py") and os.path.exists(path + "c"))


def _is_of_the_standard_library(inside: str) -> bool:
    """Whether a path in its directory is that of one of Python's modules, not of one that was put there."""
    first = inside.split("/", 1)[0]
    name = _EXTENSION.sub("", first)
    return first == "lib-dynload" or name in STDLIB_NAMES or name in _FURTHER or name.startswith("_sysconfigdata_")


def _compiled_path(path: str) -> Optional[str]:
    """A relative Cython source as it is when its top-level package is installed and loaded."""
    parts = path.split("/")
    if os.path.exists(path) or ".." in parts:  # that of somebody who compiles here
        return None
    for index, part in enumerate(parts[:4]):
        module = sys.modules.get(part)
        origin = getattr(module, "__file__", None) if module is not None else None
        if type(origin) is str and installed_path(origin) is not None:
            return "/".join(parts[index:])
    # `hashtable_class_helper.pxi` alone, or a folder of the build (`lib/…`): the name is its author's.
    return parts[-1] if _CYTHON_NAME.match(parts[-1]) and len(parts) == 1 else None


_CYTHON_NAME = re.compile(r"[a-z_]{1,60}\.p(?:yx|xi|xd)\Z")


def _record_of(path: str) -> str:
    """What a RECORD says of a file with this content."""
    digest = hashlib.sha256(read(path)).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=") + ","


def _is_brought(folder: str, inside: str, record: str = "") -> bool:
    """Whether a distribution in `folder` brought the file `inside` it; with `record`, with this content."""
    top = inside.split("/", 1)[0]
    known = _brought.setdefault((normal(folder), top), [])
    if any(_has_file(metadata, inside, top, record) for metadata in known):
        return True
    for metadata in _metadata_in(folder, top):
        if metadata not in known and _has_file(metadata, inside, top, record):
            known.append(metadata)
            return True
    return False


def _metadata_in(folder: str, top: str) -> Iterator[str]:
    """The metadata beside a package: of distributions that are called like it first, as most are."""
    try:
        entries = os.listdir(folder)
    except OSError:  # a zip file on the path, or no permission: no evidence
        return
    wanted = _canonical(_EXTENSION.sub("", top))
    found = [(entry, match.group(1)) for entry in entries for match in [_METADATA.match(entry)] if match]
    found.sort(key=lambda pair: _canonical(pair[1]) != wanted)
    for entry, _distribution in found:
        yield os.path.join(folder, entry)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _has_file(metadata: str, inside: str, top: str, record: str) -> bool:
    """Whether the metadata of a distribution lists a file; where it lists none, the file's package or module."""
    listed = _lines_of(os.path.join(metadata, "RECORD"))
    if listed:
        files = [inside] + ([inside + "c"] if inside.endswith(".py") and not record else [])
        return _bytes("\n" + top) in listed and any(_entry(file) + _bytes(record) in listed for file in files)
    if record:
        return False
    listed = _lines_of(os.path.join(metadata, "installed-files.txt"))
    if listed:
        return any(_bytes(f"\n../{inside}{end}") in listed for end in ("\n", "\r"))
    # As Debian and old versions of conda install: the system's package manager has the list.
    name = _EXTENSION.sub("", top)
    tops = _lines_of(os.path.join(metadata, "top_level.txt"))
    if tops:
        return any(_bytes(f"\n{name}{end}") in tops for end in ("\n", "\r"))
    called = _METADATA.match(os.path.basename(metadata))
    return called is not None and _canonical(called.group(1)) == _canonical(name)


def _entry(file: str) -> bytes:
    """How the line of a RECORD begins that has this file."""
    return _bytes(f'\n"{file}",' if "," in file else f"\n{file},")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@lru_cache(maxsize=16)
def _lines_of(path: str) -> bytes:
    """A list of files between line breaks; empty when there is none."""
    text = read(path)
    return b"\n" + text + b"\n" if text.strip() else b""


def read(path: str) -> bytes:
    """The bytes of a file; none when it can't be read or is larger than 20 MB."""
    try:
        with open(path, "rb") as file:
            return file.read(_FILE_LIMIT)
    except (OSError, ValueError):
        return b""

"""What is installed, and so is code: the standard library and the packages of distributions.

Not what merely lies on the path: a file that was copied beside the packages, an editable checkout, a generated module.
"""

import os
import re
import sys
import sysconfig
from typing import Dict, List, Optional, Tuple

_PACKAGES = re.compile(r"(.*[/\\](?:site|dist)-packages)[/\\]", re.DOTALL)
_METADATA = re.compile(r"(.+?)(?:-[^-]*)?(?:-py[\d.]+)?\.(?:dist-info|egg-info)\Z")
_FILE_LIMIT = 20_000_000
_EXTENSION = re.compile(r"\.(?:py|pyx|pxd|pxi|pyc|so|pyd)\Z|\.(?:cpython|cp|abi)[-\w]*\.(?:so|pyd)\Z")


def normal(path: str) -> str:
    """A path with `/` and, on Windows, in lower case: to compare with."""
    return os.path.normcase(path).replace("\\", "/")


def _standard_library_directories() -> Tuple[str, ...]:
    """Directories of the standard library, as written and as resolved, each with a final separator."""
    found: List[str] = []
    for key in ("stdlib", "platstdlib"):
        directory = sysconfig.get_path(key)
        for path in (directory, directory and os.path.realpath(directory)):
            if path and normal(path) not in found:
                found.append(normal(path))
    return tuple(path.rstrip("/") + "/" for path in found)


_STANDARD_LIBRARY = _standard_library_directories()
_paths: Dict[str, Optional[str]] = {}
_known: Dict[Tuple[str, str], bool] = {}
"""For a folder of packages and a top-level name, whether a distribution says that it brought it."""


def installed_path(filename: str) -> Optional[str]:
    """The path of a file inside its installed package or the standard library, with `/`; None for any other file."""
    if filename not in _paths:
        if len(_paths) > 2_000:
            _paths.clear()
        _paths[filename] = _installed_path(filename)
    return _paths[filename]


def _installed_path(filename: str) -> Optional[str]:
    package = _PACKAGES.match(filename)
    if package:
        inside = filename[package.end() :].replace("\\", "/")
        return inside if _is_of_a_distribution(package.group(1), inside.split("/")[0]) and _exists(filename) else None
    compared = normal(filename)
    for directory in _STANDARD_LIBRARY:
        if compared.startswith(directory):
            return filename[len(directory) :].replace("\\", "/") if _exists(filename) else None
    # Cython gives the path of its source inside the package, relative to nothing that exists here.
    if filename.endswith((".pyx", ".pxi", ".pxd")) and not os.path.isabs(filename):
        return _compiled_path(filename.replace("\\", "/"))
    return None


def _exists(filename: str) -> bool:
    """Whether the file is there, or what was compiled from it: code that `exec` made can bear any name."""
    return os.path.exists(filename) or (filename.endswith(".py") and os.path.exists(filename + "c"))


def _compiled_path(filename: str) -> Optional[str]:
    """A relative Cython source as it is when its top-level package is installed and loaded."""
    parts = filename.split("/")
    for index, part in enumerate(parts[:4]):
        module = sys.modules.get(part)
        origin = getattr(module, "__file__", None) if module is not None else None
        if type(origin) is str and installed_path(origin) is not None:
            return "/".join(parts[index:])
    # `hashtable_class_helper.pxi` alone, or a folder of the build (`lib/…`): the name is its author's.
    return parts[-1] if _CYTHON_NAME.match(parts[-1]) and len(parts) == 1 else None


_CYTHON_NAME = re.compile(r"[a-z_]{1,60}\.p(?:yx|xi|xd)\Z")


def _is_of_a_distribution(folder: str, top: str) -> bool:
    """Whether a distribution in `folder` brought the package or module `top`."""
    key = (normal(folder), top)
    if key not in _known:
        _known[key] = _search(folder, _EXTENSION.sub("", top), top)
    return _known[key]


def _search(folder: str, name: str, top: str) -> bool:
    """Look for `top` in the metadata beside it: by the distribution's name, then in the lists of files."""
    try:
        entries = os.listdir(folder)
    except OSError:  # a zip file on the path, or no permission: no evidence
        return False
    metadata = [(entry, match.group(1)) for entry in entries for match in [_METADATA.match(entry)] if match]
    wanted = _canonical(name)
    # Most distributions are called like their package: theirs are read first.
    metadata.sort(key=lambda found: _canonical(found[1]) != wanted)
    return any(_lists(os.path.join(folder, entry), name, top) for entry, _distribution in metadata)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _lists(metadata: str, name: str, top: str) -> bool:
    """Whether the list of files or of top-level names in a distribution's metadata has `top`."""
    for file, patterns in (
        ("RECORD", (top + "/", top + ",")),
        ("top_level.txt", (name + "\n", name + "\r\n")),
        ("installed-files.txt", ("../" + top + "/", "../" + top + "\n")),
    ):
        text = b"\n" + read(os.path.join(metadata, file)) + b"\n"
        if any(b"\n" + pattern.encode("utf-8", "replace") in text for pattern in patterns):
            return True
    return False


def read(path: str) -> bytes:
    """The bytes of a file; none when it can't be read or is larger than 20 MB."""
    try:
        with open(path, "rb") as file:
            return file.read(_FILE_LIMIT)
    except (OSError, ValueError):
        return b""

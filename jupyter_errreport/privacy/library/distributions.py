"""The files that a distribution brought in which a message may stand: sources, extension modules, bundled libraries."""

import os
import re
from itertools import takewhile
from typing import Dict, Generator, List, Tuple

from ..installed import read
from .binaries import is_binary

_PACKAGES = re.compile(r"(.*[/\\](?:site|dist)-packages)[/\\]([^/\\]{1,200})", re.DOTALL)
_METADATA = re.compile(r"([^/]{1,200}?)-[^-/]{1,100}\.dist-info\Z")
_SPEAKS = re.compile(r"(?i:err|exc|msg|messag|valid|warn|text|string|check)[^/\\]{0,40}\Z")
"""A file that is likely to hold words."""
_listed: Dict[Tuple[str, str], List[str]] = {}
"""For a folder of packages and a top-level name, the files of the distribution, as its RECORD has them."""


def files_near(filename: str) -> Generator[None, None, List[str]]:
    """Sources and compiled files of the distribution that an installed file belongs to, the nearest to it first.

    Of the standard library the file alone.
    """
    place = _PACKAGES.match(filename)
    if place is None:
        return [filename]
    folder, top = place.groups()
    if (folder, top) not in _listed:
        if len(_listed) > 50:
            _listed.clear()
        _listed[folder, top] = yield from _files_of(folder, top)
    near = os.path.dirname(filename)
    return sorted(
        _listed[folder, top],
        key=lambda path: (
            path != filename,
            -_common_folders(near, os.path.dirname(path)) - (2 if _SPEAKS.search(path) else 0),
            path,
        ),
    )


def _common_folders(folder: str, other: str) -> int:
    """How many folders two paths have in common from their beginning on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(folder.split(os.sep), other.split(os.sep))))


def _files_of(folder: str, top: str) -> Generator[None, None, List[str]]:
    """What the list of files names that has `top` in it; that of the distribution with the same name is read first."""
    try:
        entries = os.listdir(folder)
    except OSError:  # a zip file on the path, or no permission
        return []
    named = [(match.group(1), entry) for entry in entries for match in [_METADATA.match(entry)] if match]
    wanted = _canonical(top.split(".")[0])
    for _, entry in sorted(named, key=lambda found: (_canonical(found[0]) != wanted, found)):
        yield
        record = read(os.path.join(folder, entry, "RECORD")).decode("utf-8", "replace")
        if f"\n{top}/" in "\n" + record or f"\n{top}," in "\n" + record:
            paths = (line.split(",", 1)[0].strip('"') for line in record.splitlines())
            kept = [path for path in paths if (is_binary(path) or path.endswith(".py")) and ".." not in path]
            return [os.path.join(folder, *path.split("/")) for path in kept]
    return []


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

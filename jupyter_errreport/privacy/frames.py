"""Where code stands: file names without directories of the user's, function names that are names."""

import os
import re
import sysconfig
from typing import List, Optional, Tuple

from ..event import FRAME_LIMIT, FrameSnapshot, TracebackDetailsType
from ..stdlib_names import STDLIB_NAMES
from .patterns import hide_patterns

_PACKAGE_DIRECTORY = re.compile(r".*[/\\](?:site|dist)-packages[/\\]", re.DOTALL)
_FROZEN = re.compile(r"<frozen ([\w.]{1,60})>\Z")
_STANDARD_PSEUDO_FILES = ("<string>", "<stdin>", "<unknown>")
_OWN_FILE = re.compile(r"[A-Za-z_][\w-]{0,80}\.(?:py|pyw|pyx|ipynb|ipy)\Z")
_SPECIAL_FUNCTIONS = frozenset(("<module>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"))


def _standard_library_directories() -> Tuple[str, ...]:
    """Directories of the standard library, as written and as resolved, each with a final separator."""
    found: List[str] = []
    for key in ("stdlib", "platstdlib"):
        directory = sysconfig.get_path(key)
        for path in (directory, directory and os.path.realpath(directory)):
            if path and _normal(path) not in found:
                found.append(_normal(path))
    return tuple(path.rstrip("/") + "/" for path in found)


def _normal(path: str) -> str:
    return os.path.normcase(path).replace("\\", "/")


_STANDARD_LIBRARY = _standard_library_directories()


def public_filename(filename: str, cell: Optional[int] = None) -> str:
    """A file as it may leave: `<cell 12>`, the path inside an installed package, or a bare name; never a directory."""
    if cell is not None:
        return f"<cell {cell}>"
    if filename.startswith("<"):
        frozen = _FROZEN.match(filename)
        known = frozen and frozen.group(1).split(".")[0].lstrip("_") in STDLIB_NAMES
        return filename if known or filename in _STANDARD_PSEUDO_FILES else "<generated>"
    package = _PACKAGE_DIRECTORY.match(filename)
    if package:
        return filename[package.end() :].replace("\\", "/")
    normal = _normal(filename)
    for directory in _STANDARD_LIBRARY:
        if normal.startswith(directory):
            return filename[len(directory) :].replace("\\", "/")
    bare = re.split(r"[/\\]", filename)[-1]
    return hide_patterns(bare) if _OWN_FILE.match(bare) else "<file>"


def public_function(name: str) -> str:
    """A function's name as it may leave; IPython's names for a cell's own level become Python's `<module>`."""
    if name.isidentifier() or name in _SPECIAL_FUNCTIONS:
        return name
    # IPython 8 names a cell's code `<cell line: 3>`, IPython 7 wraps one that awaits in `async-def-wrapper`.
    if name.startswith("<cell line: ") or name == "async-def-wrapper":
        return "<module>"
    return "<function>"


def public_traceback(frames: Tuple[FrameSnapshot, ...]) -> List[TracebackDetailsType]:
    """The frames of a snapshot as the lines of a traceback, outermost first; at most 50."""
    lines: List[TracebackDetailsType] = []
    for frame in frames[:FRAME_LIMIT]:
        filename = public_filename(frame.code.co_filename, frame.cell)
        lines.append({"filename": filename, "fun_name": public_function(frame.code.co_name), "lineno": frame.lineno})
    return lines

"""Where code stands: file names without directories of the user's, function names that are names."""

import re
from typing import Callable, Iterator, Optional, Sequence

from ..contract import FRAME_LIMIT
from ..event import FrameSnapshot, TracebackDetailsType
from ..stdlib_names import STDLIB_NAMES
from .evidence import CodeOfKernel
from .installed import installed_path
from .shapes.patterns import hide_patterns

_FROZEN = re.compile(r"<frozen ([\w.]{1,60})>\Z")
_STANDARD_PSEUDO_FILES = ("<string>", "<stdin>", "<unknown>")
_OWN_FILE = re.compile(r"[A-Za-z_][\w-]{0,80}\.(?:py|pyw|pyx|ipynb|ipy)\Z")
_UNNAMED = ("<module>", "<function>")
_SPECIAL_FUNCTIONS = frozenset(("<module>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"))


def public_filename(filename: str, cell: Optional[int], is_known: Callable[[str], bool]) -> str:
    """A file as it may leave: `<cell 12>`, the path inside an installed package, or a bare name; never a directory.

    `is_known` tells of a file of the user's whether its bare name stands in code.
    """
    if cell is not None:
        return f"<cell {cell}>"
    if filename.startswith("<"):
        frozen = _FROZEN.match(filename)
        known = frozen and frozen.group(1).split(".")[0].lstrip("_") in STDLIB_NAMES
        return filename if known or filename in _STANDARD_PSEUDO_FILES else "<generated>"
    inside = installed_path(filename)
    if inside is not None:
        return inside
    bare = re.split(r"[/\\]", filename)[-1]
    return hide_patterns(bare) if _OWN_FILE.match(bare) and is_known(filename) else "<file>"


def public_function(name: str, is_true: bool) -> str:
    """A function's name as it may leave; IPython's names for a cell's own level become Python's `<module>`.

    `is_true` tells whether the name stands in the function's source.
    """
    if name in _SPECIAL_FUNCTIONS or (is_true and name.isidentifier()):
        return name
    # IPython 8 names a cell's code `<cell line: 3>`, IPython 7 wraps one that awaits in `async-def-wrapper`.
    if name.startswith("<cell line: ") or name == "async-def-wrapper":
        return "<module>"
    return "<function>"


def public_frame(frame: FrameSnapshot, code: CodeOfKernel) -> TracebackDetailsType:
    """One frame of a snapshot as a line of a traceback."""
    function = public_function(frame.code.co_name, code.has_true_name(frame.code, frame.cell is not None))
    if frame.cell_of_file and function in _UNNAMED:
        function = f"<cell {frame.cell_of_file}>"
    return {
        "filename": public_filename(frame.code.co_filename, frame.cell, code.is_known_file),
        "fun_name": function,
        "lineno": frame.lineno,
    }


def public_traceback(frames: Sequence[FrameSnapshot], code: CodeOfKernel) -> Iterator[TracebackDetailsType]:
    """The frames of a snapshot as the lines of a traceback, outermost first; at most 50."""
    for frame in frames[:FRAME_LIMIT]:
        yield public_frame(frame, code)

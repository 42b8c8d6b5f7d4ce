"""What is known of an error by what was told of it, and not by its traceback: frames without code, a last word."""

import re
from types import CodeType, TracebackType
from typing import Any, Callable, Iterator, Optional, Tuple

from ..event import FrameSnapshot
from ..slots import name_of_class
from .cells import CellPlace
from .modules import module_of

TEXT_TAKEN = 4_000
TOLD_LIMIT = 10
"""Frames of another process that are taken, the innermost ones."""
REMOTE_TAKEN = 100_000
"""Characters of the end of a remote traceback's text that are looked at."""

_HEADER = "Traceback (most recent call last):\n"
_LINE = re.compile(r'  File "(.{1,1000})", line (\d{1,9}), in (.{1,200})\Z')
_REMOTE = ("_RemoteTraceback", "RemoteTraceback")
_filename: Callable[[Any], Any] = SyntaxError.__dict__["filename"].__get__
_lineno: Callable[[Any], Any] = SyntaxError.__dict__["lineno"].__get__
_cause: Callable[[Any], Any] = BaseException.__dict__["__cause__"].__get__
_attributes: Callable[[Any], Any] = BaseException.__dict__["__dict__"].__get__
_EMPTY = compile("", "<told>", "exec")

PlaceOf = Callable[[str], Optional[CellPlace]]


def told_frames(error: BaseException, message: Optional[str], place_of: PlaceOf) -> Tuple[FrameSnapshot, ...]:
    """The place that a syntax error names, or those where another process failed; the innermost ones.

    `message` is the error's own, with which the text of a remote traceback ends.
    """
    if issubclass(type(error), SyntaxError):
        filename, lineno = _filename(error), _lineno(error)
        if type(filename) is not str or filename[:1] == "<" or type(lineno) is not int or place_of(filename):
            return ()
        return (_frame(filename, "<module>", lineno, place_of),)
    return tuple(_remote_frames(error, message, place_of))[-TOLD_LIMIT:]


def _remote_frames(error: BaseException, message: Optional[str], place_of: PlaceOf) -> Iterator[FrameSnapshot]:
    """What multiprocessing, concurrent.futures and joblib set as the cause: the worker's traceback as text.

    Only lines between the last header and the error's own message count: what a message holds is data, even where it
    looks like a traceback.
    """
    cause = _cause(error)
    if cause is None or name_of_class(type(cause)) not in _REMOTE or message is None or len(message) >= TEXT_TAKEN:
        return
    attributes = _attributes(cause)
    text = attributes.get("tb") if type(attributes) is dict else None
    if type(text) is not str:
        return
    told = text[-REMOTE_TAKEN:].rstrip('"\n')
    own = message.rstrip('"\n')
    if not told.endswith(own):
        return
    for line in told[: len(told) - len(own)].rpartition(_HEADER)[2].split("\n"):
        if line[:2] != "  ":
            return
        found = _LINE.match(line)
        if found is not None:
            yield _frame(found.group(1), found.group(3), int(found.group(2)), place_of)


def _frame(filename: str, name: str, lineno: int, place_of: PlaceOf) -> FrameSnapshot:
    place = place_of(filename)
    return FrameSnapshot(
        code=_code((place.file if place is not None else "") or filename, name),
        lineno=lineno + (place.lines_before if place is not None else 0),
        lasti=-1,
        module=None,
        cell=place.execution_count if place is not None and not place.file else None,
        values={},
    )


def _code(filename: str, name: str) -> CodeType:
    """A code object that does nothing, in the place of one that is not here."""
    code: Any = _EMPTY
    if hasattr(code, "co_qualname"):
        return code.replace(co_filename=filename, co_name=name, co_qualname=name)  # type: ignore[no-any-return]
    if hasattr(code, "replace"):
        return code.replace(co_filename=filename, co_name=name)  # type: ignore[no-any-return]
    return _made_on_37(code, filename, name)


def with_filename(code: Any, filename: str) -> CodeType:
    """The same code, said to stand in another file."""
    if hasattr(code, "replace"):
        return code.replace(co_filename=filename)  # type: ignore[no-any-return]
    return _made_on_37(code, filename, code.co_name)


def _made_on_37(code: Any, filename: str, name: str) -> CodeType:
    made: Any = CodeType
    counts = (code.co_argcount, code.co_kwonlyargcount, code.co_nlocals, code.co_stacksize, code.co_flags)
    parts = (code.co_code, code.co_consts, code.co_names, code.co_varnames, filename, name)
    places = (code.co_firstlineno, code.co_lnotab, code.co_freevars, code.co_cellvars)
    return made(*counts, *parts, *places)  # type: ignore[no-any-return]


def said_before_exit(error: BaseException, traceback: Optional[TracebackType]) -> Optional[str]:
    """What argparse printed before it left: of its SystemExit only the status is known. None for all else."""
    if not issubclass(type(error), SystemExit) or traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    if frame.f_code.co_name != "exit" or module_of(frame) != "argparse":
        return None
    message = frame.f_locals.get("message")
    return message[:TEXT_TAKEN].strip() if type(message) is str else None

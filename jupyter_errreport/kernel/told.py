"""What is known of an error by what was told of it, and not by its traceback: frames without code, a last word."""

import os
import re
from types import TracebackType
from typing import Any, Callable, Iterator, Optional, Tuple

from ..event import FrameSnapshot
from .cells import CellPlace
from .modules import module_of
from .named_code import NO_CODE, code_named
from .remote import Remote

TEXT_TAKEN = 4_000
TOLD_LIMIT = 10
"""Frames of another process that are taken, the innermost ones."""
REMOTE_TAKEN = 100_000
"""Characters of the end of a remote traceback's text that are looked at."""

_HEADER = "Traceback (most recent call last):\n"
_LINE = re.compile(r'  File "(.{1,1000})", line (\d{1,9}), in (.{1,200})\Z')
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")
_SHOWN = re.compile(
    r"(?:File )?(?:(?P<cell>Cell In ?\[\d{1,9}\]|Input In \[\d{1,9}\]|<ipython-input-\d{1,9}-[^>]{1,60}>)"
    r"|(?P<file>[~/.\\\w][^\n]{0,999}?\.\w{1,4})(?::(?P<line>\d{1,9}))?)"
    r"(?:, line (?P<line_of_cell>\d{1,9}))?(?:,? in (?P<name>[\w.<>]{1,200})[^\n]{0,1000})?\Z"
)
"""How IPython begins a frame, since 5; the name of a cell of another kernel says nothing here."""
_ARROW = re.compile(r"-{1,5}> ?(\d{1,9}) ")
_filename: Callable[[Any], Any] = SyntaxError.__dict__["filename"].__get__
_lineno: Callable[[Any], Any] = SyntaxError.__dict__["lineno"].__get__

PlaceOf = Callable[[str], Optional[CellPlace]]


def told_frames(
    error: BaseException,
    message: Optional[str],
    place_of: PlaceOf,
    remote: Optional[Remote] = None,
    magic_cell: Optional[int] = None,
) -> Tuple[FrameSnapshot, ...]:
    """The place that a syntax error names, or those where another process failed; the innermost ones.

    `message` is the error's own, with which the text of a remote traceback ends. `magic_cell` is the number of the cell
    that runs, if what another kernel runs is its text from the second line on.
    """
    if issubclass(type(error), SyntaxError):
        filename, lineno = _filename(error), _lineno(error)
        if type(filename) is not str or filename[:1] == "<" or type(lineno) is not int or place_of(filename):
            return ()
        return (_frame(filename, "<module>", lineno, place_of),)
    if remote is None or message is None or len(message) >= TEXT_TAKEN:
        return ()
    places = _shown_by_ipython if remote.from_kernel else _shown_by_python
    return tuple(
        [
            _frame(filename, name, lineno, place_of)
            if filename
            else FrameSnapshot(code_named(NO_CODE, "", name), lineno + 1, -1, None, magic_cell, {})
            for filename, name, lineno in places(remote.text[-REMOTE_TAKEN:], message)
            if filename or magic_cell is not None
        ]
    )[-TOLD_LIMIT:]


_Place = Tuple[str, str, int]
"""File (empty for a cell of another kernel), function and line."""


def _shown_by_python(text: str, message: str) -> Iterator[_Place]:
    """The worker's traceback as text.

    Only lines between the last header and the error's own message count: what a message holds is data, even where it
    looks like a traceback.
    """
    if text[:7] == "  File ":  # frames alone, without a message
        lines = text
    else:
        told, own = text.rstrip('"\n'), message.rstrip('"\n')
        if not told.endswith(own):
            return
        lines = told[: len(told) - len(own)].rpartition(_HEADER)[2]
    for line in lines.split("\n"):
        if line[:2] != "  ":
            return
        found = _LINE.match(line)
        if found is not None:
            yield found.group(1), found.group(3), int(found.group(2))


def _shown_by_ipython(text: str, message: str) -> Iterator[_Place]:
    """The same as IPython shows it, in any of its styles; an arrow points to the line where the header does not say."""
    told, own = _COLOUR.sub("", text).rstrip(), message.rstrip()
    if not told.endswith(own):
        return
    waiting: Optional[Tuple[str, str]] = None
    shown = told[: len(told) - len(own)].rpartition(_HEADER.rstrip(":\n"))[2].lstrip(":")
    for line in shown.split("\n"):
        python, header, arrow = _LINE.match(line), _SHOWN.match(line), _ARROW.match(line)
        if python is not None:
            file = "" if python.group(1)[:1] == "<" else python.group(1)
            yield file, python.group(3), int(python.group(2))
        elif header is not None:
            file = "" if header.group("cell") else os.path.expanduser(header.group("file"))  # noqa: PTH111 - a path, as text
            place, waiting = (file, header.group("name") or "<module>"), None
            if header.group("name") and header.group("name")[:1] == "<":
                place = file, "<module>"
            number = header.group("line") or header.group("line_of_cell")
            if number:
                yield (*place, int(number))
            else:
                waiting = place
        elif arrow is not None and waiting is not None:
            yield (*waiting, int(arrow.group(1)))
            waiting = None


def _frame(filename: str, name: str, lineno: int, place_of: PlaceOf) -> FrameSnapshot:
    place = place_of(filename)
    return FrameSnapshot(
        code=code_named(NO_CODE, (place.file if place is not None else "") or filename, name),
        lineno=lineno + (place.lines_before if place is not None else 0),
        lasti=-1,
        module=None,
        cell=place.execution_count if place is not None and not place.file else None,
        values={},
    )


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

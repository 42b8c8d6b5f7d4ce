"""The files in which the words of a message may stand: of what the failing statement names, and of its own package."""

import dis
import os
from types import CodeType
from typing import Generator, List, Optional, Sequence, Tuple

from ...event import ClassSnapshot, FrameSnapshot
from ..installed import installed_path
from .binaries import is_binary, size_of_constants
from .distributions import files_near

FILES = 48
BYTES = 40_000_000
"""Constants of all the compiled files that are read for one error."""
SOURCES = 150
SOURCE_BYTES = 2_000_000
INSTRUCTIONS = 20_000


def files_behind(frames: Sequence[FrameSnapshot], classes: Sequence[ClassSnapshot]) -> Generator[None, None, List[str]]:
    """The files that may hold the words of a message: of what the failing statement names, and of its own package."""
    origins: List[str] = []
    for frame in (frame for frame in reversed(frames) if frame.origins):
        used = yield from _names_of_statement(frame.code, frame.lasti)
        by_name = frame.origins
        origins += [by_name[name] for name in used if name in by_name] or list(by_name.values())
        origins += [by_name[""]] if "" in by_name else []
    origins += [frame.code.co_filename for frame in reversed(frames)]
    origins += [cls.file for cls in classes if cls.file is not None]
    origins = [origin for origin in dict.fromkeys(origins) if installed_path(origin) is not None]
    budget = {True: _Budget(FILES, BYTES), False: _Budget(SOURCES, SOURCE_BYTES)}
    found = [path for path in origins if budget[is_binary(path)].has_room(path)]
    for origin in origins:
        for path in (yield from files_near(origin)):
            if path not in found and budget[is_binary(path)].has_room(path):
                found.append(path)
            yield
    return found


class _Budget:
    """How many files of a kind, and bytes of them, are read for one error."""

    def __init__(self, files: int, size: int) -> None:
        self._files = files
        self._bytes = size

    def has_room(self, path: str) -> bool:
        """Whether a file may be read, too."""
        if not self._files:
            return False
        try:
            size = size_of_constants(path) if is_binary(path) else os.path.getsize(path)
        except OSError:
            return False
        if size > self._bytes:
            return False
        self._files -= 1
        self._bytes -= size
        return True


def _names_of_statement(code: CodeType, lasti: int) -> Generator[None, None, List[str]]:
    """The names that stand on the line which ran last."""
    starts: List[Tuple[int, Optional[int]]] = list(dis.findlinestarts(code))  # None as a line since Python 3.13
    line = next((line for offset, line in reversed(starts) if offset <= lasti), None)
    lines = dict(starts)
    names: List[str] = []
    here: Optional[int] = None
    for count, instruction in enumerate(dis.get_instructions(code)):
        if count % 100 == 0:
            yield
        if count > INSTRUCTIONS:
            break
        here = lines.get(instruction.offset, here)
        if here == line and type(instruction.argval) is str:
            names.append(instruction.argval)
    return list(dict.fromkeys(names))

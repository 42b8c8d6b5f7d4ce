"""The texts of an installed file in which words stand together: what a library may say.

Of Python source its string literals of one line, of a compiled file its constants. Each file is read once, with pauses.
"""

import os
import re
from typing import Dict, Generator, Iterator, List, NamedTuple

from ..installed import read
from .binaries import OVERLAP, PIECE, is_binary, pieces_of
from .cython_strings import cython_strings

TEXT_LIMIT = 4_000_000
"""Bytes of prose that are taken from one file."""
KEPT = 8_000_000
"""Bytes of prose that are kept for later errors."""
SOURCE_LIMIT = 1_000_000
_LINES_AT_ONCE = 100
_TEXT = re.compile(rb"[\x01-\x7e\xc0]{8,4000}")
"""What C ends with a null byte; Rust puts lengths between the pieces of a format, and C0 for what is formatted in."""
_WORDS = re.compile(rb"[A-Za-z]{2,40}[\n !-/:-@\[-`{-~]{1,3}[A-Za-z]{2,40}")
_LITERAL = re.compile(
    rb"(?<![\w'\"])[A-Za-z]{0,2}(?:\"((?:[^\"\\\n]|\\[^\n]){4,800})\"|'((?:[^'\\\n]|\\[^\n]){4,800})')(?!['\"])"
)
_ESCAPED_QUOTE = re.compile(rb"\\(['\"])")


class _Text(NamedTuple):
    """The prose of one file as it was when it was read."""

    size: int
    modified: float
    prose: bytes


class Prose:
    """The prose of the files that were read last."""

    def __init__(self) -> None:
        self._read: Dict[str, _Text] = {}
        self._bytes = 0

    def of(self, path: str) -> Generator[None, None, bytes]:
        """The texts of a file, a null byte around each; read anew if the file has changed."""
        try:
            status = os.stat(path)
        except OSError:
            return b""
        kept = self._read.pop(path, None)
        self._bytes -= len(kept.prose) if kept is not None else 0
        if kept is None or (kept.size, kept.modified) != (status.st_size, status.st_mtime):
            prose = yield from _of_binary(path) if is_binary(path) else _of_source(path)
            kept = _Text(status.st_size, status.st_mtime, prose)
        self._read[path] = kept
        self._bytes += len(kept.prose)
        while self._bytes > KEPT and len(self._read) > 1:
            self._bytes -= len(self._read.pop(next(iter(self._read))).prose)
        return kept.prose


def _of_source(path: str) -> Generator[None, None, bytes]:
    found: List[bytes] = [b""]
    for count, line in enumerate(read(path)[:SOURCE_LIMIT].split(b"\n")):
        if count % _LINES_AT_ONCE == 0:
            yield
        for match in _LITERAL.finditer(line[:2_000]):
            text = match.group(1) or match.group(2) or b""
            if b" " in text:
                found.append(_ESCAPED_QUOTE.sub(rb"\1", text))
    return b"\0".join([*found, b""])


def _of_binary(path: str) -> Generator[None, None, bytes]:
    found: List[bytes] = [b""]
    size = end = 0
    for piece in pieces_of(path):
        yield
        end = max(end - (PIECE - OVERLAP), 0)  # what the piece before has told
        for text, stop in _texts(piece, end):
            found.append(text)
            size += len(text)
            end = stop
        if size > TEXT_LIMIT:
            break
    found += yield from cython_strings(path)
    return b"\0".join([*found, b""])


def _texts(piece: bytes, begin: int) -> "Iterator[tuple[bytes, int]]":
    for match in _TEXT.finditer(piece):
        if match.end() > begin and _WORDS.search(match.group()):
            yield match.group(), match.end()

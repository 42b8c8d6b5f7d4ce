"""The strings of modules that Cython made: since 3.1 it packs them together, by zlib or by a way of its own.

Nothing says where such a pack begins. It is looked for by its first bytes, or where compilers begin what is large, and
taken if what comes out is text.
"""

import re
import zlib
from typing import Generator, List

from .binaries import constant_ranges

CONSTANTS_LIMIT = 2_000_000
"""Bytes of constants of a module that is looked into."""
UNPACKED_LIMIT = 400_000
LEAST = 400
"""Bytes of text that must come out."""
TRIED = 400
_MADE_BY_CYTHON = b"cython_runtime"
_ZLIB = re.compile(rb"x[\x01\x5e\x9c\xda]")
_ALIGNED = 16
"""Bytes at whose multiples compilers begin large constants."""
_AT_ONCE = 200
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def cython_strings(path: str) -> Generator[None, None, List[bytes]]:
    """The texts that are packed in a compiled file, one string behind the other; none of another's file."""
    constants = b""
    try:
        with open(path, "rb") as file:
            for begin, end in constant_ranges(file):
                file.seek(begin)
                constants += b"\0" * (-len(constants) % _ALIGNED)
                constants += file.read(max(min(end - begin, CONSTANTS_LIMIT - len(constants)), 0))
                yield
    except (OSError, ValueError):
        return []
    if _MADE_BY_CYTHON not in constants:
        return []
    yield
    for match, _ in zip(_ZLIB.finditer(constants), range(TRIED)):
        yield
        text = _unpacked_by_zlib(constants[match.start() : match.start() + UNPACKED_LIMIT])
        if len(text) >= LEAST:
            return [text]
    for count, start in enumerate(range(0, len(constants), _ALIGNED)):
        if count % _AT_ONCE == 0:
            yield
        # The first item can't be one that comes again.
        if constants[start] & 1 and not _NO_TEXT.match(constants, start + 1):
            text = yield from _unpacked(constants, start)
            if len(text) >= LEAST:
                return [text]
    return []


def _unpacked_by_zlib(packed: bytes) -> bytes:
    try:
        text = zlib.decompressobj().decompress(packed, UNPACKED_LIMIT)
    except zlib.error:
        return b""
    return _text(text)


def _unpacked(packed: bytes, at: int) -> Generator[None, None, bytes]:
    """What LZSS as Cython has it makes of the bytes from `at` on: as far as it is text.

    A byte of flags says of each of eight items whether it is a byte, or where an earlier text stands that comes again.
    """
    out = bytearray()
    try:
        while len(out) < UNPACKED_LIMIT:
            flags = packed[at]
            at += 1
            for bit in range(8):
                if flags >> bit & 1:
                    out.append(packed[at])
                    at += 1
                    continue
                low, high = packed[at], packed[at + 1]
                at += 2
                if low < 0x80:
                    back, size = low, high
                elif high < 0x80:
                    back, size = 0x80 + (high << 2 & 0x180 | low & 0x7F), high & 0x1F
                else:
                    back, size = 0x80 + ((high & 0x7F) << 7 | low & 0x7F), packed[at]
                    at += 1
                size += 3
                start = len(out) - back - size
                if start < 0:
                    return _text(bytes(out))
                out += out[start : start + size]
            if _NO_TEXT.search(out[-64:]):
                break
            if len(out) & 0xF00 == 0:
                yield
    except IndexError:  # the file's end
        pass
    return _text(bytes(out))


def _text(unpacked: bytes) -> bytes:
    """The beginning of what was unpacked, as far as it is text."""
    end = _NO_TEXT.search(unpacked)
    return unpacked[: end.start()] if end else unpacked

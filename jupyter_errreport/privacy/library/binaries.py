"""Compiled files of installed packages: extension modules and shared libraries, and where their constants stand.

Read in pieces, only where a linker puts constants, and never more than 64 MB of a file.
"""

import os
import re
import struct
import sys
import sysconfig
from typing import IO, Generator, Iterator, List, Tuple

Range = Tuple[int, int]
"""Where bytes begin and end in a file."""

READ_LIMIT = 64_000_000
"""Bytes of one file that are looked at."""
PIECE = 16_384
OVERLAP = 200
_SECTIONS = 200
_SUFFIXES = re.compile(r"\.(?:so|pyd|dll|dylib)\Z|\.so(?:\.\d{1,6}){1,5}\Z")
_WORD = re.compile(rb"\w")


def is_binary(path: str) -> bool:
    """Whether a file is, by its name, an extension module or a shared library."""
    return _SUFFIXES.search(path) is not None


def interpreter_files() -> List[str]:
    """The files that hold the modules which are built into this Python."""
    library = sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY") or ""
    folder = sysconfig.get_config_var("LIBDIR") or ""
    windows = "python{}{}.dll".format(*sys.version_info[:2])
    paths = [sys.executable, os.path.join(folder, library), os.path.join(sys.base_prefix, windows)]
    return [path for path in dict.fromkeys(paths) if path and not path.endswith(".a") and os.path.isfile(path)]


def holds_name(path: str, name: str) -> Generator[None, None, bool]:
    """Whether a name stands in the constants of a compiled file, as a word of its own."""
    wanted = name.encode("utf-8", "replace")
    for piece in pieces_of(path):
        yield
        at = piece.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            if not (at and _WORD.match(piece, at - 1)) and not _WORD.match(piece, end):
                return True
            at = piece.find(wanted, end)
    return False


def size_of_constants(path: str) -> int:
    """How many bytes of a compiled file are read; 0 of one that can't be."""
    try:
        with open(path, "rb") as file:
            return min(sum(end - begin for begin, end in constant_ranges(file)), READ_LIMIT)
    except (OSError, ValueError):
        return 0


def pieces_of(path: str) -> Iterator[bytes]:
    """The constants of a compiled file in pieces that overlap; none of a file that can't be read."""
    try:
        with open(path, "rb") as file:
            left = READ_LIMIT
            for begin, end in constant_ranges(file):
                for start in range(begin, min(end, begin + left), PIECE - OVERLAP):
                    file.seek(start)
                    yield file.read(min(PIECE, end - start))
                left -= end - begin
                if left <= 0:
                    return
    except (OSError, ValueError):
        return


def constant_ranges(file: "IO[bytes]") -> List[Range]:
    """Where the constants stand: in the read-only sections of ELF and PE; in any part of another format."""
    size = file.seek(0, os.SEEK_END)
    try:
        found = _of_elf(file) or _of_pe(file)
    except (struct.error, OSError, ValueError, OverflowError):  # cut short, or none of these after all
        found = []
    return [(begin, min(end, size)) for begin, end in found if begin < min(end, size)] or [(0, size)]


def _of_elf(file: "IO[bytes]") -> List[Range]:
    """The sections `.rodata` of an ELF file of 64 bits, little-endian (elf(5)): what Linux has nearly everywhere."""
    header = _at(file, 0, 64)
    if header[:6] != b"\x7fELF\x02\x01":
        return []
    (table,) = struct.unpack_from("<Q", header, 40)
    entry, count, names_index = struct.unpack_from("<HHH", header, 58)
    sections = [struct.unpack("<IIQQQQ", _at(file, table + i * entry, 40)) for i in range(min(count, _SECTIONS))]
    names = _at(file, sections[names_index][4], min(sections[names_index][5], 65_536))
    return [
        (section[4], section[4] + section[5])
        for section in sections
        if names[section[0] :].startswith((b".rodata", b".lrodata"))
    ]


def _of_pe(file: "IO[bytes]") -> List[Range]:
    """The section `.rdata` of a PE file, which is what Windows loads."""
    header = _at(file, 0, 64)
    if header[:2] != b"MZ":
        return []
    (start,) = struct.unpack_from("<I", header, 60)
    magic, _, count, _, _, _, optional, _ = struct.unpack("<4sHHIIIHH", _at(file, start, 24))
    if magic != b"PE\0\0":
        return []
    table = start + 24 + optional
    sections = [struct.unpack("<8sIIII", _at(file, table + 40 * i, 24)) for i in range(min(count, _SECTIONS))]
    return [(offset, offset + size) for name, _, _, size, offset in sections if name.startswith(b".rdata")]


def _at(file: "IO[bytes]", start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)

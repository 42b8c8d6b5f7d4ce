"""The formats of compiled code: what stands around a place in the texts of a binary, as templates."""

import re
from typing import Iterator, List, Optional

from ..messages.template import Hole, Part, Template
from ..sources.provenance import fragments

FORMAT_LIMIT = 1_000
PUNCTUATION = 4
_EDGES = frozenset(b"\0\n\\{}%")
_CONVERSION = re.compile(rb"%[-+ #0-9.*hlzjt]{0,8}[a-zA-Z]\Z")
_COLON = ord(":")
"""Behind it stands what is formatted in, also where texts lie next to one another without a border, as Rust's do."""
_ARGUMENT = 0xC0
_LONGEST = 0x80


def formats_around(prose: bytes, at: int) -> Iterator[Template]:
    """The templates that the text between null bytes around a place may be, by what C, Rust and Python format with."""
    begin = prose.rfind(b"\0", max(at - FORMAT_LIMIT, 0), at) + 1
    end = prose.find(b"\0", at, at + FORMAT_LIMIT)
    if not begin or end < 0:
        return
    if prose.find(bytes([_ARGUMENT]), begin, end) < 0:
        yield from fragments(prose[begin:end].decode("ascii", "replace"))
        return
    for start in range(begin, at + 1):
        template = _of_rust(prose[start:end])
        if template is not None:
            yield template
            return


def edges(prose: bytes, begin: int, end: int) -> int:
    """At how many ends of a run of words, a literal or a piece of a format begins or ends, but for punctuation."""
    return int(_begins(prose, begin)) + int(_ends(prose, end))


def _begins(prose: bytes, at: int) -> bool:
    for _ in range(PUNCTUATION):
        before = prose[at - 1] if at else 0
        size_of_rust = at + before < len(prose) and before and prose[at + before] in (0, _ARGUMENT)
        if before in _EDGES or before >= _LONGEST or size_of_rust or _CONVERSION.search(prose[max(at - 12, 0) : at]):
            return True
        if chr(before).isalnum():
            return False
        at -= 1
    return False


def _ends(prose: bytes, at: int) -> bool:
    for _ in range(PUNCTUATION):
        after = prose[at] if at < len(prose) else 0
        if after in _EDGES or after >= _LONGEST or after == _COLON:
            return True
        if chr(after).isalnum():
            return False
        at += 1
    return False


def _of_rust(pieces: bytes) -> Optional[Template]:
    """The template of what rustc makes of `format_args!` since 1.92: pieces, each behind its length, and arguments."""
    parts: List[Part] = []
    at = 0
    while at < len(pieces):
        size = pieces[at]
        if size == _ARGUMENT:
            parts.append(Hole(""))
        elif size < _LONGEST and at + size < len(pieces):
            parts.append(pieces[at + 1 : at + 1 + size].decode("latin-1"))
            at += size
        else:
            return None
        at += 1
    return Template.of(parts) if len(parts) > 1 else None

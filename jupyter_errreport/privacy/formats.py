"""The formats of compiled code: what stands around a place in the texts of a binary, as templates."""

from typing import Iterator, List, Optional

from .provenance import fragments
from .template import Hole, Part, Template

FORMAT_LIMIT = 1_000
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

"""The holes of texts that Python formats: by the `%` operator, by `str.format`."""

import re
from string import Formatter
from typing import Dict, List

from ..messages.template import Hole, Part

Text = List[Part]
NAME_LIMIT = 40

_CONVERSION = re.compile(
    r"%(?:\((?P<key>[^()]{0,60})\))?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlLzqj]*(?P<kind>[diouxXeEfFgGcrsabpRUSAVN%])"
)
_KINDS = {kind: name for kinds, name in (("diouxX", "int"), ("eEfFgG", "float")) for kind in kinds}


def conversions(text: str) -> Text:
    """The parts of a text for the `%` operator or C's printf."""
    parts: Text = []
    end = 0
    for match in _CONVERSION.finditer(text):
        parts.append(text[end : match.start()])
        kind = match.group("kind")
        parts.append("%" if kind == "%" else Hole(match.group("key") or _KINDS.get(kind, "")))
        end = match.end()
    parts.append(text[end:])
    return parts


def braces(text: str, arguments: Dict[str, str]) -> Text:
    """The parts of a text for `str.format`; `arguments` gives names to numbered fields."""
    parts: Text = []
    number = 0
    try:
        for literal, field, _format, _conversion in Formatter().parse(text):
            parts.append(literal)
            if field is None:
                continue
            name = re.split(r"[.\[]", field, maxsplit=1)[0]
            if not name:
                name, number = str(number), number + 1
            elif not name.isidentifier() and not name.isdigit():
                return [text]  # braces that are no format
            given = arguments.get(name, "" if name.isdigit() else name)
            parts.append(
                Hole((given + field[len(name) :] if not field[:1].isdigit() and field else given)[:NAME_LIMIT])
            )
    except ValueError:
        return [text]
    return parts

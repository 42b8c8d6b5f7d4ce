"""The holes of formatted texts of other languages than Python: C's printf and its dialects, Rust's and fmt's braces."""

import re
from collections.abc import Sequence

from jupyter_errreport.privacy.messages.template import Hole, Part

_CONVERSION = re.compile(
    r"%(?:(?P<percent>%)|(?:\d{1,2}\$)?[-+#0!,]*(?:\*|\d{1,4})?(?:\.(?:\*|\d{1,4})?)?(?:hh|h|ll|l|L|z|q|j|t|I64)?"
    r"(?P<kind>[diouxXeEfFgGcrsabpRUSAVNTmQqwz]))"
)
_KINDS = {
    letter: name
    for letters, name in (
        ("diouxX", "int"),
        ("eEfFgGa", "float"),
        ("csUSVbQqwzm", "str"),
        ("rRA", "repr"),
        ("TN", "type"),
        ("p", "value"),
    )
    for letter in letters
}
_BRACES = re.compile(r"\{\{|\}\}|\{(?P<name>(?:[A-Za-z_]\w{0,40}(?:\.\w{1,40})?|\d{0,2}))(?:![rs])?(?::[^{}]{0,20})?\}")
_TYPE = re.compile(r"tp_name|Py_TYPE|\btype_?name\b|typeid")


def printf(text: str, arguments: Sequence[str] = ()) -> list[Part]:
    """The parts of a text for C's printf; an argument that is a type's name makes its hole `type`."""
    parts: list[Part] = []
    end = number = 0
    for match in _CONVERSION.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        if match["percent"]:
            parts.append("%")
            continue
        is_type = match["kind"] in "sN" and number < len(arguments) and _TYPE.search(arguments[number])
        parts.append(Hole("type" if is_type else _KINDS.get(match["kind"], "value")))
        number += 1 + match.group().count("*")
    return [*parts, text[end:]]


def braces(text: str, arguments: Sequence[str] = ()) -> list[Part]:
    """The parts of a text for Rust's format! or C++'s fmt; numbered holes get the names of the arguments."""
    parts: list[Part] = []
    end = number = 0
    for match in _BRACES.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        if match["name"] is None:
            parts.append(match.group()[0])
            continue
        name = match["name"]
        if not name or name.isdigit():
            index = int(name) if name else number
            number += not name
            name = arguments[index] if index < len(arguments) else ""
        parts.append(Hole(name))
    return [*parts, text[end:]]


def has_conversions(text: str) -> bool:
    """Whether printf would format something into the text."""
    return any(not match["percent"] for match in _CONVERSION.finditer(text))


def has_braces(text: str) -> bool:
    """Whether Rust's format! would format something into the text."""
    return any(match["name"] is not None for match in _BRACES.finditer(text))

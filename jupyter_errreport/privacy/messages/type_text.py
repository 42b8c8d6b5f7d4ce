"""Types as messages write them: `<class 'numpy.ndarray'>`, `dtype('float64')`, `(int, str)`, Julia's `Vector{Int}`."""

import re
from typing import Optional

from ..code_names import CodeNames

_REPR_OF_OBJECT = re.compile(r"<([\w.]{1,100})(?: object)? at 0x[0-9A-Fa-f]{1,16}>\Z")
_REPR_OF_CLASS = re.compile(r"<(class|type) '([\w.<>]{1,100})'>\Z")
_REPR_OF_FUNCTION = re.compile(
    r"<(?P<kind>built-in method|built-in function|function|bound method|method|module) '?(?P<name>[\w.<>]{1,100})'?"
    r"(?: of (?P<type>[\w.]{1,60}) object)?(?: at 0x[0-9A-Fa-f]{1,16})?(?: from .{0,500}| \(built-in\))?>\Z"
)
_REPR_OF_DTYPE = re.compile(r"dtype\('([\w<>|=\[\]]{1,20})'\)\Z")
_DTYPE_CODE = re.compile(r"[<>|=][SUVOMmifcb]\d{0,4}\Z")
_PARAMETRIC = re.compile(r"[A-Z]\w{0,40}\{[\w.{}, :<]{0,200}\}\Z")
_ARRAY = re.compile(r"(?:\d{1,9}(?:\u00d7\d{1,9}){1,5}|\d{1,9}-element) ([A-Z]\w{0,40}\{[\w.{}, :<]{0,200}\})\Z")
_TUPLE_LIMIT = 400


def repr_of_type(content: str, names: CodeNames) -> Optional[str]:
    """The repr of a class, a dtype, a function or an object without its address; None for what is no such repr.

    Several are told too: `(dtype('float64'), dtype('<U1'))`. What no code has a name for is `<type>`.
    """
    if content[:1] == "(" and content[-1:] == ")" and 2 < len(content) < _TUPLE_LIMIT:
        inner = [_part_of_tuple(part, names) for part in content[1:-1].rstrip(",").split(", ")]
        return "(" + ", ".join(part or "" for part in inner) + ")" if all(inner) else None
    shape = _REPR_OF_CLASS.match(content)
    if shape:
        return content if names.is_type(shape.group(2)) else f"<{shape.group(1)} '<type>'>"
    shape = _REPR_OF_FUNCTION.match(content)
    if shape:
        called, owner = shape.group("name"), shape.group("type")
        told = called if names.has(called) else "<name>"
        of = f" of {owner if names.is_type(owner) else '<type>'} object" if owner else ""
        return f"<{shape.group('kind')} {told}{of}>"
    shape = _REPR_OF_DTYPE.match(content)
    if shape:
        known = names.is_type(shape.group(1)) or names.is_dtype(shape.group(1)) or is_dtype_code(shape.group(1))
        return content if known else None
    shape = _REPR_OF_OBJECT.match(content)
    if shape:
        return f"<{shape.group(1)} object at <address>>" if names.is_type(shape.group(1)) else None
    return None


def _part_of_tuple(part: str, names: CodeNames) -> Optional[str]:
    return part if part == "None" or names.is_pythons_type(part) else repr_of_type(part, names)


def is_dtype_code(text: str) -> bool:
    """Whether this is a dtype with its byte order, as `<U12`: nothing else is written so."""
    return _DTYPE_CODE.match(text) is not None


def parametric_type(content: str, names: CodeNames) -> bool:
    """Whether this is a type of Julia's with its parameters, each of which may be a type's name."""
    return _PARAMETRIC.match(content) is not None and _may_all_be_types(content, names)


def array_of_types(content: str, names: CodeNames) -> Optional[str]:
    """What Julia says of an array, `3-element Vector{Float64}`, without its size; None for anything else."""
    shape = _ARRAY.match(content)
    return f"<size> {shape.group(1)}" if shape and _may_all_be_types(shape.group(1), names) else None


def _may_all_be_types(text: str, names: CodeNames) -> bool:
    return all(map(names.may_be_type, re.findall(r"[A-Za-z]\w*", text)))

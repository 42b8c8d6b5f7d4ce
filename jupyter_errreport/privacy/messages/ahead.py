"""What a message begins with that is no sentence: kinds of errors; and lines that are those of a traceback."""

import errno
import os
import re
from typing import Optional, Tuple

from ..code_names import CodeNames
from .type_text import repr_of_type

_OTHER_KINDS = re.compile(
    r"\[(?:Errno|WinError) -?\d{1,6}\] "
    r"|(?:DETAIL|HINT|CONTEXT|QUERY|LINE \d{1,6}): {1,2}"
    r"|\s*Stack trace:\Z"
    r"|(?:Catalog|Binder|Parser|Conversion|IO|Invalid Input|Constraint|Out of Range) Error: "
)
"""A kind of error that is no class: Python's numbers, PostgreSQL's and DuckDB's names."""
_NUMBER = re.compile(r"\[Errno (\d{1,6})\] ")
_QUOTES = re.compile(r"(?:LINE \d{1,6}|QUERY|CONTEXT): {1,2}\Z")
_ERROR_NAME = re.compile(r"(?:[A-Z][a-z]{1,20}){1,5}(?:Error|Exception|Warning)\Z")
SYSTEM_TEXTS = frozenset(os.strerror(number) for number in errno.errorcode)
"""What the system says about its error numbers."""
_LEADING_TYPE = re.compile(r"(?:: )?((?:[\w$]{1,60}\.){0,8}[\w$]{2,60}): ", re.DOTALL)
_JAVA_TYPE = re.compile(
    r"(?:java|javax|scala|org\.apache|com\.google|py4j)(?:\.[a-z]\w{0,40}){0,8}(?:\.[A-Z][\w$]{0,60})\Z"
)
_JAVA_FRAME = re.compile(
    r"\s*at (?:java|javax|scala|sun|jdk|org\.apache|com\.google|py4j)[\w.$<>]{1,200}"
    r"\((?:[\w.]{1,60}(?::\d{1,6})?|Native Method|Unknown Source)\)\Z"
)
_OBJECT = re.compile(r"<[\w.]{1,200} object at 0x[0-9A-Fa-f]{1,16}>(?=: )")
_LOGGED = re.compile(
    r"(?:\[\d\d:\d\d:\d\d\] |Error at )?(?:[A-Za-z]:)?[\w./\\+-]{1,300}\.(?:cc?|cpp|cu|hp?p?):\d{1,6}: "
)
"""The place in C++ that XGBoost, CatBoost, igraph and others put ahead of what they say."""
_PYTHON_FRAME = re.compile(r"(\s*)File \"[^\"\n]{0,1000}\", line (\d{1,7})(?:, in (.{1,100}))?\Z")
_TRACEBACK = "Traceback (most recent call last):"


def types_ahead(text: str, names: CodeNames) -> Tuple[str, str]:
    """What a text begins with that names a kind of error, and the rest: `java.io.IOException: `, `[Errno 2] `."""
    number = _OTHER_KINDS.match(text)
    if number:
        return number.group(), text[number.end() :]
    shape = _OBJECT.match(text)
    if shape:
        return (repr_of_type(shape.group(), names) or "<object>") + ": ", text[shape.end() + 2 :]
    logged = _LOGGED.match(text)
    if logged:
        return "<source>: ", text[logged.end() :]
    leading = _LEADING_TYPE.match(text)
    if leading is None:
        return (text, "") if _JAVA_TYPE.match(text) else ("", text)
    name = leading.group(1)
    is_error = _ERROR_NAME.match(name) is not None or (name.endswith(("Error", "Exception")) and names.is_type(name))
    return (leading.group(), text[leading.end() :]) if is_error or _JAVA_TYPE.match(name) else ("", text)


def system_error(text: str) -> Optional[str]:
    """An OSError's text whose words are those of the system for its number; None for any other."""
    number = _NUMBER.match(text)
    if number is None:
        return None
    said = os.strerror(int(number.group(1)))
    rest = text[number.end() :]
    if rest == said:
        return text
    return f"{number.group()}{said}: <path>" if rest.startswith(said + ": ") else None


def quotes_the_user(lead: str) -> bool:
    """Whether what a text begins with says that something of the user's follows, as PostgreSQL's `LINE 1: ` does."""
    return _QUOTES.match(lead) is not None


def line_of_code(text: str, names: CodeNames) -> Optional[str]:
    """A line of a traceback that stands in a message: of Java's, whose names are code, or of Python's."""
    if text.strip() == _TRACEBACK or _JAVA_FRAME.match(text):
        return text
    frame = _PYTHON_FRAME.match(text)
    if frame is None:
        return None
    function = frame.group(3)
    known = function is not None and (function == "<module>" or names.has(function))
    told = f", in {function if known else '<function>'}" if function is not None else ""
    return f"{frame.group(1)}File <path>, line {frame.group(2)}{told}"

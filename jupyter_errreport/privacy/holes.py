"""What is shown in place of what was formatted into a message: a typed or named placeholder, or the name of code."""

import __future__

import math
import operator
import re
from encodings.aliases import aliases
from typing import Optional

from .code_names import CodeNames
from .template import hole_is_named
from .type_names import PACKAGES

_LEFT_OF_NAME = re.compile(
    r"\b(?:attributes?|names?|dependency|install|package|library|using:?|variables?|arguments?:?|parameters?|keyword"
    r"|option|module(?: named)?|import(?: name)?|from|function|method|symbol|object|and|identifier|Error in"
    r"|UndefVarError:|ufunc)\s?['`\"\u201c\u2018#]?\Z"
)
_RIGHT_OF_NAME = re.compile(r"['\"`]? ?(?:object has no attribute|has no attribute|is not defined|not defined)|\(\) ")
_LEFT_OF_TYPE = re.compile(
    r"\b(?:types?:?|class|(?:instances?|objects?)(?: of)?|not|got:?|found|and|received|passed|dtype|for|to|from|than|of"
    r"|an?|be|as|with|expected|is|was) ['\"`(<]?\Z|\A['\"`]?\Z|[-+*/%@&|^<>=]{1,3}: ['\"]?\Z"
)
_QUOTED = re.compile(r"[bBuUrR]?(?P<quote>['\"]).*(?P=quote)\Z", re.DOTALL)
_REPR_OF_OBJECT = re.compile(r"<([\w.]{1,100})(?: object)? at 0x[0-9A-Fa-f]{1,16}>\Z")
_REPR_OF_CLASS = re.compile(r"<(class|type) '([\w.<>]{1,100})'>\Z")
_GLUE = frozenset(
    """was,were,is,are,argument,arguments,positional,keyword-only,keyword,literal,function call,expression,comparison
,attribute,subscript,f-string expression,list,tuple,dict literal,set display,conditional expression""".replace(
        "\n", ""
    ).split(",")
)
"""Words that code, Python's own above all, puts into a message to make it grammatical."""
_LIMIT = re.compile(r"(at (?:most|least)|exactly) \d{1,9}\Z")
_REPR_OF_FUNCTION = re.compile(
    r"<(?P<kind>built-in method|built-in function|function|bound method|method|module) '?(?P<name>[\w.<>]{1,100})'?"
    r"(?: of (?P<type>[\w.]{1,60}) object)?(?: at 0x[0-9A-Fa-f]{1,16})?(?: from .{0,500}| \(built-in\))?>\Z"
)
_PARAMETRIC = re.compile(r"[A-Z]\w{0,40}\{[\w.{}, :<]{0,200}\}\Z")
_JULIA_ARRAY = re.compile(r"(?:\d{1,9}(?:\u00d7\d{1,9}){1,5}|\d{1,9}-element) ([A-Z]\w{0,40}\{[\w.{}, :<]{0,200}\})\Z")
_DTYPE_CODE = re.compile(r"[<>|=][SUVOMmifcb]\d{0,4}\Z")
_LEFT_OF_CODEC = re.compile(r"encoding:? ['\"]?\0|\0['\"]? codec")
_LEFT_OF_PACKAGE = re.compile(r"(?:dependency|install|package|library|module|import|using:?|and|,) ['\"]?\Z")
_FURTHER_CODECS = ("charmap", "mbcs", "unicodeescape", "rawunicodeescape", "unicode_escape", "idna", "punycode", "utf8")
_SMALL = re.compile(r"-?\d{1,3}\Z")
_NUMBERED = re.compile(r"\[(?:[Ee]rrno|[Ww]in[Ee]rror|odbc driver|ODBC Driver) \Z")
_TAKES = re.compile(r"\btakes (?:from |exactly |at most |at least |no more than )?\Z")
_ARGUMENTS = re.compile(r" (?:required )?(?:positional )?arguments?\b")
_CASTING = ("no", "equiv", "safe", "same_kind", "unsafe")
_OPERATORS = frozenset("+ - * / // % @ ** & | ^ << >> < <= > >= == != += -= *= /=".split())
_CHOICES = (
    (
        "type ",
        frozenset(
            "bigint boolean bytea date double integer interval json jsonb money numeric real smallint time timestamp "
            "timestamptz uuid varchar".split()
        ),
    ),
    ("casting rule '", frozenset(f"{quote}{rule}{quote}" for rule in _CASTING for quote in ("", "'"))),
    ("future feature ", frozenset(__future__.all_feature_names)),
)
"""Words of PostgreSQL, NumPy and Python behind which one of a few stands."""
_ERROR_CODE = re.compile(r"(?:value|type|assertion)_error(?:\.[a-z_]{2,30}){0,3}\Z")
"""What pydantic 1 calls the kinds of its errors."""
_UFUNCS = (
    frozenset(vars(operator))
    | frozenset(vars(math))
    | frozenset(
        """
    subtract multiply divide true_divide floor_divide maximum minimum absolute negative positive power remainder matmul
    greater greater_equal less less_equal equal not_equal logical_and logical_or logical_not bitwise_and bitwise_or
    """.split()
    )
)
_REPR_OF_DTYPE = re.compile(r"dtype\('([\w<>|=\[\]]{1,20})'\)\Z")
_INT = re.compile(r"[-+]?\d{1,60}\Z")
_FLOAT = re.compile(r"[-+]?(?:\d{1,60}\.\d{0,60}|\.\d{1,60}|\d{1,60})(?:[eE][-+]?\d{1,5})?\Z|[-+]?(?:nan|inf)\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://")
_PATH = re.compile(
    r"(?:(?:~|\.{1,2}|[A-Za-z]:)?[/\\][^\n]{0,4000}|[\w.-]{1,200}\.[A-Za-z]\w{1,5}"
    r"|[\w.-]{1,100}(?:[/\\][\w. -]{1,200}){1,40})\Z"
)
_ERRNO_PATH = re.compile(
    r"(?:No such file or directory|Permission denied|Is a directory|Not a directory|File exists|[Ff]ile): ['\"]?\Z"
)
_NAMES_LIST = re.compile(r"'[^\W\d]\w*'(?:(?:, (?:and )?| and | or )'[^\W\d]\w*'){0,8}\Z")
_NAME = re.compile(r"[^\W\d][\w.]{0,100}\Z")
_TYPE_HOLE = re.compile(r"(?:__name__|__class__|__qualname__|type|cls|klass|dtype|typ|class_?|types?|kind)\b|name__")
_NESTED_HOLE = re.compile(
    r"(?:\A|[._ ])(?:msgs?|messages?|exc|exception|err|errors?|e|ex|reason|reasons|details?|cause|original|orig"
    r"|description|text|errmsg|(?:error|err)_(?:msgs?|messages?)|why|info|hint|str|strerror|report)(?:\.args)?\Z"
)
_NAME_HOLE = re.compile(
    r"(?:attr|attribute|func|function|method|param|arg|argument|attr_name|__name__|argname|keyword|package)\w{0,8}\Z"
)


def holds_message(name: str, left: str, right: str) -> bool:
    """Whether a message may stand in a hole: by the hole's name, or because it ends the text behind a colon."""
    return _NESTED_HOLE.search(name) is not None or (not right and left.endswith((": ", ":\n", "\n")))


def shown(name: str, content: str, left: str, right: str, names: CodeNames, keyed: bool = False) -> str:
    """What stands for `content` in a hole called `name` between the literals `left` and `right`.

    With `keyed` (the message is the repr of a key) no text of the content is taken for a name of code.
    """
    kept = None if keyed else _name_of_code(name, content, left, right, names)
    if kept is not None:
        return kept
    if _ERRNO_PATH.search(left):
        return "<path>"
    if hole_is_named(name) or name in ("int", "float"):
        return f"<{name}>"
    return placeholder(content, left)


def placeholder(content: str, left: str = "") -> str:
    """A typed placeholder: what kind of thing `content` was."""
    text = content.strip()
    inner = text[1:-1] if _QUOTED.match(text) and text[:1] in "'\"" else text
    if _URL.match(inner):
        return "<url>"
    if _ERRNO_PATH.search(left) or (len(inner) < 4_000 and "/" in inner and _PATH.match(inner)):
        return "<path>"
    if text[:1] in "bB" and text[1:2] in ("'", '"'):
        return "<bytes>"
    if _INT.match(text):
        return "<int>"
    if _FLOAT.match(text):
        return "<float>"
    for opening, closing, kind in (("[", "]", "list"), ("(", ")", "tuple"), ("{", "}", "dict")):
        if text.startswith(opening) and text.endswith(closing):
            return f"<{kind}>"
    if text.startswith("<") and text.endswith(">"):
        return "<object>"
    return "<str>"


def type_expression(content: str, names: CodeNames) -> Optional[str]:
    """The text of a type as messages write it, if it is one: `float64`, `<class 'numpy.ndarray'>`; else None.

    Several are told too: `(dtype('float64'), dtype('<U1'))`.
    """
    if content in ("", "None"):
        return content
    if content[0] == "(" and content[-1] == ")" and len(content) < 400:
        inner = [type_expression(part, names) for part in content[1:-1].rstrip(",").split(", ")]
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
        return content if names.is_type(shape.group(1)) or _DTYPE_CODE.match(shape.group(1)) else None
    shape = _REPR_OF_OBJECT.match(content)
    if shape:
        return f"<{shape.group(1)} object at <address>>" if names.is_type(shape.group(1)) else None
    return content if _NAME.match(content) and names.is_type(content) else None


def _name_of_code(name: str, content: str, left: str, right: str, names: CodeNames) -> Optional[str]:
    """`content` where it is a type or an identifier of the failing code; None where it is data."""
    found = type_expression(content, names)
    if found is not None and (not content.isalpha() or _is_of_type(name, left, right)):
        return found  # `float` and `None` may also be what somebody typed
    if content in _GLUE and right and left[-1:] not in "'\"`":
        return content
    if content in ("s", "es") and right and left[-1:].isalpha():  # a plural
        return content
    limit = _LIMIT.match(content)
    if limit:
        return f"{limit.group(1)} <int>"
    if _SMALL.match(content) and (_NUMBERED.search(left) or (_TAKES.search(left) and _ARGUMENTS.match(right))):
        return content  # the system's number of an error, and how many arguments a function is defined with, are code
    if content in _OPERATORS and left.endswith(" ") and right.startswith(" "):
        return content
    if any(left.endswith(before) and content in words for before, words in _CHOICES):
        return content
    if _LEFT_OF_CODEC.search(left + "\0" + right) and is_codec(content):
        return content
    quote = content[:1] if content[:1] in "'\"" and content[-1:] == content[:1] else ""
    bare = content[1:-1] if quote and len(content) > 1 else content
    bare_name = (bare[:-2] if bare.endswith("()") else bare).lstrip("#")  # Julia marks what it generates with it
    is_of_name, is_of_type = _is_of_name(name, left, right), _is_of_type(name, left, right)
    if is_of_type and _PARAMETRIC.match(content) and all(map(names.may_be_type, re.findall(r"[A-Za-z]\w*", content))):
        return content
    array = _JULIA_ARRAY.match(content)
    if array and all(map(names.may_be_type, re.findall(r"[A-Za-z]\w*", array.group(1)))):
        return f"<size> {array.group(1)}"
    if not _NAME.match(bare_name):
        listed = re.findall(r"'(\w+)'", content) if is_of_name and _NAMES_LIST.match(content) else []
        return content if listed and all(names.has(part) for part in listed) else None
    if is_of_name and (names.has(bare_name) or (_LEFT_OF_PACKAGE.search(left) and bare_name in PACKAGES)):
        return content
    if left.rstrip("'").endswith("ufunc ") and bare_name in _UFUNCS:
        return content
    if is_of_type and names.is_type(bare_name):
        return content
    if _TYPE_HOLE.search(name) or right.lstrip("'\"`").startswith(" object"):
        is_kind = names.may_be_type(bare_name) or _ERROR_CODE.match(bare_name)
        return content if is_kind else quote + "<type>" + quote
    return None


def is_codec(name: str) -> bool:
    """Whether Python knows a text encoding by this name."""
    plain = name.lower().replace("-", "_")
    return plain in aliases or plain in aliases.values() or plain in _FURTHER_CODECS


def _is_of_name(name: str, left: str, right: str) -> bool:
    return bool(_LEFT_OF_NAME.search(left) or _RIGHT_OF_NAME.match(right) or _NAME_HOLE.search(name))


def _is_of_type(name: str, left: str, right: str) -> bool:
    return bool(
        _LEFT_OF_TYPE.search(left) or _TYPE_HOLE.search(name) or right.lstrip("'\"`").startswith((" object", "()"))
    )

"""What leaves of what was formatted into a message: named rules, of which the first one that has an answer decides.

Each rule takes what was formatted in, with what stands around it, and gives the text that may leave, or None when it
says nothing about this. A rule lets pass what is code; what no rule lets pass is a value.
"""

import __future__

import math
import operator
import re
from encodings.aliases import aliases
from typing import Callable, NamedTuple, Optional, Tuple

from ..code_names import CodeNames
from ..type_names import PACKAGES
from .template import hole_is_named
from .type_text import array_of_types, is_dtype_code, parametric_type, repr_of_type


class Formatted(NamedTuple):
    """What was formatted into a message, and where."""

    content: str
    name: str
    """The names and attributes of the formatted expression; empty where they are not known."""
    left: str
    """The words of the template up to the hole before this one."""
    right: str
    """The words of the template up to the next hole."""
    before: str
    """All words of the template that stand before."""
    names: CodeNames

    @property
    def bare(self) -> str:
        """The content without quotes around it, the brackets of a call, or Julia's mark of generated names."""
        content = self.content
        quoted = len(content) > 1 and content[0] in "'\"" and content[-1] == content[0]
        bare = content[1:-1] if quoted else content
        return (bare[:-2] if bare.endswith("()") else bare).lstrip("#")

    @property
    def quote(self) -> str:
        """The quotation mark around the content, if there is one."""
        return self.content[0] if self.content[:1] in ("'", '"') and self.content[-1:] == self.content[0] else ""


Rule = Callable[[Formatted], Optional[str]]

_NAME = re.compile(r"[^\W\d][\w.]{0,100}\Z")
_TYPE_HOLE = re.compile(r"(?:__name__|__class__|__qualname__|type|cls|klass|dtype|typ|class_?|types?|kind)\b|name__")
_BEHIND_TYPE_WORD = re.compile(
    r"(?:\b(?:d?types?(?:\(s\))?(?: (?:of|from|to|is|for|are|object))?|(?:subclass(?:es)?|instances?) of"
    r"|(?:cast(?:ing)?|conversion) (?:from|to)|not implemented for):?|-> ?|[-+*/%@&|^<>=]{1,3}:) ?\(?['\"`(<]?\Z"
)
_BEFORE_TYPE_WORD = re.compile(r"['\"`]?\)?(?: (?:object|instance|type|class|dtype)s?\b|\(\))")
_OBJECT_OF_TYPE = re.compile(r"\b(?:objects?|instances?|an?) of (?:type|class) ['\"`]?\Z|\btype object ['\"`]?\Z")
_BEFORE_OBJECT = re.compile(r"['\"`]? (?:object|instance)s?\b(?! dtype)")
_BEHIND_TYPE_PERHAPS = re.compile(
    r"\b(?:not|got:?|found|and|or|received|passed|for|to|from|than|of|an?|as|with|expected|must be|is|was)(?: an?)? "
    r"['\"`(<]?\Z"
)
_SPEAKS_OF_TYPES = re.compile(
    r"\b(?:d?types?|must be|should be|requires?|required|expect(?:s|ed)?|arguments?|operands?|instances?|objects?|class"
    r"|cast|conversion|concatenate|iterable|supported"
    r"|validation errors?)\b"
)
_SPEAKS_OF_CLASSES = re.compile(
    r"\b(?:types?|arguments?|operands?|instances?|objects?|class|cast|conversion|concatenate|validation errors?)\b"
    r"|\bmust be .{1,80}, not "
)
_SPEAKS_OF_DTYPES = re.compile(r"\b(?:d?types?|cast|scalar|tensor)\b")
_NO_TYPE = re.compile(r"\b(?:unknown|unrecogni[sz]ed|invalid)(?: data)? ?d?types?:? ['\"`(]?\Z", re.IGNORECASE)
_WAS_NO_TYPE = re.compile(r"['\"`)]? (?:is |was )?(?:not (?:understood|recogni[sz]ed|known|found)|unknown)")
_BEHIND_NAME_WORD = re.compile(
    r"\b(?:attributes?|names?|variables?|arguments?:?|parameters?|keyword|module(?: named)?|import(?: name)?|function"
    r"|method|identifier|Error in|UndefVarError:|ufunc)\s?['`\"\u201c\u2018#]?\Z"
)
_BEHIND_NAME_PERHAPS = re.compile(
    r"\b(?:dependency|install|package|library|using:?|option|from|symbol|object|and)\s?['`\"\u201c\u2018#]?\Z"
)
_BEHIND_NAME_OF_DATA = re.compile(
    r"\b(?:columns?|fields?|files?|hosts?|users?|sheets?|tables?|levels?|keys?|dimensions?|features?|class|database"
    r"|index|group|node|channel|dataset|parameter set)[ _-]names?:? ?['`\"]?\Z",
    re.IGNORECASE,
)
_BEFORE_NAME_WORD = re.compile(
    r"['\"`]? ?(?:object has no attribute|has no attribute|is not defined|not defined)|\(\) "
)
_NAME_HOLE = re.compile(
    r"(?:\A|[\W_])(?:attr|attribute|func|function|method|param|arg|argument|argname|keyword|package)\w{0,8}\Z|__name__\Z"
)
_NAMES_LIST = re.compile(r"'[^\W\d]\w*'(?:(?:, (?:and )?| and | or )'[^\W\d]\w*'){0,8}\Z")
_LEFT_OF_PACKAGE = re.compile(r"(?:dependency|install|package|library|module|import|using:?|and|,) ['\"]?\Z")
_GLUE = frozenset(
    """was,were,is,are,argument,arguments,positional,keyword-only,keyword,literal,function call,expression,comparison
,attribute,subscript,f-string expression,list,tuple,dict literal,set display,conditional expression""".replace(
        "\n", ""
    ).split(",")
)
_LIMIT = re.compile(r"(at (?:most|least)|exactly) \d{1,9}\Z")
_SMALL = re.compile(r"-?\d{1,3}\Z")
_LEFT_OF_ERROR_NUMBER = re.compile(r"\[(?:[Ee]rrno|[Ww]in[Ee]rror|odbc driver|ODBC Driver) \Z")
_TAKES = re.compile(r"\btakes (?:from |exactly |at most |at least |no more than )?\Z")
_ARGUMENTS = re.compile(r" (?:required )?(?:positional )?arguments?\b")
_OPERATORS = frozenset("+ - * / // % @ ** & | ^ << >> < <= > >= == != += -= *= /=".split())
_CASTING = ("no", "equiv", "safe", "same_kind", "unsafe")
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
_LEFT_OF_CODEC = re.compile(r"encoding:? ['\"]?\0|\0['\"]? codec")
_FURTHER_CODECS = ("charmap", "mbcs", "unicodeescape", "rawunicodeescape", "unicode_escape", "idna", "punycode", "utf8")
_KIND_OF_ERROR = re.compile(r"(?:value|type|assertion)_error(?:\.[a-z_]{2,30}){0,3}\Z")
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


def nothing(place: Formatted) -> Optional[str]:
    """Nothing was formatted in."""
    return "" if not place.content else None


def type_by_its_repr(place: Formatted) -> Optional[str]:
    """The repr of a class, a dtype, a function or an object, which no text has by chance."""
    return repr_of_type(place.content, place.names)


def type_where_types_stand(place: Formatted) -> Optional[str]:
    """The name of a type where the words beside it, or the hole's name, say that a type stands there."""
    if not (_NAME.match(place.bare) or is_dtype_code(place.bare)):
        return None
    if _NO_TYPE.search(place.left) or _WAS_NO_TYPE.match(place.right):  # what was given is none
        return None
    stands, may_stand = stands_for_type(place), may_stand_for_type(place)
    if place.bare == "None" or place.names.is_pythons_type(place.bare):
        return place.content if stands or may_stand else None
    if place.quote and not _TYPE_HOLE.search(place.name):  # the repr of a text, and no type's
        return None
    speaks_of_dtypes = stands or (may_stand and _SPEAKS_OF_DTYPES.search(place.before) is not None)
    if _OBJECT_OF_TYPE.search(place.left) or _BEFORE_OBJECT.match(place.right):  # a class stands there, and no dtype
        speaks_of_dtypes = False
    is_dtype = is_dtype_code(place.bare) or (place.names.is_dtype(place.bare) and speaks_of_dtypes)
    speaks_of_classes = stands or (may_stand and _SPEAKS_OF_CLASSES.search(place.before) is not None)
    is_type = place.names.is_type(place.bare) and speaks_of_classes
    return place.content if is_type or is_dtype else None


def grammatical_word(place: Formatted) -> Optional[str]:
    """A word that code, Python's own above all, puts into a message to make it grammatical, or the end of a plural."""
    if not place.right:
        return None
    if place.content in _GLUE and place.left[-1:] not in ("'", '"', "`") and not hole_is_named(place.name):
        return place.content
    return place.content if place.content in ("s", "es") and place.left[-1:].isalpha() else None


def limit_of_arguments(place: Formatted) -> Optional[str]:
    """How many were expected, without the number: `at most <int>`."""
    limit = _LIMIT.match(place.content)
    return f"{limit.group(1)} <int>" if limit else None


def number_that_is_code(place: Formatted) -> Optional[str]:
    """The system's number of an error, and how many arguments a function is defined with."""
    if not _SMALL.match(place.content):
        return None
    of_function = _TAKES.search(place.left) and _ARGUMENTS.match(place.right)
    return place.content if _LEFT_OF_ERROR_NUMBER.search(place.left) or of_function else None


def operator_between_words(place: Formatted) -> Optional[str]:
    """An operator of Python's with a blank on either side."""
    alone = place.left.endswith(" ") and place.right.startswith(" ")
    return place.content if alone and place.content in _OPERATORS else None


def one_of_a_few(place: Formatted) -> Optional[str]:
    """Words of PostgreSQL, NumPy and Python where one of a few stands: a type of a column, a casting rule."""
    allowed = any(place.left.endswith(before) and place.content in words for before, words in _CHOICES)
    return place.content if allowed else None


def codec(place: Formatted) -> Optional[str]:
    """The name of a text encoding where one stands."""
    stands = _LEFT_OF_CODEC.search(place.left + "\0" + place.right)
    return place.content if stands and is_codec(place.content) else None


def type_of_julia(place: Formatted) -> Optional[str]:
    """A type with parameters where a type stands, or an array of such a type without its size."""
    stands = stands_for_type(place) or may_stand_for_type(place) or place.left[-1:] in ("", "'", '"')
    if stands and parametric_type(place.content, place.names):
        return place.content
    return array_of_types(place.content, place.names)


def identifier_where_names_stand(place: Formatted) -> Optional[str]:
    """A name of the failing code where the words beside it, or the hole's name, say that a name stands there."""
    if not stands_for_name(place):
        return None
    if _NAME.match(place.bare):
        is_package = _LEFT_OF_PACKAGE.search(place.left) is not None and place.bare in PACKAGES
        return place.content if is_package or place.names.has(place.bare) else None
    listed = re.findall(r"'(\w+)'", place.content) if _NAMES_LIST.match(place.content) else []
    return place.content if listed and all(map(place.names.has, listed)) else None


def ufunc(place: Formatted) -> Optional[str]:
    """The name of a universal function behind NumPy's word for it."""
    behind = place.left.rstrip("'").endswith("ufunc ")
    return place.content if behind and place.bare in _UFUNCS else None


def class_of_the_cells(place: Formatted) -> Optional[str]:
    """What stands where nothing but the name of a class is formatted in: told if a cell defines it, else `<type>`."""
    of_object = place.right.lstrip("'\"`").startswith(" object")
    if not _NAME.match(place.bare) or not (_TYPE_HOLE.search(place.name) or of_object):
        return None
    known = place.names.may_be_type(place.bare) or _KIND_OF_ERROR.match(place.bare)
    return place.content if known else f"{place.quote}<type>{place.quote}"


RULES: Tuple[Rule, ...] = (
    nothing,
    type_by_its_repr,
    type_where_types_stand,
    grammatical_word,
    limit_of_arguments,
    number_that_is_code,
    operator_between_words,
    one_of_a_few,
    codec,
    type_of_julia,
    identifier_where_names_stand,
    ufunc,
    class_of_the_cells,
)


def stands_for_type(place: Formatted) -> bool:
    """Whether the hole's name or the words that touch it say that a type stands there."""
    return bool(
        _TYPE_HOLE.search(place.name)
        or _BEHIND_TYPE_WORD.search(place.left)
        or _BEFORE_TYPE_WORD.match(place.right.lstrip("'\"`"))
    )


def may_stand_for_type(place: Formatted) -> bool:
    """Whether a type stands there because the template speaks of types: `must be str, not …`, `'int' and …`.

    Not in a hole of which a name is known that says something else: `expected one of a, b, got {value}`.
    """
    behind = _BEHIND_TYPE_PERHAPS.search(place.left) or place.right.startswith(" found")
    return bool(behind and not hole_is_named(place.name) and _SPEAKS_OF_TYPES.search(place.before))


def stands_for_name(place: Formatted) -> bool:
    """Whether the hole's name or the words that touch it say that the name of something in the code stands there.

    Words that stand beside values too, such as `from`, are believed where no name of the hole is known.
    """
    if _BEHIND_NAME_OF_DATA.search(place.left):
        return False
    if _NAME_HOLE.search(place.name) or _BEHIND_NAME_WORD.search(place.left):
        return True
    perhaps = _BEHIND_NAME_PERHAPS.search(place.left) or _BEFORE_NAME_WORD.match(place.right)
    return bool(perhaps and not hole_is_named(place.name))


def is_codec(name: str) -> bool:
    """Whether Python knows a text encoding by this name."""
    plain = name.lower().replace("-", "_")
    return plain in aliases or plain in aliases.values() or plain in _FURTHER_CODECS

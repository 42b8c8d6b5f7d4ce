"""The rules about what leaves of a hole: each lets pass what is code, and says nothing about a value."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_errreport.privacy.code_names import CodeNames
from jupyter_errreport.privacy.messages import hole_rules
from jupyter_errreport.privacy.messages.hole_rules import RULES, Formatted
from jupyter_errreport.privacy.messages.holes import shown

from .scrubbing import event_of, message_of

CODE = frozenset(("weight", "fit", "Model", "run_all"))
LOADED = frozenset(("Lars", "numpy.ndarray", "LlamaCpp", "DockError"))
NAMES = CodeNames(CODE, lambda name: name == "Docking", LOADED.__contains__, lambda name: name in ("Model", "Docking"))


def place(content: str, left: str = "", right: str = "", name: str = "", before: str | None = None) -> Formatted:
    return Formatted(content, name, left, right, left if before is None else before, NAMES)


CASES: dict[str, list[tuple[Formatted, str | None]]] = {
    "nothing": [(place(""), ""), (place("smith"), None)],
    "type_by_its_repr": [
        (place("<class 'numpy.ndarray'>"), "<class 'numpy.ndarray'>"),
        (place("<class '__main__.Smith'>"), "<class '<type>'>"),
        (place("dtype('<U87')"), "dtype('<U87')"),
        (place("dtype('S12')"), "dtype('S12')"),
        (place("dtype('smith')"), None),
        (place("(dtype('float64'), dtype('<U1'))"), "(dtype('float64'), dtype('<U1'))"),
        (place("(dtype('float64'), 'smith')"), None),
        (place("<built-in method smith of Lars object at 0x7f>"), "<built-in method <name> of Lars object>"),
        (place("<DockError object at 0x7f3a>"), "<DockError object at <address>>"),
        (place("<Smith object at 0x7f3a>"), None),
        (place("U87"), None),
        (place("Lars"), None),
    ],
    "type_where_types_stand": [
        (place("int", "must be str, not "), "int"),
        (place("Lars", "object of type '", "' has no len()"), "Lars"),
        (place("Lars", "'", "' object is not iterable"), "Lars"),
        (place("Lars", "", "", "type.__name__"), "Lars"),
        (place("U87", "of dtype ", ""), "U87"),
        (place("<U87", "got ", ""), "<U87"),
        (place("Long", "expected scalar type ", " but found "), "Long"),
        (place("Float", " but found ", "", before="expected scalar type  but found "), "Float"),
        (place("string", "Unsupported cast from ", " to "), "string"),
        (place("None", "must be str, not "), "None"),
        (place("U87", "The node ", " is not in the graph.", "n"), None),
        (place("U87", "", " is not in list"), None),
        (place("Long", "No path between a and ", ".", "target"), None),
        (place("Lars", "No path between a and ", ".", "target"), None),
        (place("Lars", "No path between a and ", "."), None),
        (place("'Lars'", "", " is not in list"), None),
        (place("Lars", "expected one of a, b, got "), None),
        (place("Lars", "argument must be one of a, b, not ", "", "answer"), None),
        (place("'Lars'", "Unknown type: "), None),
        (place("Lars", "data type '", "' not understood"), None),
        (place("category", "the ", " was not found"), None),
        (place("Smith", "must be str, not "), None),
    ],
    "grammatical_word": [
        (place("was", "3 ", " given"), "was"),
        (place("s", "argument", " given"), "s"),
        (place("was", "patient '", "' not found"), None),
        (place("is", "patient ", " not found", "patient"), None),
        (place("s", "patient ", " not found"), None),
    ],
    "limit_of_arguments": [(place("at most 3"), "at most <int>"), (place("most 3"), None)],
    "number_that_is_code": [
        (place("2", "[Errno ", "] "), "2"),
        (place("3", "f() takes ", " positional arguments"), "3"),
        (place("37", "patient ", " not found"), None),
        (place("12345", "[Errno ", "] "), None),
    ],
    "operator_between_words": [(place("<=", "a ", " b"), "<="), (place("<=", "a", "b"), None)],
    "one_of_a_few": [(place("integer", "syntax for type "), "integer"), (place("integer", "patient "), None)],
    "codec": [(place("utf-8", "'", "' codec can't decode"), "utf-8"), (place("smith", "'", "' codec can't"), None)],
    "type_of_julia": [
        (place("Model{Docking}", "of type "), "Model{Docking}"),
        (place("3-element Model{Docking}"), "<size> Model{Docking}"),
        (place("Smith{Jones}", "of type "), None),
    ],
    "identifier_where_names_stand": [
        (place("weight", "has no attribute '", "'"), "weight"),
        (place("weight", "", "", "attr"), "weight"),
        (place("'weight' and 'fit'", "positional arguments: "), "'weight' and 'fit'"),
        (place("sklearn", "Missing optional dependency '", "'"), "sklearn"),
        (place("__init__", "has no attribute '", "'"), "__init__"),
        (place("weight", "could not find column name '", "'"), None),
        (place("weight", "No path between a and ", ".", "target"), None),
        (place("weight", "the patient ", ""), None),
        (place("smith", "has no attribute '", "'"), None),
        (place("__smith__", "has no attribute '", "'"), None),
        (place("'weight' and 'smith'", "positional arguments: "), None),
    ],
    "ufunc": [(place("add", "ufunc '", "' did"), "add"), (place("smith", "ufunc '", "'"), None), (place("add"), None)],
    "class_of_the_cells": [
        (place("Docking", "", "", "type.__name__"), "Docking"),
        (place("Smith", "", "", "type.__name__"), "<type>"),
        (place("'Smith'", "", " object is not callable"), "'<type>'"),
        (place("Docking", "the patient ", ""), None),
    ],
}


@pytest.mark.parametrize(
    ("rule", "formatted", "answer"),
    [(rule, formatted, answer) for rule, cases in CASES.items() for formatted, answer in cases],
    ids=lambda value: value.content if isinstance(value, Formatted) else None,
)
def test_a_rule_lets_pass_code_and_says_nothing_about_a_value(
    rule: str, formatted: Formatted, answer: str | None
) -> None:
    assert getattr(hole_rules, rule)(formatted) == answer


def test_each_rule_has_a_docstring_and_cases_of_both_kinds() -> None:
    assert [rule.__name__ for rule in RULES] == list(CASES)
    assert [rule.__name__ for rule in RULES if not rule.__doc__] == []
    for name, cases in CASES.items():
        assert {answer is None for _, answer in cases} == {True, False}, name


@pytest.mark.parametrize(
    ("formatted", "text"),
    [
        (place("smith", "unknown residue ", "", "res"), "<res>"),
        (place("smith", "unknown residue "), "<str>"),
        (place("/home/ann", "No such file or directory: "), "<path>"),
        (place("37"), "<int>"),
        (place("weight", "has no attribute '", "'", "attr"), "weight"),
    ],
)
def test_what_no_rule_lets_pass_is_a_placeholder(formatted: Formatted, text: str) -> None:
    assert shown(formatted) == text


SCRIPTS = {
    "Latin": "abcdefghijklmnopqrstuvwxyzäöüßéèñçşğ",
    "Greek": "αβγδεζηθικλμνξοπρσςτυφχψω",
    "Cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "Hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "Devanagari": "अआइईउऊकखगघचछजझटठडढतथदधनपफबभमयरलवशषसह",
    "Thai": "กขคงจฉชซญฎฏฐณดตถทธนบปผฝพฟภมยรลวศสหอ",
    "Hangul": "김이박최정강조윤장임한오서신권황안송유홍민준지우현",
    "Kana": "あいうえおかきくけこさしすせそアイウエオカキクケコサシスセソ",
    "Han": "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林伟芳娜敏静丽强磊军洋",
}


def words_of(alphabets: Iterable[str]) -> st.SearchStrategy[str]:
    return st.one_of([st.text(alphabet, min_size=2, max_size=12) for alphabet in alphabets])


name_in_a_script = words_of(SCRIPTS.values()).map(str.title)
sample_id = st.builds(lambda letter, number: f"{letter}{number}", st.sampled_from("SUVMXHK"), st.integers(0, 9999))
date = st.dates().map(lambda day: day.isoformat())
path = st.lists(words_of([SCRIPTS["Latin"]]), min_size=2, max_size=4).map(lambda parts: "/" + "/".join(parts))
between_underscores = words_of([SCRIPTS["Latin"]]).map(lambda word: f"__zq{word}__")
dtype_word = st.sampled_from("category string long short half double Long Short Half Float Byte Char".split())
loaded_class = st.sampled_from(sorted(LOADED))
system_text = st.sampled_from(["No such file or directory", "Permission denied", "Is a directory", "Broken pipe"])
known_text = st.sampled_from(
    ["User Name", "no such file or directory", "connection refused", "no children, does not exist in the registry",
     "unable to open file", "division by zero", "list index out of range", "object is not callable"]
)  # fmt: skip
values = (
    name_in_a_script | sample_id | date | path | between_underscores | dtype_word | loaded_class | system_text
    | known_text
).filter(lambda value: value not in ("None", "string"))  # fmt: skip # words that stand in the sentences themselves

VALUE_PLACES = [
    ("The node ", " is not in the graph.", "n"),
    ("No path between a and ", ".", "target"),
    ("", " is not in list", ""),
    ("could not convert string to float: ", "", ""),
    ("unknown residue ", "", "res"),
    ("sample ", " was measured twice", ""),
    ("Invalid frequency: ", "", "freq"),
    ("key ", " not found", ""),
    ("expected one of a, b, got ", "", "value"),
    ("Unknown type: ", "", ""),
]


@pytest.mark.parametrize(("left", "right", "name"), VALUE_PLACES)
@given(value=values, quoted=st.booleans())
@settings(deadline=None)
def test_a_value_in_a_hole_for_values_is_a_placeholder(
    left: str, right: str, name: str, value: str, quoted: bool
) -> None:
    told = shown(place(repr(value) if quoted else value, left, right, name))
    assert told.startswith("<")
    assert value not in told


CELLS_OF_VALUES = [
    "float({v!r})",
    "int({v!r}, 7)",
    "[].index({v!r})",
    "d = {{}}\nd[{v!r}]",
    "{{1: 2}}.pop({v!r})",
    "set().remove({v!r})",
    "{{}}[{v!r}, 3]",
    "{{}}[frozenset([{v!r}])]",
    "import os\nos.environ[{v!r}]",
    "import enum\nclass Colour(enum.Enum):\n    RED = 1\nColour({v!r})",
    "import enum\nclass Colour(enum.Enum):\n    RED = 1\nColour[{v!r}]",
    "import fractions\nfractions.Fraction({v!r} + '!')",
    "import datetime\ndatetime.datetime.strptime({v!r}, '!%H')",
    "import collections\ncollections.ChainMap({{}})[{v!r}]",
    "import configparser\nconfigparser.ConfigParser()[{v!r}]",
    "import logging\nlogging.getLogger().setLevel({v!r})",
    "import ipaddress\nipaddress.ip_address({v!r})",
    "raise ValueError({v!r})",
    "raise OSError({v!r})",
    "raise KeyError({v!r})",
    "class Odd(Exception):\n    pass\nraise Odd({v!r})",
    "def g():\n    yield 1\n    return {v!r}\nwaiting = g()\nnext(waiting)\nnext(waiting)",
    "def g():\n    yield 1\nwaiting = g()\nnext(waiting)\nwaiting.throw(ValueError({v!r}))",
    "import sys\nsys.exit({v!r})",
    "made = type({v!r}.replace(' ', ''), (ValueError,), {{}})\nraise made",
]


@pytest.mark.parametrize("cell", CELLS_OF_VALUES)
@given(one=values, other=values)
@settings(deadline=None, max_examples=60)
def test_what_a_lookup_or_a_conversion_was_given_is_a_value_whatever_it_equals(cell: str, one: str, other: str) -> None:
    """The same cell says the same of any two values."""
    first, second = (event_of(cell.format(v=value)) for value in (one, other))
    assert one not in first["error_message"]
    assert one.casefold() not in first["error_message"].casefold() or one.casefold() in cell.casefold()
    kinds = ("<path>", "<list>", "<object>", "<elem>")  # which kind of thing a value was may leave
    told = [event["error_message"] for event in (first, second)]
    for kind in kinds:
        told = [text.replace(kind, "<str>") for text in told]
    assert told[0] == told[1]
    assert first["error_name"] == second["error_name"]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("len(3)", "object of type 'int' has no len()"),
        ("'a' + 1", 'can only concatenate str (not "int") to str'),
        ("1 + 'a'", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("{}[[]]", "unhashable type: 'list'"),
        ("[1]['a']", "list indices must be integers or slices, not str"),
        ("3()", "'int' object is not callable"),
        ("float([])", "float() argument must be a string or a real number, not 'list'"),
        ("''.join([1])", "sequence item <int>: expected str instance, int found"),
        ("3 < 'a'", "'<' not supported between instances of 'int' and 'str'"),
        ("range('a')", "'str' object cannot be interpreted as an integer"),
        ("for x in 3: pass", "'int' object is not iterable"),
        ("import json\njson.dumps(object())", "Object of type object is not JSON serializable"),
        ("b'a' in 'a'", "'in <string>' requires string as left operand, not bytes"),
    ],
)
@pytest.mark.skipif(sys.version_info < (3, 10), reason="the words of newer Pythons")
def test_types_stay_where_types_stand(cell: str, message: str) -> None:
    assert message_of(cell) == message


@pytest.mark.parametrize(
    "source",
    [
        "text = 'see class {v} in room 4'\nE = type({v!r}, (ValueError,), {{}})\nraise E",
        "text = '''\nclass {v}:\n    pass\n'''\nE = type({v!r}, (ValueError,), {{}})\nraise E",
        "# class {v}\nE = type({v!r}, (ValueError,), {{}})\nraise E",
        "text = f'''class {v}: {{1}}'''\nE = type({v!r}, (ValueError,), {{}})\nraise E",
        "text = 'class {v}: '\nE = type({v!r}, (), {{}})\nlen(E())",
    ],
)
@given(value=words_of([SCRIPTS["Latin"][:26], SCRIPTS["Cyrillic"], SCRIPTS["Han"]]).map(lambda word: f"Zq{word}"))
@settings(deadline=None, max_examples=30)
def test_a_class_that_only_a_text_speaks_of_is_not_defined(source: str, value: str) -> None:
    event = event_of(source.format(v=value))
    assert value not in event["error_name"]
    assert value not in event["error_message"]


def test_a_class_that_a_cell_defines_has_its_name() -> None:
    assert (
        event_of("text = '''class Other'''\nclass DockError(ValueError): pass\nraise DockError")["error_name"]
        == "DockError"
    )

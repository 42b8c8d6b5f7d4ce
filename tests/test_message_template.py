"""What stays the same in the messages of one error."""

from __future__ import annotations

import pytest

from jupyter_errreport.message_template import message_template


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("unknown residue <res> in <chain>", "unknown residue <str> in <int>"),
        ("index 3 is out of bounds for size 10", "index -120 is out of bounds for size 1_000_000"),
        ("shapes (3,4) and (10,) not aligned", "shapes (2,) and (2,3,4) not aligned"),
        ("not in index: [<str>]", "not in index: [<str>, <str>, <path>]"),
        ("'x' is not a column", '"x" is not a column'),
        ("f() takes 1 positional argument but 2 were given", "f() takes 2 positional arguments but 1 was given"),
        ("not enough values to unpack (expected 3, got 2)", "not enough values to unpack (expected <int>, got 0)"),
        ("is ambiguous. Use a.any().", "is ambiguous. Use a.empty, a.bool(), a.any()."),
        (
            "Expected 2D array, got 1D array instead:\narray=<list>.\nReshape",
            "Expected 2D array, got 1D array instead:\narray=[1].",
        ),
        ("dtype <U5 can't be used here", "dtype <U12 can't be used here"),
        ("invalid literal: <str>", "invalid literal: <path>"),
        ("invalid literal: <str>", "invalid literal"),
    ],
)
def test_values_their_number_and_explanations_do_not_count(one: str, other: str) -> None:
    assert message_template(one) == message_template(other) != ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weigh() missing 1 required argument: 'x'", "Sample.weigh() missing 1 required argument: 'x'"),
        ("inner() got an unexpected argument", "outer.<locals>.inner() got an unexpected argument"),
        (
            "local variable 'n' referenced before assignment",
            "cannot access local variable 'n' where it is not associated with a value",
        ),
        (
            "free variable 'n' referenced before assignment in enclosing scope",
            "cannot access free variable 'n' where it is not associated with a value in enclosing scope",
        ),
        ("can't set attribute", "property 'length' of 'Point' object has no setter"),
        ("can't set attribute 'length'", "property 'length' of 'Point' object has no setter"),
        (
            "Can't instantiate abstract class S with abstract methods <str>",
            "Can't instantiate abstract class S without an implementation for abstract method <str>",
        ),
        ("must be a string or a number, not 'list'", "must be a string or a real number, not 'list'"),
        (
            "maximum recursion depth exceeded in comparison",
            "maximum recursion depth exceeded while calling a Python object",
        ),
        ("object NoneType can't be used in 'await' expression", "'NoneType' object can't be awaited"),
        ("unexpected EOF while parsing (line 1)", "'(' was never closed (line 1)"),
        ("unexpected EOF while parsing (line 1)", "incomplete input (line 1)"),
        ("EOL while scanning string literal (line 1)", "unterminated string literal (detected at line 1) (line 1)"),
        (
            "EOF while scanning triple-quoted string literal",
            "unterminated triple-quoted string literal (detected at line 3)",
        ),
        ("expected an indented block (line 2)", "expected an indented block after 'if' statement on line 1 (line 2)"),
        ("can't assign to literal", "cannot assign to literal here. Maybe you meant '==' instead of '='? (line 1)"),
        ("invalid syntax (line 1)", "invalid syntax. Perhaps you forgot a comma? (line 1)"),
        ("invalid syntax (line 1)", "expected ':' (line 1)"),
        ("too many values to unpack (expected 2)", "too many values to unpack (expected 2, got 3)"),
        ("month must be in 1..12", "month must be in 1..12, not 13"),
    ],
)
def test_what_cpython_has_reworded_is_the_same(old: str, new: str) -> None:
    assert message_template(old) == message_template(new) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("name 'df1' is not defined", "name 'df2' is not defined"),
        ("name 'col' is not defined", "name 'cols' is not defined"),
        ("No module named 'numpy'", "No module named 'numba'"),
        ('can only concatenate str (not "int") to str', 'can only concatenate list (not "int") to list'),
        ("got float32 for <name>", "got float64 for <name>"),
        ("a must be < 3 and b > 2", "a must be < 3 and c > 2"),
        ("Error in lm(y, data = d) : object 'y' not found", "Error in glm(y) : object 'y' not found"),
    ],
)
def test_names_and_other_words_do(one: str, other: str) -> None:
    assert message_template(one) != message_template(other)


def test_the_arguments_of_a_call_in_r_do_not_count() -> None:
    one = message_template("Error in cor(x, method = c(<str>, <str>)) : 'x' must be numeric")
    assert one == message_template("Error in cor(y[, 1]): 'x' must be numeric") == "Error in cor: x must be numeric"


@pytest.mark.parametrize("message", ["", "<str>", "'<str>'", "(<int>, <str>)", "[1, 2]", "<withheld>"])
def test_a_message_of_values_alone_has_no_words(message: str) -> None:
    assert message_template(message) == ""

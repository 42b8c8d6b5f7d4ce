import pytest

from jupyter_errreport.privacy.messages.template import Hole
from templates.template_text import found, is_message, is_sentence, written


def test_a_template_is_written_with_its_braces_doubled_and_its_line_breaks_escaped() -> None:
    message = found(["set {a} has no element ", Hole("x"), "\n\tnor C:\\temp has"], raised=True)
    assert next(written([message]))[0] == "set {{a}} has no element {x}\\n\\tnor C:\\\\temp has"


def test_a_message_of_lines_counts_whole_and_each_line_that_says_enough() -> None:
    message = found(["cannot convert the value:\n  ok\nplease give ", Hole("n"), " numbers\n"], raised=True)
    assert [text for text, _raised in written([message])] == [
        "cannot convert the value:\\n  ok\\nplease give {n} numbers",
        "cannot convert the value:",
        "please give {n} numbers",
    ]


@pytest.mark.parametrize(
    ("name", "hole"),
    [
        ("self.name", "{self.name}"),
        ("len xs", "{len xs}"),
        ("", "{value}"),
        ("x[0]", "{x 0}"),
        ("0", "{value}"),
        ("größe", "{gr e}"),
        ("a" * 60, "{" + "a" * 41 + "}"),
    ],
)
def test_a_hole_has_a_name_that_the_reader_of_the_file_takes(name: str, hole: str) -> None:
    assert next(written([found(["unexpected value ", Hole(name)], raised=True)]))[0] == f"unexpected value {hole}"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT name FROM patients WHERE id = 3",
        "select name, age from people where id in the list",
        "CREATE TABLE samples of things",
        "unable to connect to the database at mssql://sa:words@127.0.0.1:1433/name",
        "<div class='error'>something went wrong</div>",
        "write to jane.roe@example.org for more of this",
        "https://example.org/some/words/that/are/a/path",
        "Copyright the authors of this program",
        "def answer(self): return the number",
        "TODO(someone): say what is wrong here",
        "this is distributed under the terms of a licence",
        "nan inf",
        "some_module.some_function",
        "bell \x07 rings in the house",
        "word " * 70,
    ],
)
def test_what_is_no_prose_is_no_message(text: str) -> None:
    assert not is_message([text], raised=True)


def test_a_message_with_an_address_of_documentation_stays() -> None:
    assert is_message(["index out of bounds, see https://example.org/indexing for more"], raised=True)


def test_a_message_with_thirteen_holes_goes() -> None:
    parts = [part for index in range(13) for part in (f"the value number {index} is ", Hole("x"))]
    assert not is_message(parts, raised=True)


def test_a_raised_message_may_be_written_like_a_title() -> None:
    assert is_message(["Bad Conformer Id"], raised=True)
    assert not is_message(["Bad Conformer Id"], raised=False)


def test_two_words_are_enough_for_what_is_raised_and_not_for_the_wide_net() -> None:
    assert is_message(["wrong password"], raised=True)
    assert not is_message(["wrong password"], raised=False)
    assert is_sentence("the password is wrong")
    assert not is_sentence("Kaplan Meier Cox Weibull")

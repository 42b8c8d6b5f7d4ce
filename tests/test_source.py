"""The lexer of cells: whatever the text, it answers, and its tokens are the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.source import cell_hash, tokens


@given(st.text(st.sampled_from("\"'`fbr{}#\\\n %!=ab1.() é"), max_size=60))
def test_the_tokens_are_the_cell(source: str) -> None:
    for language in ("python", "R", "julia", "bash"):
        assert "".join(token.text for token in tokens(source, language)) == source


@given(st.text(max_size=200))
def test_no_text_is_too_strange(source: str) -> None:
    assert "".join(token.text for token in tokens(source)) == source
    cell_hash(source)


@pytest.mark.parametrize(
    "source",
    [
        "print('Smith', 3)",
        "print('Jones', 4)  # a comment of the reader's",
        'print("""\nSmith\n""", 0xFF)',
        'print(f"{patient!r:>{width}} Smith", 1e5)',
        "print( b'Smith',\n      3 )",
    ],
)
def test_values_comments_and_spaces_do_not_change_a_hash(source: str) -> None:
    assert cell_hash(source) == cell_hash("print('x', 1)")


@pytest.mark.parametrize("source", ["print('x')", "print('x', 1, 2)", "display('x', 1)", "x = print('x', 1)"])
def test_code_does(source: str) -> None:
    assert cell_hash(source) != cell_hash("print('x', 1)")


def test_words_of_a_shell_are_not_in_a_hash() -> None:
    assert cell_hash("!ls /home/smith") == cell_hash("!ls /home/jones")
    assert cell_hash("%%bash\ncat smith.csv") == cell_hash("%%bash\ncat jones.csv")


def test_a_cell_without_code_has_no_hash() -> None:
    assert cell_hash("# only a comment\n") is None
    assert cell_hash("") is None

"""The first line keeps its code and comments, and none of its values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.event import Held
from jupyter_errreport.privacy import Around, public_first_line
from jupyter_errreport.privacy.steps import finished


def first_line(source: str, language: str = "python", comments: bool = True, **around: Any) -> str:
    return finished(public_first_line(source, language, comments, Around(**around)))


def holding(*values: Any) -> Held:
    """What a kernel holds in which variables have these values."""
    texts = tuple(value for value in values if isinstance(value, (str, bytes)))
    return Held(texts, tuple(value for value in values if not isinstance(value, (str, bytes))))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("df = pd.read_csv('patients.csv', nrows=10)", "df = pd.read_csv(<str>, nrows=<int>)"),
        ("\n\n  \n  x = 1.5e3 + 0x1F", "x = <float> + <int>"),
        ("#@title Dock the ligand\nx = 1", "#@title Dock the ligand"),
        ("# plain comment", "# plain comment"),
        ("name = 'Smith' #@param {type: 'string'}", "name = <str> #@param {type: 'string'}"),
        ("text = '''Smith\nJones'''; y = 1", "text = <str>; y = <int>"),
        ("f'{patient} and {d[\"Smith\"]}'", "<str>"),
        ("f(b'raw', r'x', f'{y}')", "f(<bytes>, <str>, <str>)"),
        ("!wget https://example.org/smith.csv -O smith.csv", "!wget <url> -O <path>"),
        ("!pip install -q numpy==1.26", "!pip install -q numpy==1.26"),
        ("%cd /home/smith", "%cd <path>"),
        ("%matplotlib inline", "%matplotlib inline"),
        ("%load_ext autoreload", "%load_ext autoreload"),
        ("%%bash\ncat /home/smith", "%%bash"),
        ("%timeit -n 3 f('Smith')", "%timeit -n <int> f(<str>)"),
        ("files = !ls /home/smith", "files = !ls <path>"),
        ("", ""),
    ],
)
def test_python(source: str, expected: str) -> None:
    assert first_line(source) == expected


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("R", 'x <- read.csv("smith.csv") # load', "x <- read.csv(<str>) # load"),
        ("julia", 'download("http://example.org/smith")', "download(<str>)"),
        ("bash", "cat /home/smith/x | grep smith", "cat <path> | grep <arg>"),
    ],
)
def test_other_languages(language: str, source: str, expected: str) -> None:
    assert first_line(source, language) == expected


@pytest.mark.parametrize(
    "value",
    [
        "bob@example.org",
        "https://example.org/a?b=c",
        "/home/bob/data.csv",
        "192.168.3.4",
        "12345678",
        "2013-10-01",
        "sk-abcdefghijklmnop",
    ],
)
def test_what_looks_private_leaves_a_comment(value: str) -> None:
    line = first_line(f"# ask {value} about it")
    assert value not in line
    assert line.startswith("# ask <")


@pytest.mark.parametrize("held", [None, Held(is_whole=False)], ids=["nobody looked", "not all was looked at"])
@pytest.mark.parametrize("comment", ["# plan for zovamelurik", "# \u738b\u4f1f", "# room 4711", "# Max", "# ask Max"])
def test_a_comment_that_could_not_be_compared_with_all_values_does_not_leave(comment: str, held: Held | None) -> None:
    assert first_line(comment, held=held) == "<comment>"
    assert first_line(f"x = 1  {comment}", held=held) == "x = <int>  <comment>"


def test_a_comment_of_words_that_everybody_writes_needs_no_comparison() -> None:
    assert first_line("# Load the data and plot it", held=Held(is_whole=False)) == "# Load the data and plot it"


def test_numbers_that_could_not_be_compared_do_not_leave_a_comment() -> None:
    held = Held(has_all_numbers=False)
    assert first_line("# Exercise 12: account 47 11 08", held=held) == "# Exercise 12: account <number>"


def test_without_comments_nothing_written_for_people_is_left() -> None:
    assert first_line("x = 1  # for Bob", comments=False) == "x = <int>"


@given(st.text(st.characters(codec="utf-8", min_codepoint=1), min_size=4, max_size=40), st.sampled_from("'\""))
def test_a_string_never_leaves(value: str, quote: str) -> None:
    literal = value.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n").replace("\r", "\\r")
    assert first_line(f"call({quote}{literal}{quote}, other)") == "call(<str>, other)"


@pytest.mark.parametrize(
    "written",
    [
        "zovamelura",
        "ZOVAMELURA",
        "zova_melura",
        "zova-mel ura",
        "arulemavoz",
        "7a6f76616d656c757261",
        "em92YW1lbHVyYQ==",
        "zova%6delura",
        "zovamelu",
        "122, 111, 118, 97, 109, 101, 108, 117, 114, 97",
    ],
)
def test_a_comment_does_not_repeat_a_value_that_the_kernel_holds(written: str) -> None:
    line = first_line(f"# ask {written} about it", held=holding("other", "zovamelura", 3.5))
    assert written not in line
    assert line.startswith("# ask <")
    assert line.endswith("> about it")


def test_a_comment_does_not_repeat_a_number_that_the_kernel_holds() -> None:
    assert first_line("# 1,234.5 euros", held=holding(1234.5)) == "# <float> euros"


def test_short_values_and_words_of_prose_do_not_spoil_a_comment() -> None:
    values = ["a", "to", "at", 3, "This is a long text of many words, and one of them is notebook."]
    assert first_line("# late to the notebook at 3", held=holding(*values)) == "# late to the notebook at 3"


def test_a_long_line_is_cut() -> None:
    assert len(first_line("x, " * 1_000)) == 200

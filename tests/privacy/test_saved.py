"""Errors that notebooks keep: the libraries' words stay, what was formatted in does not; names are its cells'."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_errreport.command.preview import saved_errors
from jupyter_errreport.privacy.saved import PublicError, SavedError, scrub_saved
from jupyter_errreport.privacy.steps import finished


def public(
    message: str,
    *,
    name: str = "ValueError",
    source: str = "run()",
    language: str = "python",
    cells: tuple[str, ...] = (),
) -> PublicError:
    return finished(scrub_saved(SavedError(name, message, source, (), language, cells)))


def said(message: str, source: str = "run()", language: str = "python", cells: tuple[str, ...] = ()) -> str:
    return public(message, source=source, language=language, cells=cells).error_message


NLTK = (
    "\n" + "*" * 70 + "\n  Resource \x1b[93m{0}\x1b[0m not found.\n  Please use the NLTK Downloader to obtain the"
    " resource:\n\n  \x1b[31m>>> import nltk\n  >>> nltk.download('{0}')\n  \x1b[0m\n  For more information see:"
    " https://www.nltk.org/data.html\n\n  Attempted to load \x1b[93mtokenizers/{0}/x.pickle\x1b[0m\n\n  Searched in:\n"
    "    - '/home/{0}/nltk_data'\n    - ''\n" + "*" * 70 + "\n"
)
OUT = (
    "CUDA out of memory. Tried to allocate {0} MiB (GPU 0; {0} GiB total capacity; {0} GiB already allocated; {0} MiB"
    " free; {0} GiB reserved in total by PyTorch)"
)
TIDYVERSE = (
    "\x1b[1m\x1b[33mError\x1b[39m in `mutate()`:\x1b[22m\n\x1b[36m\u2139\x1b[39m In argument: `a = {0}`.\n"
    "\x1b[1mCaused by error:\x1b[22m\n\x1b[33m!\x1b[39m object '{0}' not found"
)
SHAPES = [
    (OUT, "python", ["CUDA out of memory. Tried to allocate", "total capacity;", "reserved in total by PyTorch"]),
    (OUT.replace("reserved in total by PyTorch", "cached"), "python", ["already allocated;", "cached)"]),
    (
        NLTK,
        "python",
        ["Resource", "not found.", "Please use the NLTK Downloader to obtain the resource", "Attempted to"],
    ),
    (
        "Message: no such element: Unable to locate element: {{'x': '{0}'}}\n",
        "python",
        ["no such element: Unable to locate"],
    ),
    (
        "Message: '{0}' executable needs to be in PATH. Please see https://{0}.example",
        "python",
        ["needs to be in PATH"],
    ),
    ("Error 111 connecting to {0}:6379. Connection refused.", "python", ["connecting to", "Connection refused."]),
    ("Error for Training job {0}: Failed. Reason: {0}", "python", ["Error for Training job", "Failed. Reason:"]),
    (TIDYVERSE, "R", ["Error in `mutate()`", "In argument:", "Caused by error:", "object", "not found"]),
    ("Error in parse(text = x): <text>:2:0: unexpected end of input\n1: {0}(\n   ^", "R", ["unexpected end of input"]),
    (
        "Error: Can't subset columns that don't exist.\n✖ Column `{0}` doesn't exist.",
        "R",
        ["Can't subset columns", "Column"],
    ),
    ("ArgumentError: column(s) {0} are missing from argument(s) 2", "julia", ["are missing from argument(s)"]),
]
VALUES = st.one_of(
    st.from_regex(r"[A-Z][a-z]{2,8}ov[0-9]{1,3}", fullmatch=True),
    st.sampled_from(
        ["zovamelurik", "Müller-Zöva", "王伟明", "김민준", "Пётр", "p1980-02-03", "zova_mela", "98765.4321"]
    ),
)


@pytest.mark.parametrize(("shape", "language", "words"), SHAPES, ids=lambda value: str(value)[:40])
@settings(max_examples=12, deadline=None)
@given(value=VALUES)
def test_words_stay_and_values_do_not(shape: str, language: str, words: list[str], value: str) -> None:
    told = said(shape.format(value), language=language)
    assert [piece for piece in words if piece not in told] == []
    assert value not in told


def test_what_a_future_raised_is_a_type() -> None:
    message = "RetryError[<Future at 0x7f2c8c3d9d90 state=finished raised RateLimitError>]"
    assert said(message) == "RetryError[<Future at <address> state=finished raised RateLimitError>]"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("<class 'NameError'>", "NameError"),
        ("<class 'requests.exceptions.HTTPError'>", "HTTPError"),
        ("<class 'anna smith'>", "Exception"),
        ("<class 'x'> y", "Exception"),
        ("KeyError", "KeyError"),
    ],
)
def test_a_name_may_be_the_repr_of_a_class(name: str, expected: str) -> None:
    assert public("1", name=name).error_name == expected


MISSING = "'NoneType' object has no attribute 'balance'"


@pytest.mark.parametrize(
    "source",
    [
        'print(f"{account.balance:.2f} of {x}")',
        "print(rf'{get(account).balance!r:>{width}}')",
        'print(f"""a\n{account.balance}\n""")',
        "account.balance",
    ],
)
def test_an_attribute_in_the_braces_of_an_f_string_is_code(source: str) -> None:
    assert said(MISSING, source) == MISSING


@pytest.mark.parametrize(
    "source", ['f"balance {x}"', '"{account.balance}"', "# account.balance", 'f"{{account.balance}}"']
)
def test_words_in_a_text_or_comment_are_not(source: str) -> None:
    assert "balance" not in said(MISSING, source)


def test_a_class_of_another_cell_is_code() -> None:
    message = "object of type 'Deck' has no len()"
    assert said(message, "len(d)", cells=("len(d)", "class Deck:\n    pass")) == message
    assert "Deck" not in said(message, "len(d)", cells=("len(d)", "x = 'class Deck'  # Deck"))


def test_preview_knows_the_other_cells(tmp_path: Path) -> None:
    def cell(source: str, *outputs: dict[str, object]) -> dict[str, object]:
        return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs), "execution_count": 1}

    error = {
        "output_type": "error",
        "ename": "TypeError",
        "evalue": "object of type 'Deck' has no len()",
        "traceback": [],
    }
    cells = [cell("class Deck:\n    pass"), cell("len(d)", error)]
    notebook = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "cards.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert [found.public.error_message for found in saved_errors(str(path))] == ["object of type 'Deck' has no len()"]

"""A receiver hides what looks private in whatever any client sends, and says where."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_errreport.api.receiving.masked import mask
from jupyter_errreport.api.receiving.validation import read_event
from jupyter_errreport.privacy import WITHHELD
from jupyter_errreport.privacy.messages.known import KNOWN, Index, KnownTemplates


def event(**fields: Any) -> dict[str, Any]:
    return {"error_name": "ValueError", **fields}


@pytest.mark.parametrize(
    ("field", "text", "hidden"),
    [
        ("error_message", "no account for anna@example.org here", "no account for <email> here"),
        ("first_line", "# see /home/anna/trial", "# see <path>"),
        ("notebook", "call 5551234567 back.ipynb", "call <number> back.ipynb"),
    ],
)
def test_what_looks_private_is_hidden_and_named(field: str, text: str, hidden: str) -> None:
    read = read_event(event(**{field: text}))
    assert read[field] == hidden  # type: ignore[literal-required]
    assert read["masked"] == [field]


def test_chains_are_masked_too() -> None:
    read = read_event(event(chain=[{"error_name": "KeyError", "error_message": "10.1.2.3", "relation": "cause"}]))
    assert read["chain"][0]["error_message"] == "<ip>"
    assert read["masked"] == ["chain"]


@pytest.mark.parametrize(
    "message",
    [
        "could not convert string to float: <str>",
        "'NoneType' object has no attribute 'group'",
        "[Errno 2] No such file or directory: <path>",
        "module 'scipy.io' has no attribute 'loadmatt'",
        "unknown residue <self.res> in <df.io>",
        "Expected 2D array, got 1D array instead. Use array.reshape(-1, 1) if your data has a single feature",
        "For further information visit https://errors.pydantic.dev/2.11/v/missing",
    ],
)
def test_what_our_kernels_send_stays_as_it_is(message: str) -> None:
    read = read_event(event(error_message=message))
    assert read["error_message"] == message
    assert "masked" not in read


def test_the_predecessor_sends_raw_messages_in_which_quoted_text_is_a_value() -> None:
    read = read_event(event(error_message="could not convert string to float: 'Smith'"), is_raw=True)
    assert read["error_message"] == "could not convert string to float: '<str>'"
    assert read["masked"] == ["error_message"]
    kept = "'NoneType' object has no attribute 'group'"
    assert read_event(event(error_message=kept), is_raw=True)["error_message"] == kept


def test_an_unscrubbed_event_is_kept_whole_only_where_that_is_agreed() -> None:
    sent = event(error_message="patient Smith", first_line="x = 'Smith'", policy="verbatim")
    refused = read_event(sent)
    assert (refused["error_message"], refused["first_line"]) == (WITHHELD, "")
    assert refused["masked"] == ["chain", "error_message", "first_line"]
    agreed = read_event(sent, accept_verbatim=True)
    assert (agreed["error_message"], agreed["first_line"], agreed["policy"]) == (
        "patient Smith",
        "x = 'Smith'",
        "verbatim",
    )
    assert "masked" not in agreed


def test_what_an_earlier_receiver_masked_stays_named() -> None:
    assert read_event(event(error_message="<ip>", masked=["error_message", "nonsense"]))["masked"] == ["error_message"]


FIRST_LINES = (Path(__file__).parent / "first_lines.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", FIRST_LINES)
def test_a_first_line_of_code_stays_byte_for_byte(line: str) -> None:
    read = read_event(event(first_line=line))
    assert read["first_line"] == line
    assert "masked" not in read


def test_there_are_many_such_lines() -> None:
    assert len(set(FIRST_LINES)) >= 64


letters, digits = string.ascii_lowercase, string.digits
nonsense = st.text(letters, min_size=5, max_size=9).map(lambda text: "zq" + text)
mixed = st.lists(st.sampled_from([*string.ascii_letters, *digits * 3]), min_size=24, max_size=40).map(
    lambda text: "a1B2" + "".join(text) + "3c4D5"
)
planted = st.one_of(
    st.builds(
        "{0}.{1}@{2}.{3}".format, nonsense, nonsense, nonsense, st.sampled_from(["org", "at", "co.jp", "klinik"])
    ),
    st.builds("/{0}/{1}/{2}.csv".format, st.sampled_from(["home", "data", "x"]), nonsense, nonsense),
    st.builds("C:\\Users\\{0} {1}\\{2}.xlsx".format, nonsense, nonsense, nonsense),
    st.builds("https://{0}.{1}/{2}?id={1}".format, nonsense, nonsense, nonsense),
    st.builds("{0}{1}".format, st.sampled_from(["sk-proj-", "ghp_", "glpat-", "hf_", ""]), mixed),
)
code = st.sampled_from(
    ["x = f(1)", "import numpy as np", "for a in b:", "df.to_json()", "x.de", "while True: pass", "a@b.T"]
)


@given(planted, code, st.booleans())
@settings(deadline=None)
def test_what_is_planted_in_comments_and_strings_is_hidden(value: str, written: str, is_raw: bool) -> None:
    for line in (f"{written}  # ask {value} today", f"# {value}", f"y = {value!r}", f"y = g(f'{value}'); {written}"):
        read = read_event(event(first_line=line), is_raw=is_raw)
        assert value not in read["first_line"]
        assert "zq" not in read["first_line"]
        assert "a1B2" not in read["first_line"]
        assert read["masked"] == ["first_line"]


@given(planted)
@settings(deadline=None)
def test_what_is_planted_in_messages_and_readers_comments_is_hidden(value: str) -> None:
    text = f"nothing for {value} there"
    link = {"error_name": "KeyError", "error_message": text, "relation": "cause"}
    read = read_event(event(error_message=text, comments=[text], chain=[link]))
    for hidden in (read["error_message"], read["comments"][0], read["chain"][0]["error_message"]):
        assert "zq" not in hidden
        assert "a1B2" not in hidden
    assert read["masked"] == ["chain", "comments", "error_message"]


@given(nonsense, nonsense, nonsense)
def test_a_line_that_is_no_code_is_prose(first: str, second: str, third: str) -> None:
    read = read_event(event(first_line=f"please ask {first}.{second}@{third}.com"))
    assert read["first_line"] == "please ask <email>"


@pytest.mark.parametrize(
    "comment",
    [
        "response.json() fails",
        "is it mean/median/mode?",
        "I call hf_hub_download with skipinitialspace",
        "np.random.test",
    ],
)
def test_a_reader_may_speak_of_code(comment: str) -> None:
    assert read_event(event(comments=[comment]))["comments"] == [comment]


@pytest.mark.parametrize("name", ["2026-11-24", "2025-03-07 lecture.ipynb", "03.11.2026 Stunde 4"])
def test_a_notebook_may_be_called_after_a_day(name: str) -> None:
    read = read_event(event(notebook=name))
    assert read["notebook"] == name
    assert "masked" not in read


@pytest.mark.parametrize("name", ["hf_hub_download", "skipinitialspace", "from_json_to_csv", "<lambda>"])
def test_a_function_keeps_its_name(name: str) -> None:
    frame = {"filename": "a/b.py", "fun_name": name, "lineno": 3}
    assert read_event(event(traceback=[frame]))["traceback"] == [frame]


@pytest.mark.parametrize("tail", ["?user=zqanna", "/zqanna", "#zqanna", "@zqanna", ".zqanna.at"])
def test_only_the_whole_address_of_a_manual_is_known(tail: str) -> None:
    address = next(iter(sorted(KNOWN_ADDRESSES)))
    assert read_event(event(error_message=f"see {address}, please"))["error_message"] == f"see {address}, please"
    assert "zqanna" not in read_event(event(error_message=f"see {address}{tail}"))["error_message"]


KNOWN_ADDRESSES = [found.decode() for found in KNOWN._index().addresses() if b"github.com" in found]


class CountingContent(bytes):
    """Content that counts how often it is searched."""

    searches = 0

    def find(self, *arguments: Any) -> int:
        type(self).searches += 1
        return super().find(*arguments)


def test_addresses_are_looked_up_without_a_search_of_the_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of 1 KB with 11,000 addresses took over a minute of the event loop."""
    known = KnownTemplates()
    passes = 0
    read = Index.addresses

    def counted(index: Index) -> frozenset[bytes]:
        nonlocal passes
        passes += 1
        return read(index)

    known._shipped.append(Index(CountingContent(b"see\tsee https://a.example/manual for help\n")))
    monkeypatch.setattr(Index, "addresses", counted)
    monkeypatch.setattr("jupyter_errreport.api.receiving.masked.KNOWN", known)
    text = "http://a.b.c " * 5
    link = {"error_name": "a", "error_message": text, "relation": "cause"}
    for _ in range(200):
        one: Any = read_event(event(error_message=text, chain=[link] * 10))
        mask(one, is_raw=False, accept_verbatim=False)
    assert passes == 1
    assert CountingContent.searches == 0
    assert read_event(event(error_message="see https://a.example/manual"))["error_message"].endswith("/manual")

"""A receiver hides what looks private in whatever any client sends, and says where."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_errreport.api.validation import read_event
from jupyter_errreport.privacy import WITHHELD


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

"""Whatever is sent is either refused with a sentence or an event that the database takes."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.api.http.fields import moment
from jupyter_errreport.api.http.problem import Problem
from jupyter_errreport.api.http.strict_json import parse
from jupyter_errreport.api.receiving.validation import SentEvent, read_event
from jupyter_errreport.event import fingerprint
from jupyter_errreport.store.events.rows import event_of, row_of

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(SentEvent.__struct_fields__)
TEXT = st.text(st.characters(codec=None), max_size=20)  # surrogates too


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse(text)
    except Problem as problem:
        assert problem.status_code == 400


@given(st.dictionaries(FIELDS, ANYTHING), TEXT)
def test_any_fields_make_an_event_that_can_be_stored_or_name_what_is_wrong(fields: dict[str, Any], name: str) -> None:
    try:
        event = read_event(parse(json.dumps({"error_name": name, **fields})))
    except Problem as problem:
        assert problem.status_code == 400
        assert problem.message
        return
    row: Any = row_of(event, "2026-11-24T08:00:00.000000Z", "dock", event["fingerprint"])
    json.dumps(event, ensure_ascii=False).encode()
    shown = event_of(row)
    assert {name: shown[name] for name in event} == event


@given(TEXT)
def test_text_is_kept_as_it_is_but_for_what_no_database_holds(text: str) -> None:
    kept = parse(json.dumps(text))
    kept.encode()
    assert "\0" not in kept
    assert len(kept) == len(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


@given(st.datetimes(timezones=st.timezones()))
def test_any_time_becomes_the_fixed_width(when: Any) -> None:
    try:
        assert len(moment(when.isoformat(), "since")) == 27
    except Problem as problem:
        assert problem.field == "since"  # the year 0 or 10000 in UTC


def test_a_missing_fingerprint_is_computed_and_a_given_one_kept() -> None:
    assert read_event({"error_name": "A", "error_message": "m"})["fingerprint"] == fingerprint("A", "m", [])
    assert read_event({"error_name": "A", "fingerprint": "2-mine"})["fingerprint"] == "2-mine"


def test_one_that_was_made_in_an_older_way_is_made_anew_with_the_cell() -> None:
    sent = {"error_name": "KeyError", "error_message": "<str>", "cell_hash": "c", "fingerprint": "0" * 32}
    found = read_event(sent)
    assert (
        found["fingerprint"] == fingerprint("KeyError", "<str>", [], cell_hash="c") != fingerprint("KeyError", "", [])
    )
    assert found["former_fingerprint"] == "0" * 32

"""What readers say of errors: kept once, a few times an event, for a week, and gone with the error."""

import time
from collections.abc import Callable
from typing import Any

from jupyter_errreport.event import EventMessageType, group_id, new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.errors import delete_errors, find_error, list_errors
from jupyter_errreport.store.errors.insert import Outcome, insert_errors
from jupyter_errreport.store.events.comments import comments_of_group
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.groups.groups import GroupChange, change_group, find_group
from jupyter_errreport.store.groups.hints import take_hints
from jupyter_errreport.store.groups.regroupings import merge, split
from jupyter_errreport.store.outbox.outbox import figures, next_events, register, settle

Make = Callable[..., EventMessageType]


def stored(database: Database, *events: EventMessageType, to: tuple[str, ...] = ()) -> list[Outcome]:
    return database.write(lambda connection: insert_errors(connection, events, None, 90, to)).result(5)


def said(database: Database, event_id: str) -> list[str]:
    error = database.read(lambda connection: find_error(connection, event_id)).result(5)
    return [comment["text"] for comment in error["comments"]] if error else []


def test_what_is_said_is_kept_once_in_the_order_in_which_it_came(database: Database, event: Make) -> None:
    one = event()
    stored(database, one)
    for comments in (["a"], ["a", "b"], ["a", "b"]):
        (outcome,) = stored(database, {**one, "comments": comments})
        assert outcome.status == "duplicate"
    assert not outcome.is_said_of
    assert said(database, one["event_id"]) == ["a", "b"]
    page = database.read(lambda connection: list_errors(connection, Filters(), 10)).result(5)
    assert [comment["text"] for comment in page.items[0]["comments"]] == ["a", "b"]


def test_it_may_come_with_the_error_itself_and_before_it_in_a_batch(database: Database, event: Make) -> None:
    one, two = event(comments=["at once"]), event()
    stored(database, one, two, {**two, "comments": ["behind"]})
    assert said(database, one["event_id"]) == ["at once"]
    assert said(database, two["event_id"]) == ["behind"]


def test_it_has_its_limits(database: Database, event: Make) -> None:
    one, old = event(), event(event_id=new_event_id(time.time() - 8 * 86_400))
    stored(database, one, old)
    stored(database, {**one, "comments": list("abcdefg")}, {**old, "comments": ["late"]}, event(comments=["x"]))
    assert said(database, one["event_id"]) == list("abcde")
    assert said(database, old["event_id"]) == []


def test_it_goes_with_the_error(database: Database, event: Make) -> None:
    one = event(comments=["a"])
    stored(database, one)
    database.write(lambda connection: delete_errors(connection, Filters())).result(5)
    stored(database, {**one, "comments": ["b"]})
    assert (
        database.read(lambda connection: comments_of_group(connection, group_id("dock", "f" * 32), 9)).result(5) == []
    )


def test_a_group_has_the_newest_and_keeps_them_when_it_is_merged_and_split(database: Database, event: Make) -> None:
    one, two = event(comments=["one"]), event(comments=["two"], fingerprint="e" * 32)
    stored(database, one, two)

    def of(group: str) -> list[str]:
        read = database.read(lambda connection: comments_of_group(connection, group, 9)).result(5)
        return [comment["text"] for comment in read]

    first, second = group_id("dock", "f" * 32), group_id("dock", "e" * 32)
    database.write(lambda connection: merge(connection, second, first, None)).result(5)
    assert (of(first), of(second)) == (["two", "one"], [])
    database.write(lambda connection: split(connection, first, "e" * 32, "", None)).result(5)
    assert (of(first), of(second)) == (["one"], ["two"])


def test_it_is_passed_on_to_collectors_though_the_error_was_before(database: Database, event: Make) -> None:
    one = event()
    for key, kind in (("c", "collector"), ("s", "slack")):
        database.write(lambda connection, key=key, kind=kind: register(connection, key, kind, "")).result(5)
    stored(database, one, to=("c", "s"))

    def waiting(key: str) -> list[dict[str, Any]]:
        return database.read(lambda connection: next_events(connection, key, 9)).result(5)

    stored(database, {**one, "comments": ["while it waits"]}, to=("c", "s"))
    assert [event["comments"] for event in waiting("c")] == [["while it waits"]]
    for key in ("c", "s"):
        statuses = {one["event_id"]: "stored"}
        database.write(lambda connection, key=key, s=statuses: settle(connection, key, s, "")).result(5)
    stored(database, {**one, "comments": ["while it waits", "after"]}, to=("c", "s"))
    assert [event["comments"] for event in waiting("c")] == [["while it waits", "after"]]
    assert waiting("s") == []
    for row in database.read(figures).result(5):
        assert row["queued"] == row["sent"] + row["waiting"]


def test_a_collectors_hint_is_told_here_and_never_replaces_ones_own(database: Database, event: Make) -> None:
    one = event()
    stored(database, one)

    def hear(hint: str) -> Outcome:
        hints = {one["event_id"]: hint, new_event_id(): "of no event"}
        database.write(lambda connection: take_hints(connection, hints, "errors.example.org")).result(5)
        return stored(database, one)[0]

    heard = hear("Run step 1.")
    assert (heard.hint, heard.hint_from) == ("Run step 1.", "errors.example.org")
    assert hear("Run step 2.").hint == "Run step 2."
    assert (hear("").hint, hear("").hint_from) == ("", None)
    assert hear("Run\0 step \ud83d 3.").hint == "Run\ufffd step \ufffd 3."
    hear("Theirs.")
    group = group_id("dock", "f" * 32)
    database.write(lambda connection: change_group(connection, group, GroupChange(hint="Ours."), None)).result(5)
    heard = hear("Theirs again.")
    assert (heard.hint, heard.hint_from) == ("Ours.", None)
    found = database.read(lambda connection: find_group(connection, group, None)).result(5)
    assert found is not None
    assert found["hint_from"] is None

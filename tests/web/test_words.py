"""What the pages say in words."""

from datetime import datetime, timezone
from typing import Any

import pytest

from jupyter_errreport.web.alert_rows import told
from jupyter_errreport.web.group import state
from jupyter_errreport.web.group_rows import marks
from jupyter_errreport.web.numbers import grouped, percent, plural
from jupyter_errreport.web.overview import headline
from jupyter_errreport.web.when import ago, day_name

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
OPEN: dict[str, Any] = {
    "status": "open",
    "resolved_release": None,
    "ignored_until": None,
    "regressed_at": None,
    "first_seen": "2026-11-20T00:00:00.000000Z",
    "hint": "",
}


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-24T11:59:30.000000Z", "just now"),
        ("2026-11-24T12:00:30.000000Z", "just now"),
        ("2026-11-24T11:56:00.000000Z", "4 min ago"),
        ("2026-11-24T09:00:00.000000Z", "3 h ago"),
        ("2026-11-23T11:00:00.000000Z", "25 h ago"),
        ("2026-11-19T12:00:00.000000Z", "5 d ago"),
        ("2026-01-02T12:00:00.000000Z", "2026-01-02"),
        ("yesterday", "yesterday"),
    ],
)
def test_how_long_ago(moment: str, said: str) -> None:
    assert ago(moment, NOW) == said


def test_numbers_are_read_at_a_glance() -> None:
    assert (grouped(999), grouped(1_234_567)) == ("999", "1\u202f234\u202f567")
    assert (plural(1, "session"), plural(0, "session"), plural(2_000, "entry", "entries")) == (
        "1 session",
        "0 sessions",
        "2\u202f000 entries",
    )
    assert (day_name("2026-11-03"), day_name("?")) == ("3 Nov", "?")


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0"), (0.001, "< 1"), (0.4, "40"), (0.999, "> 99"), (1, "100")],
)
def test_all_and_none_are_said_only_where_they_are_meant(share: float, said: str) -> None:
    assert percent(share) == f"{said}\u202f%"


@pytest.mark.parametrize(
    ("change", "said", "marked"),
    [
        ({}, "Open", []),
        ({"regressed_at": "2026-11-21T00:00:00.000000Z"}, "Came back", ["back"]),
        ({"status": "resolved"}, "Resolved", ["resolved"]),
        ({"status": "resolved", "resolved_release": "1.2"}, "Resolved after 1.2", ["resolved"]),
        ({"status": "ignored", "hint": "Wait."}, "Ignored", ["ignored", "hint"]),
        ({"status": "ignored", "ignored_until": "again"}, "Ignored until it happens again", ["ignored"]),
        (
            {"status": "ignored", "ignored_until": {"sessions": 1}},
            "Ignored for 1 more session",
            ["ignored"],
        ),
        ({"first_seen": "2026-11-23T08:00:00.000000Z"}, "Open", ["new"]),
    ],
)
def test_what_was_decided_about_a_group(change: dict[str, Any], said: str, marked: list[str]) -> None:
    group = OPEN | change
    assert state(group) == said
    assert list(marks(group, "2026-11-23")) == marked


def test_the_morning_in_a_headline() -> None:
    assert headline(0, 0) == "Nothing new"
    assert headline(1, 0) == "1 new error"
    assert headline(2, 1) == "2 new errors, 1 came back"
    assert headline(10_000, 0).endswith("+ new errors")


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        ("new", {}, "New"),
        ("regression", {"release": "1.2"}, "Came back in 1.2"),
        ("regression", {}, "Came back after it was resolved"),
        ("reopened", {"sessions": 5}, "Not ignored any more: 5 sessions"),
        ("reopened", {}, "Not ignored any more"),
        ("spike", {}, "More often than usual"),
        ("share", {"share": 0.4}, "Fewer sessions without an error: 40\u202f%"),
        ("share", {}, "More sessions have errors"),
    ],
)
def test_alerts_are_sentences(kind: str, details: dict[str, Any], said: str) -> None:
    assert told(kind, details) == said

from typing import Any
from urllib.parse import urljoin

import pytest

from jupyter_errreport.api.groups import ORDERS
from jupyter_errreport.event import new_event_id

from .server import ApiServer
from .test_receiving import problem

Group = dict[str, Any]


def fail(server: ApiServer, fingerprint: str, **fields: Any) -> dict[str, Any]:
    """Send an error of a group; the answer."""
    answer: dict[str, Any] = server.post("errors", {"error_name": "E", "fingerprint": fingerprint, **fields}).json()
    return answer


def group(server: ApiServer, group_id: str) -> Group:
    answer = server.get(f"groups/{group_id}")
    assert answer.status_code == 200, answer.text
    found: Group = answer.json()
    return found


def change(server: ApiServer, group_id: str, **fields: Any) -> Group:
    answer = server.patch(f"groups/{group_id}", fields)
    assert answer.status_code == 200, answer.text
    changed: Group = answer.json()
    return changed


def listed(server: ApiServer, query: str = "", **more: Any) -> list[str]:
    answer = server.get(f"groups?{query}", **more)
    assert answer.status_code == 200, answer.text
    return [found["group"] for found in answer.json()]


def test_the_list_can_be_filtered_by_each_filter(server: ApiServer) -> None:
    fail(server, "a", error_name="ValueError", notebook="dock", error_message="unknown residue <res>")
    fail(server, "b", error_name="KeyError", notebook="dock", first_line="table[<str>]")
    fail(server, "c", error_name="KeyError", notebook="fold")
    change(server, "c", status="resolved", note="Fixed upstream, see the CHANGES")
    assert listed(server) == ["c", "b", "a"]
    assert listed(server, "notebook=dock") == ["b", "a"]
    assert listed(server, "error_name=KeyError&notebook=dock") == ["b"]
    assert listed(server, "status=open") == ["b", "a"]
    assert listed(server, "status=resolved") == ["c"]
    assert listed(server, "q=RESIDUE") == ["a"]
    assert listed(server, "q=table%5B") == ["b"]
    assert listed(server, "q=upstream") == ["c"]
    last_seen = group(server, "b")["last_seen"]
    assert listed(server, f"since={last_seen}") == ["c", "b"]
    assert listed(server, f"until={last_seen}") == ["a"]
    assert listed(server, "status=&notebook=&q=&order=") == ["c", "b", "a"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("status", ["", "&status=open"])
def test_the_cursor_of_each_order_leads_through_every_group_once(server: ApiServer, order: str, status: str) -> None:
    # Many have the same figures, so that only their ids tell them apart.
    for name in "abcdefg":
        fail(server, name, count=2 if name in "bdf" else 1, session="s" if name in "cd" else None)
    fail(server, "a")
    whole = listed(server, f"order={order}{status}")
    figures = [group(server, name)[order] for name in whole]
    assert sorted(whole) == list("abcdefg")
    assert figures == sorted(figures, reverse=True)
    url, seen = f"{server.url}groups?order={order}&limit=2{status}", []
    while url:
        answer = server.get(url.removeprefix(server.url))
        seen += [found["group"] for found in answer.json()]
        following = answer.links.get("next")
        url = urljoin(url, following["url"]) if following else ""
    assert seen == whole


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("colour=red", "unknown_filter"),
        ("session=s", "unknown_filter"),
        ("status=new", "bad_status"),
        ("order=name", "bad_order"),
        ("since=yesterday", "invalid_field"),
        ("limit=0", "bad_limit"),
        ("cursor=abc", "bad_cursor"),
        ("format=xml", "bad_format"),
    ],
)
def test_a_bad_query_is_refused(server: ApiServer, query: str, reason: str) -> None:
    problem(server.get(f"groups?{query}"), 400, reason)


def test_one_group_tells_where_when_and_of_what(server: ApiServer) -> None:
    fail(server, "a", notebook="dock", cell_hash="h1", execution_count=3, count=4, session="s", release="1.0")
    fail(server, "a", notebook="fold", execution_count=7, session="t", release="1.1")
    found = group(server, "a")
    assert (found["count"], found["events"], found["sessions"]) == (5, 2, 2)
    assert [(cell["notebook"], cell["cell"], cell["count"]) for cell in found["cells"]] == [
        ("dock", "h1", 4),
        ("fold", "[7]", 1),
    ]
    assert [day["count"] for day in found["days"]] == [5]
    assert {row["release"]: row["count"] for row in found["releases"]} == {"1.0": 4, "1.1": 1}
    assert found["fingerprints"] == [{"fingerprint": "a", "count": 5}]


def test_a_token_for_some_notebooks_sees_and_changes_only_their_groups(server: ApiServer) -> None:
    fail(server, "a", notebook="dock 1")
    fail(server, "b", notebook="fold")
    fail(server, "a", notebook="fold")
    scope = {"X-Test-Scope": "dock*"}
    assert listed(server, headers=scope) == ["a"]
    assert listed(server, "notebook=fold", headers=scope) == []
    assert [cell["notebook"] for cell in server.get("groups/a", headers=scope).json()["cells"]] == ["dock 1"]
    problem(server.get("groups/b", headers=scope), 404, "unknown_group")
    problem(server.patch("groups/b", {"note": "mine"}, headers=scope), 404, "unknown_group")
    problem(server.post("groups/a/merge", {"into": "b"}, headers=scope), 404, "unknown_group")
    problem(server.post("groups/b/split", {"fingerprint": "b"}, headers=scope), 404, "unknown_group")
    assert group(server, "b")["note"] == ""


def test_each_field_can_be_changed_and_the_others_stay(server: ApiServer) -> None:
    fail(server, "a", release="2.0")
    assert change(server, "a", note="look at the parser")["note"] == "look at the parser"
    assert change(server, "a", hint="Upload a PDB file first.")["note"] == "look at the parser"
    resolved = change(server, "a", status="resolved")
    assert (resolved["status"], resolved["resolved_release"]) == ("resolved", "2.0")
    assert resolved["hint"] == "Upload a PDB file first."
    assert change(server, "a", status="resolved", release="3.0")["resolved_release"] == "3.0"
    assert change(server, "a", status="ignored")["ignored_until"] is None
    assert change(server, "a", status="ignored", until="again")["ignored_until"] == "again"
    assert change(server, "a", status="ignored", until={"sessions": 3})["ignored_until"] == {"sessions": 3}
    opened = change(server, "a", status="open", hint="")
    assert (opened["ignored_until"], opened["resolved_release"], opened["hint"]) == (None, None, "")
    assert opened["status_at"] > resolved["status_at"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"status": "closed"}, "status"),
        ({"until": "again"}, "until"),
        ({"status": "resolved", "until": "again"}, "until"),
        ({"status": "ignored", "until": "tomorrow"}, "until"),
        ({"status": "ignored", "until": {"sessions": 0}}, "until.sessions"),
        ({"release": "1.0"}, "release"),
        ({"note": "x" * 2_001}, "note"),
        ({"hint": 7}, "hint"),
    ],
)
def test_a_wrong_change_is_refused_by_the_fields_name(server: ApiServer, fields: dict[str, Any], field: str) -> None:
    fail(server, "a")
    assert problem(server.patch("groups/a", fields), 400, "invalid_field")["field"] == field
    assert group(server, "a")["status"] == "open"


def test_a_field_that_is_not_known_is_refused(server: ApiServer) -> None:
    fail(server, "a")
    problem(server.patch("groups/a", {"stauts": "resolved"}), 400, "invalid_field")
    problem(server.patch("groups/a", ["resolved"]), 400, "not_an_object")


def test_unknown_groups_are_404(server: ApiServer) -> None:
    fail(server, "a")
    problem(server.get("groups/nope"), 404, "unknown_group")
    problem(server.patch("groups/nope", {"note": "x"}), 404, "unknown_group")
    problem(server.post("groups/nope/merge", {"into": "a"}), 404, "unknown_group")
    problem(server.post("groups/a/merge", {"into": "nope"}), 404, "unknown_group")
    problem(server.post("groups/nope/split", {"fingerprint": "a"}), 404, "unknown_group")


def test_a_resolved_group_that_happens_again_later_is_a_regression(server: ApiServer) -> None:
    fail(server, "a")
    change(server, "a", status="resolved")
    fail(server, "a")
    found = group(server, "a")
    assert (found["status"], found["regressed_at"]) == ("open", found["last_seen"])


@pytest.mark.parametrize(
    ("resolved", "seen", "is_regression"),
    [("1.9", "1.10", True), ("1.10", "1.9", False), ("1.10", "1.10", False), ("abc123", "def456", True)],
)
def test_only_a_newer_release_is_a_regression(server: ApiServer, resolved: str, seen: str, is_regression: bool) -> None:
    fail(server, "a", release=resolved)
    change(server, "a", status="resolved")
    fail(server, "a", release=seen)
    found = group(server, "a")
    assert found["count"] == 2
    assert (found["status"], found["regressed_at"] is not None) == (
        ("open", True) if is_regression else ("resolved", False)
    )


def test_an_error_that_only_arrives_late_is_no_regression(server: ApiServer) -> None:
    happened = fail(server, "a") and group(server, "a")["last_seen"]
    change(server, "a", status="resolved")
    fail(server, "a", timestamp=happened)
    found = group(server, "a")
    assert (found["count"], found["status"], found["regressed_at"]) == (2, "resolved", None)


def test_an_ignored_group_stays_so(server: ApiServer) -> None:
    fail(server, "a")
    change(server, "a", status="ignored")
    fail(server, "a")
    assert group(server, "a")["status"] == "ignored"


def test_ignored_until_it_happens_again(server: ApiServer) -> None:
    fail(server, "a")
    change(server, "a", status="ignored", until="again")
    fail(server, "a")
    found = group(server, "a")
    assert (found["status"], found["ignored_until"], found["regressed_at"]) == ("open", None, None)


def test_ignored_until_more_sessions_have_it(server: ApiServer) -> None:
    fail(server, "a", session="s1")
    change(server, "a", status="ignored", until={"sessions": 2})
    fail(server, "a", session="s1")
    fail(server, "a", session="s2")
    found = group(server, "a")
    assert (found["status"], found["ignored_until"]) == ("ignored", {"sessions": 1})
    fail(server, "a", session="s3")
    assert group(server, "a")["status"] == "open"


def test_a_merge_lasts_for_errors_to_come_and_the_old_id_leads_on(server: ApiServer) -> None:
    fail(server, "a")
    fail(server, "b")
    merged = server.post("groups/a/merge", {"into": "b"}).json()
    assert (merged["group"], merged["count"]) == ("b", 2)
    assert fail(server, "a")["group"] == "b"
    assert group(server, "a") == group(server, "b")
    assert {row["fingerprint"]: row["count"] for row in group(server, "b")["fingerprints"]} == {"a": 2, "b": 1}
    assert change(server, "a", note="by its old id")["group"] == "b"
    assert [error["group"] for error in server.get("errors?group=b").json()] == ["b"] * 3


def test_a_split_lasts_for_errors_to_come(server: ApiServer) -> None:
    fail(server, "a")
    fail(server, "b")
    server.post("groups/a/merge", {"into": "b"})
    assert server.post("groups/b/split", {"fingerprint": "a"}).json()["group"] == "a"
    assert fail(server, "a")["group"] == "a"
    assert (group(server, "a")["count"], group(server, "b")["count"]) == (2, 1)


def test_one_notebooks_errors_can_be_split_off(server: ApiServer) -> None:
    fail(server, "a", notebook="dock")
    fail(server, "a", notebook="fold")
    new = server.post("groups/a/split", {"fingerprint": "a", "notebook": "fold"}).json()
    assert [cell["notebook"] for cell in new["cells"]] == ["fold"]
    assert fail(server, "a", notebook="fold")["group"] == new["group"] != "a"
    assert fail(server, "a", notebook="dock")["group"] == "a"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("groups/a/merge", {"into": "a"}),
        ("groups/a/split", {"fingerprint": "a"}),
        ("groups/a/split", {"fingerprint": "zzz"}),
    ],
)
def test_what_would_change_nothing_is_409(server: ApiServer, path: str, body: dict[str, str]) -> None:
    fail(server, "a")
    problem(server.post(path, body), 409, "nothing_to_regroup")


def test_the_authors_hint_is_in_the_answer_to_an_error(server: ApiServer) -> None:
    assert "hint" not in fail(server, "a")
    change(server, "a", hint="Run cell 2 first.", note="not for readers")
    event = {"error_name": "E", "fingerprint": "a", "event_id": new_event_id()}
    stored = server.post("errors", event).json()
    assert (stored["status"], stored["hint"]) == ("stored", "Run cell 2 first.")
    again = server.post("errors", [event, {"error_name": "F"}]).json()
    assert (again[0]["status"], again[0]["hint"]) == ("duplicate", "Run cell 2 first.")
    assert "hint" not in again[1]
    assert "not for readers" not in server.post("errors", event).text

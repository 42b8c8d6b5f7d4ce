from typing import Any
from urllib.parse import urljoin

import pytest

from jupyter_errreport.api.groups import ORDERS
from jupyter_errreport.event import group_id, new_event_id
from jupyter_errreport.source import cell_hash

from .server import ApiServer
from .test_receiving import problem

Group = dict[str, Any]


def fail(server: ApiServer, fingerprint: str, **fields: Any) -> dict[str, Any]:
    """Send an error of a group, in the notebook `dock` unless said otherwise; the answer."""
    sent = {"error_name": "E", "notebook": "dock", "fingerprint": f"2-{fingerprint}", **fields}
    answer: dict[str, Any] = server.post("errors", sent).json()
    return answer


def publish(server: ApiServer, release: str, notebook: str = "dock") -> None:
    """Publish cells as a release of the notebook."""
    answer = server.put(f"notebooks/{notebook}/source", {"cells": [{"source": f"x = {release!r}"}], "release": release})
    assert answer.status_code == 200, answer.text


def name_of(fingerprint: str, notebook: str = "dock") -> str:
    """The id of the group of `fail`'s errors."""
    return group_id(notebook, f"2-{fingerprint}")


A, B, C = name_of("a"), name_of("b"), name_of("c", "fold")


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
    change(server, C, status="resolved", note="Fixed upstream, see the CHANGES")
    assert listed(server) == [C, B, A]
    assert listed(server, "notebook=dock") == [B, A]
    assert listed(server, "error_name=KeyError&notebook=dock") == [B]
    assert listed(server, "status=open") == [B, A]
    assert listed(server, "status=resolved") == [C]
    assert listed(server, "q=RESIDUE") == [A]
    assert listed(server, "q=table%5B") == [B]
    assert listed(server, "q=upstream") == [C]
    last_seen = group(server, B)["last_seen"]
    assert listed(server, f"since={last_seen}") == [C, B]
    assert listed(server, f"until={last_seen}") == [A]
    assert listed(server, "status=&notebook=&q=&order=") == [C, B, A]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("status", ["", "&status=open"])
def test_the_cursor_of_each_order_leads_through_every_group_once(server: ApiServer, order: str, status: str) -> None:
    # Many have the same figures, so that only their ids tell them apart.
    for name in "abcdefg":
        fail(server, name, count=2 if name in "bdf" else 1, session="s" if name in "cd" else None)
    fail(server, "a")
    whole = listed(server, f"order={order}{status}")
    figures = [group(server, name)[order] for name in whole]
    assert sorted(whole) == sorted(map(name_of, "abcdefg"))
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
    fail(server, "a", cell_hash="h1", execution_count=3, count=4, session="s", release="1.0")
    fail(server, "a", notebook="Copy of dock.ipynb", execution_count=7, session="t", release="1.1")
    found = group(server, A)
    assert (found["count"], found["events"], found["sessions"]) == (5, 2, 2)
    assert [(cell["notebook"], cell["cell"], cell["count"]) for cell in found["cells"]] == [
        ("dock", "h1", 4),
        ("dock", "[7]", 1),
    ]
    assert [day["count"] for day in found["days"]] == [5]
    assert {row["release"]: row["count"] for row in found["releases"]} == {"1.0": 4, "1.1": 1}
    assert found["fingerprints"] == [{"fingerprint": "2-a", "count": 5}]


def test_a_token_for_some_notebooks_sees_and_changes_only_their_groups(server: ApiServer) -> None:
    own, strange = name_of("a", "dock 1"), name_of("b", "fold")
    fail(server, "a", notebook="dock 1")
    fail(server, "b", notebook="fold")
    fail(server, "a", notebook="fold")
    scope = {"X-Test-Scope": "dock*"}
    assert listed(server, headers=scope) == [own]
    assert listed(server, "notebook=fold", headers=scope) == []
    found = server.get(f"groups/{own}", headers=scope).json()
    assert ([cell["notebook"] for cell in found["cells"]], found["elsewhere"]) == (["dock 1"], [])
    problem(server.get(f"groups/{strange}", headers=scope), 404, "unknown_group")
    problem(server.patch(f"groups/{strange}", {"note": "mine"}, headers=scope), 404, "unknown_group")
    problem(server.post(f"groups/{own}/merge", {"into": strange}, headers=scope), 404, "unknown_group")
    problem(server.post(f"groups/{strange}/split", {"fingerprint": "2-b"}, headers=scope), 404, "unknown_group")
    assert group(server, strange)["note"] == ""


def test_each_field_can_be_changed_and_the_others_stay(server: ApiServer) -> None:
    publish(server, "2.0")
    fail(server, "a", release="2.0")
    assert change(server, A, note="look at the parser")["note"] == "look at the parser"
    assert change(server, A, hint="Upload a PDB file first.")["note"] == "look at the parser"
    resolved = change(server, A, status="resolved")
    assert (resolved["status"], resolved["resolved_release"]) == ("resolved", "2.0")
    assert resolved["hint"] == "Upload a PDB file first."
    assert change(server, A, status="resolved", release="3.0")["resolved_release"] == "3.0"
    assert change(server, A, status="ignored")["ignored_until"] is None
    assert change(server, A, status="ignored", until="again")["ignored_until"] == "again"
    assert change(server, A, status="ignored", until={"sessions": 3})["ignored_until"] == {"sessions": 3}
    opened = change(server, A, status="open", hint="")
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
    assert problem(server.patch(f"groups/{A}", fields), 400, "invalid_field")["field"] == field
    assert group(server, A)["status"] == "open"


def test_a_field_that_is_not_known_is_refused(server: ApiServer) -> None:
    fail(server, "a")
    problem(server.patch(f"groups/{A}", {"stauts": "resolved"}), 400, "invalid_field")
    problem(server.patch(f"groups/{A}", ["resolved"]), 400, "not_an_object")


def test_unknown_groups_are_404(server: ApiServer) -> None:
    fail(server, "a")
    problem(server.get("groups/nope"), 404, "unknown_group")
    problem(server.patch("groups/nope", {"note": "x"}), 404, "unknown_group")
    problem(server.post("groups/nope/merge", {"into": A}), 404, "unknown_group")
    problem(server.post(f"groups/{A}/merge", {"into": "nope"}), 404, "unknown_group")
    problem(server.post("groups/nope/split", {"fingerprint": "2-a"}), 404, "unknown_group")


def test_a_resolved_group_that_happens_again_later_is_a_regression(server: ApiServer) -> None:
    fail(server, "a")
    change(server, A, status="resolved")
    fail(server, "a")
    found = group(server, A)
    assert (found["status"], found["regressed_at"]) == ("open", found["last_seen"])


@pytest.mark.parametrize(
    ("resolved", "seen", "is_regression"),
    [("1.9", "1.10", True), ("1.10", "1.9", False), ("1.10", "1.10", False), ("abc123", "def456", True)],
)
@pytest.mark.parametrize("is_published", [True, False])
def test_only_a_newer_release_is_a_regression(
    server: ApiServer, resolved: str, seen: str, is_regression: bool, is_published: bool
) -> None:
    fail(server, "a", release=resolved)
    if is_published:
        publish(server, resolved)
        change(server, A, status="resolved")
    else:
        change(server, A, status="resolved", release=resolved)
    fail(server, "a", release=seen)
    found = group(server, A)
    assert found["count"] == 2
    assert (found["status"], found["regressed_at"] is not None) == (
        ("open", True) if is_regression else ("resolved", False)
    )


@pytest.mark.parametrize("strange", ["999999.1", "2099-01-01", "the next one", "2026.12"])
@pytest.mark.parametrize("published", [[], ["2026.10", "2026.11"], ["2026.11", "2026.10"]])
def test_a_release_that_only_was_reported_is_never_the_newest(
    server: ApiServer, strange: str, published: list[str]
) -> None:
    for release in published:
        publish(server, release)
        fail(server, "a", release=release)
    fail(server, "a", release=strange)
    assert change(server, A, status="resolved")["resolved_release"] == (published[-1] if published else None)
    fail(server, "a", release="2026.12")
    assert group(server, A)["regressed_at"] is not None


def test_a_name_that_a_stranger_reported_first_is_not_old(server: ApiServer) -> None:
    publish(server, "spring")
    fail(server, "a", release="spring")
    fail(server, "a", release="summer")
    change(server, A, status="resolved")
    publish(server, "summer")
    fail(server, "a", release="spring")
    assert group(server, A)["status"] == "resolved"
    fail(server, "a", release="summer")
    assert group(server, A)["regressed_at"] is not None


def test_names_are_as_old_as_the_author_published_them(server: ApiServer) -> None:
    publish(server, "winter")
    publish(server, "spring")
    fail(server, "a", release="spring")
    change(server, A, status="resolved")
    fail(server, "a", release="winter")
    assert group(server, A)["status"] == "resolved"


def test_a_release_published_for_another_notebook_does_not_count(server: ApiServer) -> None:
    publish(server, "9.0", "fold")
    fail(server, "a", release="9.0")
    assert change(server, A, status="resolved")["resolved_release"] is None


def test_an_error_that_only_arrives_late_is_no_regression(server: ApiServer) -> None:
    happened = fail(server, "a") and group(server, A)["last_seen"]
    change(server, A, status="resolved")
    fail(server, "a", timestamp=happened)
    found = group(server, A)
    assert (found["count"], found["status"], found["regressed_at"]) == (2, "resolved", None)


def test_an_ignored_group_stays_so(server: ApiServer) -> None:
    fail(server, "a")
    change(server, A, status="ignored")
    fail(server, "a")
    assert group(server, A)["status"] == "ignored"


def test_ignored_until_it_happens_again(server: ApiServer) -> None:
    fail(server, "a")
    change(server, A, status="ignored", until="again")
    fail(server, "a")
    found = group(server, A)
    assert (found["status"], found["ignored_until"], found["regressed_at"]) == ("open", None, None)


def test_ignored_until_more_sessions_have_it(server: ApiServer) -> None:
    fail(server, "a", session="s1")
    change(server, A, status="ignored", until={"sessions": 2})
    fail(server, "a", session="s1")
    fail(server, "a", session="s2")
    found = group(server, A)
    assert (found["status"], found["ignored_until"]) == ("ignored", {"sessions": 1})
    fail(server, "a", session="s3")
    assert group(server, A)["status"] == "open"


def test_a_merge_lasts_for_errors_to_come_and_the_old_id_leads_on(server: ApiServer) -> None:
    fail(server, "a")
    fail(server, "b")
    merged = server.post(f"groups/{A}/merge", {"into": B}).json()
    assert (merged["group"], merged["count"]) == (B, 2)
    assert fail(server, "a")["group"] == B
    assert group(server, A) == group(server, B)
    assert {row["fingerprint"]: row["count"] for row in group(server, B)["fingerprints"]} == {"2-a": 2, "2-b": 1}
    assert change(server, A, note="by its old id")["group"] == B
    assert [error["group"] for error in server.get(f"errors?group={B}").json()] == [B] * 3


def test_a_split_lasts_for_errors_to_come(server: ApiServer) -> None:
    fail(server, "a")
    fail(server, "b")
    server.post(f"groups/{A}/merge", {"into": B})
    assert server.post(f"groups/{B}/split", {"fingerprint": "2-a"}).json()["group"] == A
    assert fail(server, "a")["group"] == A
    assert (group(server, A)["count"], group(server, B)["count"]) == (2, 1)


def test_one_cells_errors_can_be_split_off(server: ApiServer) -> None:
    fail(server, "a", cell_hash="h1", first_line="first")
    fail(server, "a", cell_hash="h2", first_line="second")
    new = server.post(f"groups/{A}/split", {"fingerprint": "2-a", "notebook": "dock", "cell": "h1"}).json()
    assert [cell["cell"] for cell in new["cells"]] == ["h1"]
    assert (group(server, A)["first_line"], group(server, A)["cell"]) == ("second", "h2"), "a cell that it still has"
    assert fail(server, "a", cell_hash="h1")["group"] == new["group"] != A
    assert fail(server, "a", cell_hash="h2")["group"] == A


def test_what_is_decided_about_an_error_holds_in_its_notebook_only(server: ApiServer) -> None:
    elsewhere = name_of("a", "fold")
    for notebook in ("dock", "fold"):
        fail(server, "a", notebook=notebook)
        fail(server, "b", notebook=notebook)
    change(server, A, hint="Run cell 2 first.", note="mine", status="ignored")
    server.post(f"groups/{B}/merge", {"into": A})
    assert (fail(server, "a")["hint"], fail(server, "b")["group"]) == ("Run cell 2 first.", A)
    other = group(server, elsewhere)
    assert (other["hint"], other["note"], other["status"], other["count"]) == ("", "", "open", 1)
    assert "hint" not in fail(server, "a", notebook="fold")
    assert fail(server, "b", notebook="fold")["group"] == name_of("b", "fold")
    problem(server.post(f"groups/{A}/merge", {"into": elsewhere}), 409, "nothing_to_regroup")


def test_the_same_error_in_other_notebooks_is_told_to_those_who_may_read_them(server: ApiServer) -> None:
    for notebook in ("dock", "dock 2", "fold"):
        fail(server, "a", notebook=notebook)

    def elsewhere(**more: Any) -> list[str]:
        answer = server.get(f"groups/{A}", headers=more)
        return sorted(other["notebook"] for other in answer.json()["elsewhere"])

    assert elsewhere() == ["dock 2", "fold"]
    assert elsewhere(**{"X-Test-Scope": "dock*"}) == ["dock 2"]
    page = server.get(f"groups/{A}", headers={"Accept": "text/html", "X-Test-Scope": "dock*"}).text
    assert name_of("a", "dock 2") in page
    assert "fold" not in page


def test_an_id_of_former_times_leads_to_its_only_visible_group_and_else_to_a_choice(server: ApiServer) -> None:
    """What older kernels call their errors, and older servers the groups."""
    former = "f" * 32
    sent = {"error_name": "KeyError", "error_message": "<str>", "fingerprint": former, "cell_hash": "h1"}
    one, other = (server.post("errors", {**sent, "notebook": name}).json()["group"] for name in ("dock", "fold"))
    assert one != other
    scope = {"X-Test-Scope": "dock*"}
    assert server.get(f"groups/{former}", headers=scope).json()["group"] == one
    assert server.patch(f"groups/{former}", {"hint": "ours"}, headers=scope).json()["group"] == one
    for answer in (server.get(f"groups/{former}"), server.patch(f"groups/{former}", {"hint": "whose?"})):
        found = problem(answer, 409, "several_groups")
        assert {(part["group"], part["notebook"]) for part in found["groups"]} == {(one, "dock"), (other, "fold")}
    page = server.get(f"groups/{former}", headers={"Accept": "text/html"})
    assert (page.status_code, f"groups/{one}" in page.text, f"groups/{other}" in page.text) == (409, True, True)
    assert (group(server, one)["hint"], group(server, other)["hint"]) == ("ours", "")
    problem(server.get(f"groups/{former}", headers={"X-Test-Scope": "other"}), 404, "unknown_group")


def test_so_does_a_fingerprint(server: ApiServer) -> None:
    fail(server, "a")
    assert server.get("groups/2-a").json()["group"] == A
    fail(server, "a", notebook="fold")
    problem(server.get("groups/2-a"), 409, "several_groups")


FIVE = (
    ("raise ValueError('Upload the file first')", "ValueError", "<str>"),
    ("assert False, 'no data'", "AssertionError", "<str>"),
    ("{}['x']", "KeyError", "<str>"),
    ("table['X']", "KeyError", "<str>"),
    ("next(iter([]))", "StopIteration", ""),
)


def test_five_errors_in_two_notebooks_are_ten_groups_with_ten_hints(server: ApiServer) -> None:
    frames = {"<cell>": [], "pandas": [{"filename": "pandas/core/frame.py", "fun_name": "__getitem__", "lineno": 9}]}

    def send(notebook: str, number: int) -> dict[str, Any]:
        source, name, message = FIVE[number]
        sent = {
            "error_name": name,
            "error_message": message,
            "notebook": notebook,
            "first_line": source,
            "cell_hash": cell_hash(source),
            "traceback": [
                {"filename": "<cell 3>", "fun_name": "<module>", "lineno": 1},
                *frames["pandas" if source.startswith("table") else "<cell>"],
            ],
        }
        answer: dict[str, Any] = server.post("errors", sent).json()
        return answer

    all_of_them = [(notebook, number) for notebook in ("physics", "history") for number in range(len(FIVE))]
    ids = {one: send(*one)["group"] for one in all_of_them}
    assert len(set(ids.values())) == 10
    for (notebook, number), found in ids.items():
        change(server, found, hint=f"{notebook} {number}")
    for notebook, number in all_of_them:
        told = group(server, ids[notebook, number])
        assert (told["notebook"], told["first_line"]) == (notebook, FIVE[number][0])
        assert send(f"{notebook}.ipynb", number)["hint"] == f"{notebook} {number}"


def test_a_cell_that_its_author_edits_keeps_its_group(server: ApiServer) -> None:
    sent = {
        "error_name": "KeyError",
        "error_message": "<str>",
        "notebook": "physics",
        "traceback": [{"filename": "<cell 3>", "fun_name": "<module>", "lineno": 1}],
    }

    def send(source: str, **more: Any) -> str:
        return str(server.post("errors", {**sent, "cell_hash": cell_hash(source), **more}).json()["group"])

    first = send("stations[key]", cell_id="c1")
    assert send("stations[key].name", cell_id="c1") == first
    assert send("stations[key].name") == first, "for good"
    assert send("months[key]", cell_id="c2") != first, "another cell"
    assert send("stations[key].title", cell_id="c1", notebook="history") != first, "another notebook"
    assert send("stations[key].title", cell_id="c1", error_name="IndexError") != first, "another error"
    assert send("stations[key].title") != first, "nobody can tell"
    assert group(server, first)["count"] == 3


def test_nobodys_notebooks_are_seen_by_no_token_and_told_no_hint(server: ApiServer) -> None:
    for notebook in ("Untitled", "Untitled3.ipynb", "unknown"):
        found = fail(server, "a", notebook=notebook)["group"]
        change(server, found, hint="for whom?")
        assert "hint" not in fail(server, "a", notebook=notebook)
        for scope in ("*", "Untitled*", "un*"):
            headers = {"X-Test-Scope": scope}
            assert listed(server, headers=headers) == []
            problem(server.get(f"groups/{found}", headers=headers), 404, "unknown_group")
            sent = {"error_name": "E", "notebook": notebook}
            problem(server.post("errors", sent, headers=headers), 403, "notebook_not_allowed")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"groups/{A}/merge", {"into": A}),
        (f"groups/{A}/split", {"fingerprint": "2-a"}),
        (f"groups/{A}/split", {"fingerprint": "zzz"}),
    ],
)
def test_what_would_change_nothing_is_409(server: ApiServer, path: str, body: dict[str, str]) -> None:
    fail(server, "a")
    problem(server.post(path, body), 409, "nothing_to_regroup")


def test_the_authors_hint_is_in_the_answer_to_an_error(server: ApiServer) -> None:
    assert "hint" not in fail(server, "a")
    change(server, A, hint="Run cell 2 first.", note="not for readers")
    event = {"error_name": "E", "notebook": "dock", "fingerprint": "2-a", "event_id": new_event_id()}
    stored = server.post("errors", event).json()
    assert (stored["status"], stored["hint"]) == ("stored", "Run cell 2 first.")
    again = server.post("errors", [event, {"error_name": "F"}]).json()
    assert (again[0]["status"], again[0]["hint"]) == ("duplicate", "Run cell 2 first.")
    assert "hint" not in again[1]
    assert "not for readers" not in server.post("errors", event).text

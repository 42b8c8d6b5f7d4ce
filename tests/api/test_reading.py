import re
from urllib.parse import urljoin

import pytest

from .server import ApiServer
from .test_receiving import problem

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def post(server: ApiServer, *names: str, **fields: object) -> list[str]:
    answers = server.post("errors", [{"error_name": name, **fields} for name in names]).json()
    return [answer["event_id"] for answer in answers]


def test_the_next_link_keeps_the_filters_and_leads_through_each_exactly_once(server: ApiServer) -> None:
    wanted = post(server, *["A"] * 7, notebook="x y&z")
    post(server, "B", notebook="other")
    url, seen = server.url + "errors?notebook=x+y%26z&limit=3", []
    while url:
        answer = server.get(url.removeprefix(server.url))
        seen += [event["event_id"] for event in answer.json()]
        post(server, "new", notebook="x y&z")
        following = answer.links.get("next")
        url = urljoin(url, following["url"]) if following else ""
    assert seen == wanted[::-1]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("colour=red", "unknown_filter"),
        ("since=yesterday", "invalid_field"),
        ("until=2026-99-01", "invalid_field"),
        ("limit=0", "bad_limit"),
        ("limit=1001", "bad_limit"),
        ("limit=ten", "bad_limit"),
        ("limit=%D9%A3", "bad_limit"),
        ("cursor=abc", "bad_cursor"),
        ("cursor=%FF", "bad_request"),
        ("format=xml", "bad_format"),
    ],
)
def test_a_bad_query_is_answered_with_what_is_known(server: ApiServer, query: str, reason: str) -> None:
    problem(server.get(f"errors?{query}"), 400, reason)


def test_an_unknown_filter_is_answered_with_the_known_ones(server: ApiServer) -> None:
    message = server.get("errors?colour=red").json()["message"]
    assert "notebook, error_name, group, session, since, until, q" in message


def test_an_empty_filter_is_none(server: ApiServer) -> None:
    post(server, "A")
    assert len(server.get("errors?notebook=&since=&q=").json()) == 1


def test_a_program_gets_json_and_a_browser_a_page(server: ApiServer) -> None:
    (event_id,) = post(server, "Astonishing")
    for path in ("errors", f"errors/{event_id}"):
        assert server.get(path).headers["Content-Type"].startswith("application/json")
        assert server.get(path, headers={"Accept": "application/json"}).json()
        page = server.get(path, headers=BROWSER)
        assert page.headers["Content-Type"].startswith("text/html")
        assert "Astonishing" in page.text
        sep = "?format=json"
        assert server.get(path + sep, headers=BROWSER).json()
        assert "<html" in server.get(path + "?format=html").text


def test_pages_allow_no_script_but_ours_and_nothing_from_elsewhere(server: ApiServer) -> None:
    answer = server.get("errors", headers=BROWSER)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "://" not in policy
    assert "*" not in policy
    assert not re.findall(r"<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=", answer.text)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_links_of_pages_are_relative(server: ApiServer) -> None:
    (event_id,) = post(server, "A")
    for path in ("errors", f"errors/{event_id}"):
        text = server.get(path, headers=BROWSER).text
        assert 'href="/' not in text
        style = text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert urljoin(server.url + path, style) == server.url + "static/errreport.css"
    assert "color-scheme" in server.get("static/errreport.css").text


def test_the_front_is_a_page_also_for_a_program(server: ApiServer) -> None:
    post(server, "Astonishing")
    answer = server.get("", allow_redirects=False)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Astonishing" in answer.text


def test_an_error_that_is_not_here_is_404(server: ApiServer) -> None:
    problem(server.get("errors/nope"), 404, "unknown_error")
    problem(server.delete("errors/nope"), 404, "unknown_error")


def test_deleting_one_deletes_that_one(server: ApiServer) -> None:
    first, second = post(server, "A", "B")
    assert server.delete(f"errors/{first}").json() == {"deleted": 1}
    assert [event["event_id"] for event in server.get("errors").json()] == [second]


def test_deleting_by_filter_deletes_what_matches(server: ApiServer) -> None:
    post(server, "A", "A", "B")
    assert server.delete("errors?error_name=A").json() == {"deleted": 2}


def test_deleting_everything_must_be_said(server: ApiServer) -> None:
    post(server, "A", "B")
    problem(server.delete("errors"), 400, "no_filter")
    problem(server.delete("errors?error_name="), 400, "no_filter")
    problem(server.delete("errors?all=yes"), 400, "bad_all")
    assert server.delete("errors?all=true").json() == {"deleted": 2}


def test_a_wrong_method_is_405_with_the_right_ones(server: ApiServer) -> None:
    answer = server.post("status", {})
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"


def test_an_unexpected_failure_is_500_and_shows_nothing_of_the_inside(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(work: object) -> None:
        raise RuntimeError("password=secret")

    monkeypatch.setattr(server.database, "read", fail)
    answer = server.get("errors?q=private")
    problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert "GET /some/where/errors failed." in caplog.text
    assert "private" not in caplog.text


def test_status_tells_how_database_and_destinations_are(server: ApiServer) -> None:
    server.service.destinations = lambda connection: [{"kind": "slack", "waiting": 3}]
    server.post("errors", {"error_name": "A", "count": 5})
    server.post("sessions", {})
    status = server.get("status").json()
    received = status.pop("received")
    assert (received["events"], received["stored"]) == (1, 1)
    assert status == {
        "status": "ok",
        "version": "0",
        "database": {"kind": "sqlite", "journal_mode": "wal"}
        if server.database.kind == "sqlite"
        else {"kind": "postgresql"},
        "destinations": [{"kind": "slack", "waiting": 3}],
        "errors": {"events": 1, "count": 5, "sampled": 0},
        "sessions": 1,
    }


def test_status_says_when_the_database_is_away(server: ApiServer) -> None:
    server.database.close()
    assert server.get("status").json()["status"] == "degraded"


def test_status_says_what_lastingly_is_wrong(server: ApiServer) -> None:
    server.service.warning = "Errors are kept in a temporary folder."
    status = server.get("status").json()
    assert (status["status"], status["message"]) == ("degraded", "Errors are kept in a temporary folder.")


def test_a_browser_is_told_of_a_problem_on_a_page_and_a_program_in_json(server: ApiServer) -> None:
    page = server.get("errors?limit=0", headers=BROWSER)
    assert page.status_code == 400
    assert "<h1>400</h1>" in page.text
    assert "whole number" in page.text
    assert server.get("errors?limit=0").json()["reason"] == "bad_limit"

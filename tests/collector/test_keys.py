"""Keys of notebooks, and a collector that takes no report without one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.contract import SESSION_HEADER
from jupyter_errreport.event import new_event_id
from jupyter_errreport.store.keys.refusals import MOST
from tests.support.collectors import ADMIN, Collector

from .conftest import Start
from .test_access import make_token, token_command

pytestmark = pytest.mark.needs("installed wheel")

EVENT = {"error_name": "SecretName", "error_message": "secret message", "first_line": "secret()"}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, module_place: str) -> Iterator[Collector]:
    """A collector that asks for keys."""
    running = Collector(Path(sys.executable), tmp_path_factory.mktemp("strict"), "--require-key", db=module_place)
    yield running
    running.kill()


def make_key(collector: Collector, notebook: str, token: str = ADMIN) -> dict[str, Any]:
    answer = collector.post("keys", {"notebook": notebook}, token)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def not_accepted(collector: Collector, token: str = ADMIN) -> dict[str, int]:
    return {item["notebook"]: item["count"] for item in collector.get("not-accepted", token).json()}


@pytest.mark.parametrize("path", ["errors", "sessions", "usages/", f"errors/{'0' * 32}/"])
def test_a_report_without_a_key_is_refused_with_what_to_do(strict: Collector, path: str) -> None:
    answer = strict.post(path, {**EVENT, "notebook": "nothing kept"})
    assert (answer.status_code, answer.json()["reason"]) == (401, "key_required")
    assert "report_" in answer.json()["message"]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert strict.errors(notebook="nothing kept") == []
    assert strict.read("sessions", notebook="nothing kept") == []


def test_of_what_is_refused_only_name_time_and_count_are_kept(strict: Collector) -> None:
    body = [{**EVENT, "notebook": name} for name in ("lessons/Copy of lost.ipynb", "lost", "other lost")]
    assert strict.post("errors", body).status_code == 401
    lines = "\n".join('{"notebook": "lost", "error_name": "SecretName"}' for _ in range(2))
    strict.request("POST", "errors", data=lines, headers={"Content-Type": "application/x-ndjson"})
    strict.post("sessions", {"notebook": "lost", "uuid": "a" * 32})
    found = [item for item in strict.read("not-accepted") if "lost" in item["notebook"]]
    assert all(set(item) == {"notebook", "refused_at", "count"} for item in found)
    assert {item["notebook"]: item["count"] for item in found} == {"lost": 5, "other lost": 1}
    page = strict.get("keys", ADMIN, headers={"Accept": "text/html"}).text
    assert "other lost" in page
    assert "ecret" not in page + str(strict.sql("SELECT * FROM refusals"))
    assert strict.read("errors") == [] or all("lost" not in error["notebook"] for error in strict.errors())


@pytest.mark.parametrize(
    "body", [b"", b"[", b"7", b"[7, null]", b'{"notebook": 7}', b'[{"notebook": {}}]', b"\xff", b'{"a": ' * 90]
)
def test_what_can_not_be_read_is_refused_all_the_same(strict: Collector, body: bytes) -> None:
    for path in ("errors", "sessions"):
        answer = strict.request("POST", path, data=body)
        assert (answer.status_code, answer.json()["reason"]) == (401, "key_required")


def test_private_names_are_masked_before_they_are_kept(strict: Collector) -> None:
    strict.post("errors", {**EVENT, "notebook": "mail to jane.doe@example.org"})
    assert not any("jane" in name for name in not_accepted(strict))


def test_a_flood_of_names_leaves_a_hundred(strict: Collector) -> None:
    for start in range(0, 3 * MOST, 20):
        strict.post("errors", [{**EVENT, "notebook": f"made up {start + number}"} for number in range(20)])
        if start % MOST == 0:
            not_accepted(strict)
    assert len(not_accepted(strict)) == MOST


def test_a_key_lets_its_notebook_report_and_nothing_else(strict: Collector) -> None:
    strict.post("errors", {**EVENT, "notebook": "dock"})
    assert "dock" in not_accepted(strict)
    made = make_key(strict, "lessons/dock.ipynb")
    key = made["token"]
    assert (made["notebook"], key[:7]) == ("dock", "report_")
    assert "dock" not in not_accepted(strict), "somebody has seen to it"
    assert made["lines"].splitlines() == [
        "%pip install -q jupyter-errreport",
        "from jupyter_errreport import ErrorServer",
        f'ErrorServer(url="{strict.url}", notebook="dock", token="{key}").enable()',
    ]
    for name in ("dock", "Copy of dock.ipynb"):
        assert strict.post("errors", {**EVENT, "notebook": name}, key).status_code == 200
    assert strict.post("sessions", {"notebook": "dock"}, key).status_code == 200
    assert strict.post("errors", {**EVENT, "notebook": "fold"}, key).json()["reason"] == "notebook_not_allowed"
    (taken, refused) = strict.post("errors", [{**EVENT, "notebook": name} for name in ("dock", "fold")], key).json()
    assert (taken["status"], refused["status"]) == ("stored", "rejected")
    for path in ("errors", "keys", "tokens", "not-accepted", "groups"):
        assert strict.get(path, key).status_code == 403, path
    (shown,) = strict.read("keys", notebook="dock")
    assert shown["last_used_at"]
    assert key not in str(strict.sql("SELECT * FROM tokens"))


def test_what_came_with_a_key_is_not_every_readers(strict: Collector) -> None:
    key, session = make_key(strict, "shared")["token"], "5" * 32
    by_key = {"Authorization": f"Bearer {key}"}
    by_session = {**by_key, SESSION_HEADER: session}
    for headers, status in ((by_key, 403), (by_session, 200)):
        event = {**EVENT, "notebook": "shared", "event_id": new_event_id()}
        assert strict.request("POST", "errors", json=event, headers=headers).json()["status"] == "stored"
        for other in (by_key, {**by_key, SESSION_HEADER: "6" * 32}):
            assert strict.request("DELETE", f"errors/{event['event_id']}", headers=other).status_code == 403
        assert strict.request("DELETE", f"errors/{event['event_id']}", headers=headers).status_code == status


def test_what_somebody_brought_they_delete_also_when_it_is_another_notebooks_now(strict: Collector) -> None:
    token = make_token(strict, "--role=report", "--notebook=shared*")
    events = [{**EVENT, "notebook": "shared 2", "event_id": new_event_id()} for _ in "12"]
    for event in events:
        assert strict.post("errors", event, token).json()["status"] == "stored"
    strict.post("errors", {**EVENT, "notebook": "joined"}, ADMIN)
    assert strict.request("PUT", "notebooks/joined/names/shared%202", headers=admin()).json()["moved"] == 2
    assert [strict.delete(f"errors/{event['event_id']}", token).status_code for event in events] == [200, 200]
    assert len(strict.errors(notebook="joined")) == 1


def test_a_key_is_no_more_than_the_address_that_has_it(start: Start) -> None:
    collector = start("--ErrReportCollector.max_errors_without_session=1")
    key = make_key(collector, "dock")["token"]
    other = make_token(collector, "--role=report", "--notebook=dock*")
    sent = [collector.post("errors", {**EVENT, "notebook": "dock"}, token).json() for token in (other, other, key, key)]
    assert [answer.get("sampled", False) for answer in sent] == [False, False, False, True]


def admin() -> dict[str, str]:
    return {"Authorization": f"Bearer {ADMIN}"}


def test_a_parted_copys_key_is_made_by_its_author(strict: Collector) -> None:
    strict.post("errors", {**EVENT, "notebook": "split"}, ADMIN)
    strict.post("errors", {**EVENT, "notebook": "Copy of split"}, ADMIN)
    assert strict.request("DELETE", "notebooks/split/names/Copy%20of%20split", headers=admin()).status_code == 200
    author = make_token(strict, "--role=author", "--notebook=Copy of split")
    made = make_key(strict, "Copy of split.ipynb", author)
    assert made["notebook"] == "Copy of split"
    assert 'notebook="Copy of split"' in made["lines"]
    event = {**EVENT, "notebook": "Copy of split"}
    assert strict.post("errors", event, made["token"]).json()["status"] == "stored"
    assert strict.post("errors", {**EVENT, "notebook": "split"}, made["token"]).status_code == 403
    assert strict.post("keys", {"notebook": "split"}, author).status_code == 403


def test_an_admin_of_a_notebook_gives_no_token_for_a_copy_that_was_parted_from_it(strict: Collector) -> None:
    for name in ("wide", "Copy of wide"):
        strict.post("errors", {**EVENT, "notebook": name}, ADMIN)
    assert strict.request("DELETE", "notebooks/wide/names/Copy%20of%20wide", headers=admin()).status_code == 200
    tokens = [make_token(strict, "--role=admin", f"--notebook={name}") for name in ("wide", "Copy of wide")]
    sent = [strict.post("tokens", {"role": "read", "notebook": "Copy of wide"}, token) for token in tokens]
    assert [answer.status_code for answer in sent] == [403, 200]
    assert sent[1].json()["notebook"] == "Copy of wide"


def test_every_token_that_may_report_is_taken_as_before(strict: Collector) -> None:
    for role in ("report", "read", "author", "admin"):
        token = make_token(strict, f"--role={role}", "--notebook=course*")
        assert strict.post("errors", {**EVENT, "notebook": "course 1"}, token).status_code == 200
    everything = make_token(strict, "--role=report")
    assert strict.post("errors", {**EVENT, "notebook": "Untitled"}, everything).status_code == 200
    assert strict.post("errors", {**EVENT, "notebook": "course 1"}, "report_guess").json()["reason"] == "wrong_token"


def test_a_revoked_key_is_worth_nothing_and_the_others_stay(strict: Collector) -> None:
    author = make_token(strict, "--role=author", "--notebook=pair*")
    first, second = make_key(strict, "pair", author), make_key(strict, "pair", author)
    assert [item["id"] for item in strict.get("keys", author).json()] == [second["id"], first["id"]]
    assert strict.delete(f"keys/{first['id']}", author).json() == {"revoked": 1}
    event = {**EVENT, "notebook": "pair"}
    assert [strict.post("errors", event, made["token"]).status_code for made in (first, second)] == [401, 200]
    assert [item["id"] for item in strict.get("keys", author).json()] == [second["id"]]
    token_command(strict, "revoke", second["id"])
    assert strict.get("keys", author).json() == []


def test_an_author_makes_keys_of_their_own_notebooks_alone(strict: Collector) -> None:
    author = make_token(strict, "--role=author", "--notebook=mine*")
    strict.post("errors", [{**EVENT, "notebook": name} for name in ("mine 1", "theirs", "Untitled")])
    assert set(not_accepted(strict, author)) == {"mine 1"}
    theirs = make_key(strict, "theirs")
    before = strict.read("tokens", limit="1000")
    for name in ("theirs", "Untitled", "unknown"):
        answer = strict.post("keys", {"notebook": name}, author)
        assert (answer.status_code, answer.json()["reason"]) == (403, "notebook_not_allowed")
    assert strict.delete(f"keys/{theirs['id']}", author).json()["reason"] == "unknown_key"
    assert strict.get("keys?notebook=theirs", author).json() == []
    seen = [item | {"last_used_at": None} for item in strict.read("tokens", limit="1000")]
    assert seen == [item | {"last_used_at": None} for item in before]
    nobodys = strict.post("keys", {"notebook": "Untitled3.ipynb"}, ADMIN)
    assert (nobodys.status_code, nobodys.json()["reason"]) == (400, "nobodys_notebook")


def test_without_the_setting_reports_need_no_key(start: Start) -> None:
    collector = start()
    assert collector.post("errors", {**EVENT, "notebook": "free"}).status_code == 200
    assert collector.read("not-accepted") == []
    key = make_key(collector, "free")
    assert collector.post("errors", {**EVENT, "notebook": "free"}, key["token"]).status_code == 200


def test_the_forms_of_the_pages_are_not_taken_from_another_site(strict: Collector) -> None:
    author = make_token(strict, "--role=author", "--notebook=form*")
    browser = strict.browser(author)
    xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', browser.get(f"{strict.url}/keys", timeout=60).text)[0]
    assert browser.post(f"{strict.url}/keys", {"notebook": "form"}, timeout=60).status_code == 403
    assert strict.get("keys", author).json() == []
    page = browser.post(f"{strict.url}/keys", {"notebook": "form", "_xsrf": xsrf}, timeout=60).text
    (key,) = re.findall(r"report_[\w-]+", page)
    assert strict.post("errors", {**EVENT, "notebook": "form"}, key).status_code == 200
    (made,) = strict.get("keys", author).json()
    assert browser.post(f"{strict.url}/keys/{made['id']}/revoke", timeout=60).status_code == 403
    for place, origin in (("keys", ""), ("notebooks/form#keys-of-it", "notebook")):
        (made, *_) = strict.get("keys", author).json()
        form = {"_xsrf": xsrf, "from": origin}
        back = browser.post(f"{strict.url}/keys/{made['id']}/revoke", form, timeout=60, allow_redirects=False)
        assert back.headers["Location"] == f"../../{place}"
        make_key(strict, "form")

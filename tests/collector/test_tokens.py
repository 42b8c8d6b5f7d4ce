"""Tokens made, listed and revoked on the page and by programs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jupyter_errreport.contract import ROLES
from tests.support.collectors import ADMIN, Collector
from tests.support.waiting import wait_for

from .test_access import make_token, token_command

pytestmark = pytest.mark.needs("installed wheel")


def make(collector: Collector, token: str = ADMIN, **sent: Any) -> dict[str, Any]:
    answer = collector.post("tokens", sent, token)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def listed(collector: Collector, token: str = ADMIN) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in collector.get("tokens?limit=1000", token).json()}


@pytest.mark.parametrize("role", ROLES)
def test_a_token_is_shown_once_and_works_until_it_is_revoked(collector: Collector, role: str) -> None:
    made = make(collector, role=role, notebook="lessons/dock*.ipynb")
    assert made["token"].startswith(f"{role}_")
    shown = listed(collector)[made["id"]]
    assert (shown["role"], shown["notebook"], shown["revoked_at"]) == (role, "dock*", None)
    assert made["token"] not in collector.get("tokens", ADMIN).text
    assert collector.post("errors", {"error_name": "A", "notebook": "dock"}, made["token"]).status_code == 200
    assert collector.delete(f"tokens/{made['id']}", ADMIN).json() == {"revoked": 1}
    assert collector.post("errors", {"error_name": "A", "notebook": "dock"}, made["token"]).status_code == 401
    assert listed(collector)[made["id"]]["revoked_at"]
    assert collector.delete(f"tokens/{made['id']}", ADMIN).json()["reason"] == "unknown_token"


@pytest.mark.parametrize(
    ("sent", "field"),
    [({}, "role"), ({"role": "king"}, "role"), ({"role": 1}, "role"), ({"role": "read", "notebook": 5}, "notebook")],
)
def test_what_can_not_be_a_token_is_said(collector: Collector, sent: dict[str, Any], field: str) -> None:
    answer = collector.post("tokens", sent, ADMIN)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert collector.request("POST", "tokens", ADMIN, data=b"{nothing").status_code == 400
    assert collector.request("POST", "tokens", ADMIN, data=b'{"role": "\xff"}').status_code == 400


def test_nobody_makes_a_token_that_opens_more_than_their_own(collector: Collector) -> None:
    admin = make(collector, role="admin", notebook="dock*")
    token = admin["token"]
    for pattern in ("fold", "do*", "*", None, "doc?*", "*dock"):
        before = set(listed(collector))
        sent = {"role": "read"} | ({"notebook": pattern} if pattern else {})
        answer = collector.post("tokens", sent, token)
        assert (answer.status_code, answer.json()["reason"]) == (403, "notebook_not_allowed"), pattern
        assert set(listed(collector)) == before
    inner = make(collector, token, role="author", notebook="dock 1*")
    assert {admin["id"], inner["id"]} <= set(listed(collector, token))
    assert all(item["notebook"].startswith("dock") for item in listed(collector, token).values())
    outer = make(collector, role="read")
    assert collector.delete(f"tokens/{outer['id']}", token).status_code == 404
    assert listed(collector)[outer["id"]]["revoked_at"] is None


def test_a_use_is_seen_and_kept(collector: Collector) -> None:
    used, unused = make(collector, role="read"), make(collector, role="read")
    for _ in range(3):
        assert collector.get("errors", used["token"]).status_code == 200
    first = listed(collector)[used["id"]]["last_used_at"]
    assert first is not None
    assert listed(collector)[unused["id"]]["last_used_at"] is None
    collector.get("errors", used["token"])
    assert listed(collector)[used["id"]]["last_used_at"] == first, "at most once a minute"
    assert re.search(rf"^{used['id']}  read .* last used {first[:16]} ", token_command(collector, "list"), re.M)
    assert re.search(rf"^{unused['id']}  read .* never used ", token_command(collector, "list"), re.M)
    late = make(collector, role="report")
    collector.post("errors", {"error_name": "A"}, late["token"])
    wait_for(
        lambda: collector.sql(f"SELECT last_used_at FROM tokens WHERE id = '{late['id']}'")[0][0],
        "the use, though nobody looks",
    )


def test_the_form_is_not_taken_from_another_site(collector: Collector) -> None:
    browser = collector.browser(ADMIN)
    page = browser.get(f"{collector.url}/tokens", timeout=60)
    xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', page.text)[0]
    before = set(listed(collector))
    assert browser.post(f"{collector.url}/tokens", {"role": "admin"}, timeout=60).status_code == 403
    assert set(listed(collector)) == before
    answer = browser.post(f"{collector.url}/tokens", {"role": "read", "notebook": "", "_xsrf": xsrf}, timeout=60)
    (made,) = set(listed(collector)) - before
    (token,) = re.findall(r">(read_[^<]+)<", answer.text)
    assert collector.get("errors", token).status_code == 200
    assert browser.post(f"{collector.url}/tokens/{made}/revoke", timeout=60).status_code == 403
    assert collector.get("errors", token).status_code == 200
    back = browser.post(f"{collector.url}/tokens/{made}/revoke", {"_xsrf": xsrf}, timeout=60)
    assert back.url == f"{collector.url}/tokens"
    assert collector.get("errors", token).status_code == 401


def test_pages_lead_each_to_what_they_may(collector: Collector) -> None:
    for role, pages in (("read", []), ("author", ["keys"]), ("admin", ["keys", "tokens"])):
        token = make_token(collector, f"--role={role}")
        page = collector.get("errors", token, headers={"Accept": "text/html"}).text
        assert [name for name in ("keys", "tokens") if f'href="./{name}"' in page] == pages

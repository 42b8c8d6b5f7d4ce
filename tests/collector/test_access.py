"""Alice has an admin token, Bob one to read the notebooks `dock*`, Carol one to report; Dave has none."""

import html
import re
import socket
import subprocess
import sys
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from tests.support.collectors import ADMIN, Collector
from tests.support.jupyter_servers import clean_environment

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")

BROWSER = {"Accept": "text/html"}
EVENT = {"error_name": "A", "notebook": "dock 1"}


@pytest.fixture(scope="module")
def tokens(collector: Collector) -> dict[str, str | None]:
    bob = make_token(collector, "--role=read", "--notebook=dock*")
    carol = make_token(collector, "--role=report")
    collector.post("errors", [EVENT, {**EVENT, "notebook": "Dock 3"}, {**EVENT, "notebook": "fold"}])
    return {"alice": ADMIN, "bob": bob, "carol": carol, "dave": None, "mallory": "guess"}


def make_token(collector: Collector, *arguments: str) -> str:
    printed = token_command(collector, "create", *arguments)
    assert re.fullmatch(r"\S{20,}\n", printed)
    return printed.strip()


def token_command(collector: Collector, *arguments: str) -> str:
    code = (
        "import argparse, sys; from jupyter_errreport.command import token; parser = argparse.ArgumentParser();"
        "token.add_arguments(parser); sys.exit(token.run(parser.parse_args(sys.argv[1:])))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments, f"--db={collector.db}"],
        env=clean_environment(collector.home),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return ended.stdout


@pytest.mark.parametrize(
    ("who", "read", "delete", "report"),
    [
        ("alice", 200, 404, 200),
        ("bob", 200, 403, 200),
        ("carol", 403, 403, 200),
        ("dave", 401, 401, 200),
        ("mallory", 401, 401, 401),
    ],
)
def test_each_may_do_what_their_role_says(
    collector: Collector, tokens: dict[str, str | None], who: str, read: int, delete: int, report: int
) -> None:
    token = tokens[who]
    for path in ("errors", "errors/", "sessions", "usages/"):
        answer = collector.get(path, token)
        assert answer.status_code == read, path
        if read == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert set(answer.json()) == {"message", "reason"}
    assert collector.delete("errors/nope", token).status_code == delete
    assert collector.post("errors", {**EVENT, "notebook": "dock 2"}, token).status_code == report
    assert collector.get("status").status_code == 200
    assert collector.get("openapi.yaml").status_code == 200


def test_a_token_for_some_notebooks_opens_only_those(collector: Collector, tokens: dict[str, str | None]) -> None:
    bob, everything = tokens["bob"], collector.get("errors", ADMIN).json()
    seen = {event["notebook"] for event in collector.get("errors", bob).json()}
    assert {event["notebook"] for event in everything} >= {"dock 1", "Dock 3", "fold"}
    assert seen and all(name.startswith("dock") for name in seen)
    assert {event["notebook"] for event in collector.get("errors/", bob).json()} == seen
    hidden = next(event["event_id"] for event in everything if event["notebook"] == "fold")
    assert collector.get(f"errors/{hidden}", bob).status_code == 404
    assert collector.get("errors?notebook=fold", bob).json() == []
    assert "database" not in collector.get("status", bob).json()
    assert collector.post("errors", {**EVENT, "notebook": "fold"}, bob).status_code == 403


def test_both_words_before_a_token_are_understood(collector: Collector) -> None:
    for word in ("Bearer", "token", "bearer"):
        assert collector.get("errors", headers={"Authorization": f"{word} {ADMIN}"}).status_code == 200


def test_a_revoked_token_is_worth_nothing_at_once(collector: Collector) -> None:
    token = make_token(collector, "--role=author")
    assert collector.get("errors", token).status_code == 200
    listed = token_command(collector, "list")
    assert token not in listed
    (token_id,) = re.findall(r"^(\w+)  author", listed, re.M)
    token_command(collector, "revoke", token_id)
    assert collector.get("errors", token).status_code == 401
    assert "revoked" in token_command(collector, "list")


def press(browser: requests.Session, page: requests.Response) -> requests.Response:
    """Press the button of a page that a link with a token leads to."""
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    action = re.findall(r'<form method="post" action="([^"]*login)"', page.text)[0]
    fields = {name: html.unescape(value) for name, value in fields.items()}
    return browser.post(urljoin(page.url, action), fields, timeout=60, allow_redirects=False)


def test_a_link_logs_a_browser_in_after_a_click_and_leaves_the_address(collector: Collector) -> None:
    browser = requests.Session()
    browser.headers.update(BROWSER)
    page = browser.get(f"{collector.url}/errors?token={ADMIN}&notebook=fold", timeout=60, allow_redirects=False)
    assert page.status_code == 200
    assert [cookie.name for cookie in browser.cookies if "xsrf" not in cookie.name] == []
    assert ADMIN not in page.text
    assert "role <b>admin</b>" in page.text
    assert browser.get(f"{collector.url}/errors", timeout=60).status_code == 401
    answer = press(browser, page)
    assert answer.headers["Location"] == "errors?notebook=fold"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ADMIN not in cookie
    errors = browser.get(f"{collector.url}/errors", timeout=60)
    assert errors.status_code == 200
    assert "fold" in errors.text


def test_the_button_of_a_link_is_not_taken_from_another_site(collector: Collector) -> None:
    page = collector.get(f"?token={ADMIN}", headers=BROWSER)
    fields = dict(re.findall(r'type="hidden" name="(next|link)" value="([^"]*)"', page.text))
    assert set(fields) == {"next", "link"}
    assert collector.request("POST", "login", data=fields).status_code == 403
    browser = requests.Session()
    other = browser.get(f"{collector.url}/login", headers=BROWSER, timeout=60)
    xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', other.text)[0]
    forged = {**fields, "_xsrf": xsrf, "link": fields["link"][:-1] + ("1" if fields["link"].endswith("0") else "0")}
    assert browser.post(f"{collector.url}/login", forged, timeout=60).status_code == 401
    port = collector.url.rpartition(":")[2]
    assert collector.get("errors", cookies={f"errreport-{port}": fields["link"]}).status_code == 401


def test_a_program_is_told_where_a_token_belongs(collector: Collector) -> None:
    answer = collector.get(f"errors?token={ADMIN}", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["reason"]) == (401, "token_in_address")
    assert "Set-Cookie" not in answer.headers


def test_a_link_with_a_wrong_token_leads_nowhere(collector: Collector) -> None:
    assert collector.get("errors?token=guess").status_code == 401
    page = collector.get("errors?token=guess", headers=BROWSER)
    assert page.status_code == 401
    assert "not valid" in page.text
    assert "guess" not in page.text


STRANGE = (
    *("//evil.example/", "///evil.example", "/\\evil.example/x", "/https:evil.example", "/errors/https:evil.example"),
    *("/errors/https:%2F%2Fevil.example", "/errors/%5C%5Cevil.example", "/errors/..%2f..%2f%2Fevil.example"),
    *(
        "/groups/javascript:alert(1)",
        "/notebooks/%09https:evil.example",
        "/%2F%2Fevil.example",
        "/errors//evil.example",
    ),
)


@pytest.mark.parametrize("path", STRANGE)
def test_a_link_never_leads_to_another_host(collector: Collector, path: str) -> None:
    browser = requests.Session()
    page = browser.get(f"{collector.url}{path}?token={ADMIN}", headers=BROWSER, timeout=60, allow_redirects=False)
    assert "Location" not in page.headers
    if page.status_code == 200:
        led_to = press(browser, page).headers["Location"]
        assert led_to == "./" or re.match(r"(errors|groups|notebooks)/", led_to)
        assert urlsplit(urljoin("http://here.example/login", led_to)).netloc == "here.example"
        assert not re.search(r"[:\\\s]|//", led_to)


def test_a_browser_without_a_login_gets_the_form_and_comes_back_by_it(collector: Collector) -> None:
    browser = requests.Session()
    browser.headers.update(BROWSER)
    page = browser.get(f"{collector.url}/errors?notebook=fold", timeout=60)
    assert page.status_code == 401
    fields = dict(re.findall(r'name="(_xsrf|next)" value="([^"]*)"', page.text))
    assert fields["next"] == "errors?notebook=fold"
    wrong = browser.post(f"{collector.url}/login", {**fields, "token": "guess"}, timeout=60)
    assert (wrong.status_code, "not valid" in wrong.text) == (401, True)
    right = browser.post(f"{collector.url}/login", {**fields, "token": ADMIN}, timeout=60)
    assert right.url == f"{collector.url}/errors?notebook=fold"
    assert right.status_code == 200


def test_the_form_is_not_taken_from_another_site(collector: Collector) -> None:
    answer = collector.request("POST", "login", data={"token": ADMIN})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil",
        "\\\\evil",
        "javascript:x",
        "https:evil.example",
        "errors/../../x",
        "login",
    ],
)
def test_the_form_never_leads_to_another_host(collector: Collector, target: str) -> None:
    browser = requests.Session()
    page = browser.get(f"{collector.url}/login", headers=BROWSER, timeout=60)
    xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', page.text)[0]
    answer = browser.post(
        f"{collector.url}/login",
        {"_xsrf": xsrf, "token": ADMIN, "next": target},
        timeout=60,
        allow_redirects=False,
    )
    assert answer.headers["Location"] == "./"


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [("", "./"), ("groups?status=open&q=a%26b", "groups?status=open&amp;q=a%26b"), ("errors?token=guess", "errors")],
)
def test_the_form_leads_back_to_what_was_asked_for(collector: Collector, asked: str, led_to: str) -> None:
    page = collector.get(asked, headers=BROWSER)
    assert page.status_code == 401
    assert f'name="next" value="{led_to}"' in page.text


def test_a_cookie_alone_deletes_nothing(collector: Collector) -> None:
    browser = requests.Session()
    press(browser, browser.get(f"{collector.url}/errors?token={ADMIN}", headers=BROWSER, timeout=60))
    assert browser.delete(f"{collector.url}/errors/nope", timeout=60).status_code == 403
    xsrf = next(cookie.value for cookie in browser.cookies if "xsrf" in cookie.name)
    answer = browser.delete(f"{collector.url}/errors/nope", headers={"X-XSRFToken": xsrf or ""}, timeout=60)
    assert answer.status_code == 404


def test_a_forged_cookie_opens_nothing(collector: Collector) -> None:
    port = collector.url.rpartition(":")[2]
    assert collector.get("errors", cookies={f"errreport-{port}": "guess"}).status_code == 401


def test_an_unknown_address_is_404_in_json_for_every_method(collector: Collector) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = collector.request(method, "no/such/thing")
        assert answer.status_code == 404
        assert set(answer.json()) == {"message", "reason"}


def test_a_large_body_for_an_address_that_takes_none_is_not_read(collector: Collector) -> None:
    for path in ("login", "no/such/thing"):
        with socket.create_connection(("127.0.0.1", int(collector.url.rpartition(":")[2])), 10) as client:
            client.sendall(f"POST /{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n".encode())
            assert b" 400 " in client.recv(4_000).split(b"\r\n")[0]
    assert collector.request("POST", "errors", data=b" " * 300_000).status_code == 413


def test_max_transparency_lets_everybody_read_and_nobody_delete(start: Start) -> None:
    collector = start("--max-transparency")
    collector.post("errors", EVENT)
    assert collector.get("errors").status_code == 200
    assert collector.get("usages/").status_code == 200
    assert collector.delete("errors?all=true").status_code == 401
    assert collector.delete("errors?all=true", ADMIN).json() == {"deleted": 1}


def test_colab_only_takes_reports_from_colab_alone(start: Start) -> None:
    collector = start("--colab-only", "--ErrReportCollector.trusted_proxies=127.0.0.1")
    colab = {"X-Forwarded-For": "142.251.3.4"}
    for path in ("errors", "usages/", "sessions", f"errors/{'0' * 32}/"):
        answer = collector.post(path, EVENT)
        assert (answer.status_code, answer.json()["reason"]) == (403, "colab_only")
        assert answer.json()["message"].startswith("Colab error reporting only")
        assert collector.post(path, EVENT, headers=colab).status_code in (200, 404)
    assert collector.get("errors", ADMIN).status_code == 200


def test_an_address_is_believed_only_from_a_trusted_proxy(collector: Collector) -> None:
    collector.post("errors", EVENT, headers={"X-Forwarded-For": "203.0.113.9"})
    assert "203.0.113.9" not in collector.log


def test_limits_can_be_set_and_switched_off(start: Start) -> None:
    limited = start("--ErrReportCollector.max_errors_per_session=1")
    event = {**EVENT, "session": "s"}
    assert [limited.post("errors", event).status_code for _ in range(2)] == [200, 429]
    free = start("--no-limits", "--ErrReportCollector.max_errors_per_session=1")
    assert [free.post("errors", event).status_code for _ in range(2)] == [200, 200]


def test_the_log_has_addresses_and_neither_keys_nor_tokens(collector: Collector) -> None:
    key = collector.post("usages/", {"notebook": "x"}).json()["uuid"]
    collector.post(f"errors/{key}/", EVENT)
    collector.get(f"usages/{key}")
    collector.get("errors?token=in-the-query")
    collector.delete(f"sessions/{key}")
    collector.get("nothing/%0d%0afake%1b[31m")
    log = collector.log
    assert '127.0.0.1 "POST /errors/<key>/" 200' in log
    assert '"GET /usages/<key>" 200' in log
    assert '"DELETE /sessions/<key>" 200' in log
    assert "in-the-query" not in log
    assert key not in log
    assert "\x1b" not in log.split("nothing/")[-1].split("\n")[0]

"""People log in by an OpenID provider; a provider, a browser or a link that is not what it says lets nobody in."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.collectors import ADMIN, Collector
from tests.support.openid_provider import CLIENT, SECRET, Claims, OpenIDProvider
from tests.support.ports import take_port

pytestmark = pytest.mark.needs("installed wheel")

ROLES = {"teachers": "author", "biology": ["read:bio*"], "*": "read:open*"}
PEOPLE = {"boss@example.org": "admin", "u-9": "admin"}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIDProvider]:
    provider = OpenIDProvider()
    yield provider
    provider.close()


@pytest.fixture(autouse=True)
def honest(provider: OpenIDProvider) -> Iterator[None]:
    yield
    provider.spoil, provider.sign = lambda claims: claims, provider.signed
    provider.person, provider.userinfo = {"sub": "u-1", "name": "Ada L", "groups": ["teachers"]}, {}


@pytest.fixture(scope="module")
def collector(provider: OpenIDProvider, tmp_path_factory: pytest.TempPathFactory, module_place: str) -> Iterator[Any]:
    port = take_port()
    collector = Collector(
        Path(sys.executable),
        tmp_path_factory.mktemp("collector"),
        f"--ErrReportAccounts.openid_issuer={provider.issuer}",
        f"--ErrReportAccounts.openid_client_id={CLIENT}",
        "--ErrReportAccounts.openid_label=School",
        f"--ErrReportAccounts.group_roles={ROLES!r}",
        f"--ErrReportAccounts.person_roles={PEOPLE!r}",
        f"--ErrReportCollector.public_url=http://127.0.0.1:{port}",
        "--ErrReportCollector.trusted_proxies=127.0.0.1",
        port=port,
        db=module_place,
        JUPYTER_ERRREPORT_OPENID_SECRET=SECRET,
    )
    for notebook in ("bio 1", "open day", "secret"):
        collector.post("errors", {"error_name": "A", "notebook": notebook}).raise_for_status()
    yield collector
    collector.kill()


def browser() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["Accept"] = "text/html"
    return session


def log_in(collector: Collector, session: requests.Session, wanted: str = "groups") -> requests.Response:
    """By the button of the login page."""
    page = session.get(f"{collector.url}/{wanted}", timeout=20)
    assert page.status_code == 401
    way_in = re.findall(r'href="\./(login/start[^"]*)">Log in with School', page.text)[0]
    return session.get(f"{collector.url}/{way_in}", timeout=20)


def notebooks(collector: Collector, session: requests.Session) -> set[str]:
    answer = session.get(f"{collector.url}/errors?format=json", timeout=20)
    return {error["notebook"] for error in answer.json()}


def test_somebody_logs_in_does_what_their_group_may_and_logs_out(
    collector: Collector, provider: OpenIDProvider
) -> None:
    session = browser()
    page = log_in(collector, session, "groups?q=x")
    assert page.url == f"{collector.url}/groups?q=x"
    assert "Ada L" in page.text
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 32 and len(asked["nonce"]) >= 32
    assert session.get(f"{collector.url}/tokens", timeout=20).status_code == 403
    xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', session.get(f"{collector.url}/keys", timeout=20).text)[0]
    url, made = f"{collector.url}/keys", {"notebook": "bio 1"}
    assert session.post(url, made, timeout=20).status_code == 403, "another site's form"
    assert session.post(url, {**made, "_xsrf": xsrf}, timeout=20).status_code == 200
    kept = dict(session.cookies)
    assert session.post(f"{collector.url}/logout", timeout=20).status_code == 403
    out = session.post(f"{collector.url}/logout", {"_xsrf": xsrf}, timeout=20)
    assert (out.status_code, out.url) == (200, f"{collector.url}/login")
    assert requests.get(f"{collector.url}/errors", cookies=kept, timeout=20).status_code == 401, "also who kept it"
    assert collector.sql("SELECT * FROM logins") == []


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        ({"groups": ["teachers"]}, {"bio 1", "open day", "secret"}),
        ({"groups": ["biology", "chess"]}, {"bio 1", "open day"}),
        ({"groups": "biology"}, {"bio 1", "open day"}),
        ({"groups": []}, {"open day"}),
        ({"groups": ["*", 4, None]}, {"open day"}),
        ({"groups": {"teachers": True}}, {"open day"}),
        ({"email": "boss@example.org", "email_verified": True, "groups": []}, {"bio 1", "open day", "secret"}),
        ({"email": "boss@example.org", "email_verified": "true", "groups": []}, {"open day"}),
        ({"email": "boss@example.org", "groups": []}, {"open day"}),
        ({"preferred_username": "u-9", "name": "u-9", "groups": []}, {"open day"}),
        ({"sub": "u-9", "groups": []}, {"bio 1", "open day", "secret"}),
    ],
)
def test_claims_are_roles(collector: Collector, provider: OpenIDProvider, person: Claims, seen: set[str]) -> None:
    provider.person = {"sub": "u-2", **person}
    session = browser()
    log_in(collector, session).raise_for_status()
    assert notebooks(collector, session) == seen


def test_groups_are_asked_for_where_the_id_token_does_not_tell_them(
    collector: Collector, provider: OpenIDProvider
) -> None:
    provider.person, provider.userinfo = {"sub": "u-2"}, {"sub": "u-2", "groups": ["biology"]}
    session = browser()
    log_in(collector, session)
    assert notebooks(collector, session) == {"bio 1", "open day"}
    provider.userinfo = {"sub": "u-1", "groups": ["teachers"]}
    assert log_in(collector, browser()).status_code == 401


BAD: dict[str, Callable[[OpenIDProvider], None]] = {
    "no signature": lambda provider: setattr(provider, "sign", provider.unsigned),
    "the client's secret as the key": lambda provider: setattr(provider, "sign", provider.with_secret),
    "another key of the same name": lambda provider: setattr(provider, "sign", provider.by_another),
    "another nonce": lambda provider: setattr(provider, "spoil", lambda claims: {**claims, "nonce": "x" * 43}),
    "no nonce": lambda provider: setattr(provider, "spoil", lambda claims: without(claims, "nonce")),
    "another client": lambda provider: setattr(provider, "spoil", lambda claims: {**claims, "aud": "other"}),
    "for another, too": lambda provider: setattr(
        provider, "spoil", lambda claims: {**claims, "aud": [CLIENT, "other"], "azp": "other"}
    ),
    "another issuer": lambda provider: setattr(
        provider, "spoil", lambda claims: {**claims, "iss": "https://evil.example"}
    ),
    "of long ago": lambda provider: setattr(
        provider, "spoil", lambda claims: {**claims, "iat": int(time.time()) - 900, "exp": int(time.time()) - 600}
    ),
    "nobody": lambda provider: setattr(provider, "spoil", lambda claims: without(claims, "sub")),
    "for ever": lambda provider: setattr(provider, "spoil", lambda claims: without(claims, "exp")),
}


def without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize("what", BAD)
def test_an_id_token_that_is_not_of_this_login_lets_nobody_in(
    collector: Collector, provider: OpenIDProvider, what: str
) -> None:
    BAD[what](provider)
    session = browser()
    answer = log_in(collector, session)
    assert answer.status_code in (401, 503)
    assert "Log in with School" in answer.text
    assert [name for name in session.cookies.get_dict() if re.fullmatch(r"errreport-\d+", name)] == []
    assert session.get(f"{collector.url}/errors", timeout=20).status_code == 401


def test_a_provider_may_change_its_keys(collector: Collector, provider: OpenIDProvider) -> None:
    log_in(collector, browser()).raise_for_status()
    provider.key = type(provider.key).generate_key("P-256", {"kid": "two"})
    log_in(collector, browser()).raise_for_status()


def start(collector: Collector, session: requests.Session, wanted: str = "") -> str:
    """The address at which the provider would lead this browser back."""
    begun = session.get(f"{collector.url}/login/start", params={"next": wanted}, timeout=20, allow_redirects=False)
    back = requests.get(begun.headers["Location"], timeout=20, allow_redirects=False)
    return back.headers["Location"]


def test_a_login_ends_in_the_browser_that_began_it_and_once(collector: Collector) -> None:
    mallory, victim = browser(), browser()
    address = start(collector, mallory)
    assert victim.get(address, timeout=20).status_code == 400, "nobody logs another in as themselves"
    start(collector, victim)
    assert victim.get(address, timeout=20).status_code == 400
    code = address.partition("code=")[2].partition("&")[0]
    own = start(collector, mallory)
    injected = re.sub(r"code=[^&]*", f"code={code}", own)
    assert mallory.get(injected, timeout=20).status_code == 401, "PKCE: a code of another login is worth nothing"
    assert mallory.get(address, timeout=20, allow_redirects=False).status_code == 401, "the code is used up"
    address = start(collector, mallory)
    assert mallory.get(address.replace("iss=", "iss=x"), timeout=20).status_code == 401
    assert mallory.get(f"{collector.url}/oauth_callback?error=access_denied", timeout=20).status_code == 400
    for query in ("", "?state=", "?state=%00&code=x", "?state=é&code=x", "?code=x"):
        assert browser().get(f"{collector.url}/oauth_callback{query}", timeout=20).status_code == 400, query


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "https:evil.example", "/\\evil.example", "login/start", "x/y"]
)
def test_a_login_leads_to_own_pages_alone(collector: Collector, wanted: str) -> None:
    session = browser()
    ended = session.get(start(collector, session, wanted), timeout=20, allow_redirects=False)
    assert (ended.status_code, ended.headers["Location"]) == (302, "./")


def test_cookies_are_kept_from_scripts_other_sites_and_plain_http(collector: Collector) -> None:
    session = browser()
    session.headers["X-Forwarded-Proto"] = "https"
    begun = session.get(f"{collector.url}/login/start", timeout=20, allow_redirects=False)
    back = requests.get(begun.headers["Location"], timeout=20, allow_redirects=False).headers["Location"]
    name, value = begun.headers["Set-Cookie"].split(";")[0].split("=", 1)  # `requests` keeps it for HTTPS
    ended = session.get(back, cookies={name: value.strip('"')}, timeout=20, allow_redirects=False)
    assert ended.status_code == 302
    login = re.findall(r'errreport-\d+="2\|.*?(?=, errreport-|$)', ended.headers["Set-Cookie"])
    for cookie, path in ((begun.headers["Set-Cookie"], "/oauth_callback"), (login[0], "/")):
        assert {"HttpOnly", "SameSite=Lax", "Secure", f"Path={path}"} <= {part.strip() for part in cookie.split(";")}


def test_a_token_opens_what_it_did(collector: Collector) -> None:
    assert collector.get("errors", ADMIN).status_code == 200
    session = collector.browser(ADMIN)
    page = session.get(f"{collector.url}/tokens", timeout=20)
    assert page.status_code == 200
    assert "admin token" in page.text
    assert collector.post("errors", {"error_name": "A"}, "f" * 32).status_code == 401

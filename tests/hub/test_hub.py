"""A JupyterHub with its proxy and the block that we ship: two users, their servers, two kernels, and a teacher."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from errreport_collector.accounts.hub import WRONG_TOKENS

from jupyter_errreport.web.numbers import percent
from tests.hub.lecture import ERRORS, LIMIT, SESSIONS, begin, counted, make_users
from tests.support.hub import Hub, HubServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.needs("installed wheel"), pytest.mark.needs("JupyterHub's proxy")]

GROUPS = {"teachers": ["tia"], "biology": ["bo"], "chemistry": ["bo"], "staff": ["ada"]}
ROLES = {
    "teachers": "author",
    "biology": ["read:bio*", "author:bio 1"],
    "chemistry": "read:chem*",
    "staff": "admin",
}
SCOPE = "access:services!service=errreport"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    hub = Hub(tmp_path_factory.mktemp("hub"), {**GROUPS, "students": ["sam", "sue"]}, ROLES, LIMIT)
    try:
        yield hub
    finally:
        hub.stop()


def run(server: HubServer, notebook: str, *cells: str) -> list[str]:
    """A user's way through a notebook; what the cells write."""
    with server.notebook(notebook) as kernel:
        return [kernel.run(cell) for cell in cells]


def test_two_users_kernels_report_and_their_teacher_sees_the_share(hub: Hub) -> None:
    asks = "import os; print(sorted(name for name in os.environ if 'ERRREPORT' in name))"
    lucky = run(hub.start_server("sam"), "dock.ipynb", "1 + 1", asks)
    run(hub.start_server("sue"), "dock.ipynb", "1 + 1", "1 / 0")
    assert lucky[1].strip() == "['JUPYTER_ERRREPORT_CONNECTION']"
    teacher = hub.log_in("tia")

    def sessions() -> list[dict[str, int]]:
        return list(teacher.get(f"{hub.service}/sessions?format=json", timeout=60).json())

    def counts() -> list[tuple[int, int, int]]:
        return sorted((one["good_cells"], one["failed_cells"], one["errors"]) for one in sessions())

    wait_for(lambda: counts() == [(1, 1, 1), (2, 0, 0)], "both sessions, with all cells and the error", 120)

    def shared() -> str:
        page = teacher.get(f"{hub.service}/notebooks/dock", timeout=60).text
        return page if percent(0.5) in page else ""

    page = wait_for(shared, "half of the sessions without an error")
    assert "tia" in page
    assert "Log out" in page
    everything = teacher.get(f"{hub.service}/errors?format=json", timeout=60).text + page
    assert not re.search("sam|sue", everything), "who it was is told to nobody"


def test_of_a_user_nothing_is_kept(hub: Hub) -> None:
    """In the store no name and no id of a user or a token."""
    written = (hub.folder / "errors.sqlite").read_bytes() + (hub.folder / "errors.sqlite-wal").read_bytes()
    assert b"dock" in written
    for who in (b"sam", b"sue", b"tia"):
        assert not re.search(rb"(?<![a-z])" + who + rb"(?![a-z])", written), who


@pytest.mark.parametrize(
    ("user", "read", "author", "admin"), [("tia", 200, 200, 403), ("ada", 200, 200, 200), ("sam", 403, 403, 403)]
)
def test_groups_of_the_hub_are_roles(hub: Hub, user: str, read: int, author: int, admin: int) -> None:
    somebody = hub.log_in(user)
    for path, status in (("groups", read), ("keys", author), ("tokens", admin)):
        answer = somebody.get(f"{hub.service}/{path}", timeout=60)
        assert answer.status_code == status, path
        assert user in answer.text
    xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', somebody.get(f"{hub.service}/login", timeout=60).text)[0]
    ended = somebody.post(f"{hub.service}/logout", {"_xsrf": xsrf}, timeout=60, allow_redirects=False)
    assert (ended.status_code, ended.headers["Location"]) == (303, "login")
    assert somebody.get(f"{hub.service}/groups", timeout=60).status_code == 401


def test_a_group_is_for_its_notebooks_and_several_add_up(hub: Hub) -> None:
    token = hub.token("bo", [SCOPE])
    for notebook in ("bio 1", "bio 2", "chem", "other"):
        report(hub, token, notebook).raise_for_status()
    bo = hub.log_in("bo")
    seen = bo.get(f"{hub.service}/errors?format=json", timeout=60).json()
    assert {error["notebook"] for error in seen} == {"bio 1", "bio 2", "chem"}
    xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', bo.get(f"{hub.service}/keys", timeout=60).text)[0]

    def makes_key(notebook: str) -> int:
        return bo.post(f"{hub.service}/keys", {"_xsrf": xsrf, "notebook": notebook}, timeout=60).status_code

    assert [makes_key(notebook) for notebook in ("bio 1", "bio 2", "chem", "other")] == [200, 403, 403, 403]
    assert bo.post(f"{hub.service}/keys", {"notebook": "bio 1"}, timeout=60).status_code == 403


def test_the_servers_of_a_lecture_report_at_once_and_each_user_is_counted_apart(hub: Hub) -> None:
    """The short form of `make lecture`: the limit of sessions is for each user, all of them share an address."""
    users = make_users(hub, 20)
    seen = begin(hub, users)
    assert seen.refused == []
    assert counted(hub, hub.log_in("tia")) == (len(users) * SESSIONS, len(users) * SESSIONS * ERRORS)


def report(hub: Hub, token: str, notebook: str = "dock") -> requests.Response:
    headers, event = {"Authorization": f"Bearer {token}"}, {"error_name": "A", "notebook": notebook}

    def answers() -> list[requests.Response]:
        told = requests.post(f"{hub.service}/errors", json=event, headers=headers, timeout=60)
        return [] if told.status_code == 503 else [told]  # the Hub's proxy, whose senders come again

    (told,) = wait_for(answers, "an answer of the collector's own")
    return told


def test_a_token_of_the_hub_adds_errors_and_opens_nothing_whoevers_it_is(hub: Hub) -> None:
    token = hub.token("ada", [SCOPE])
    assert report(hub, token).json()["status"] == "stored"
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("errors", "tokens", "notebooks"):
        assert requests.get(f"{hub.service}/{path}", headers=headers, timeout=60).status_code == 403
    assert report(hub, hub.token("ada", ["read:users:name!user"])).json()["reason"] == "hub_scope_missing"
    assert report(hub, "f" * 32).json()["reason"] == "wrong_token"


def test_cookies_are_for_our_folder_and_the_way_back_is_checked(hub: Hub) -> None:
    session = hub.browser("tia")
    begun = session.get(f"{hub.service}/login/start?next=https://evil.example/", timeout=60, allow_redirects=False)
    pending = begun.headers["Set-Cookie"]
    assert "HttpOnly" in pending and "SameSite=Lax" in pending and "Path=/services/errreport/oauth_callback" in pending
    back = session.get(f"{hub.url}{begun.headers['Location']}", timeout=60, allow_redirects=False)
    address = f"{hub.url}{back.headers['Location']}"
    assert "/services/errreport/oauth_callback?" in address
    stranger = requests.get(address, headers={"Accept": "text/html"}, timeout=60, allow_redirects=False)
    assert stranger.status_code == 400, "a login that this browser did not begin"
    assert not re.search(r"errreport-\d", stranger.headers.get("Set-Cookie", ""))
    ended = session.get(address, timeout=60, allow_redirects=False)
    assert ended.status_code == 302
    assert ended.headers["Location"] == "./"
    cookies = [cookie for cookie in session.cookies if re.fullmatch(r"errreport-\d+", cookie.name)]
    assert [cookie.path for cookie in cookies] == ["/services/errreport/"]
    assert session.get(address, timeout=60, allow_redirects=False).status_code == 400, "only once"


def test_who_shows_one_wrong_token_after_another_is_not_asked_about_at_the_hub(hub: Hub) -> None:
    def asked() -> int:
        return len(re.findall(r" 403 GET /hub/api/user \(", hub.log))

    before = asked()
    answers = [report(hub, f"{number:032x}") for number in range(100, 170)]
    assert {answer.status_code for answer in answers} - {503} == {401, 429}  # 503: the proxy's, of a connection's end
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 429)
    assert asked() - before <= 2 * WRONG_TOKENS, "in one minute, or two"

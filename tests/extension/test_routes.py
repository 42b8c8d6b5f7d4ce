"""The routes in a Jupyter server: who may do what, with Jupyter's login and with a kernel's key."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_errreport.event import new_event_id

Fetch = Callable[..., Any]


def event(**more: Any) -> dict[str, Any]:
    return {"event_id": new_event_id(), "error_name": "ValueError", "notebook": "n", **more}


def key_of(app: Any) -> dict[str, str]:
    return {
        "X-Errreport-Key": app.settings["errreport_connection"].key,
        "Authorization": "",
        "Content-Type": "application/json",
    }


async def refused(jp_fetch: Fetch, *path: str, **kwargs: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of a request that is refused."""
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch(*path, **kwargs)
    assert caught.value.response is not None
    return caught.value.code, json.loads(caught.value.response.body)


async def test_a_kernel_reports_with_its_key_and_the_user_reads(jp_fetch: Fetch, jp_web_app: Any) -> None:
    sent = event(first_line="#@title T")
    answer = await jp_fetch("errreport", "errors", method="POST", body=json.dumps([sent]), headers=key_of(jp_web_app))
    assert [entry["status"] for entry in json.loads(answer.body)] == ["stored"]
    listed = json.loads((await jp_fetch("errreport", "errors")).body)
    assert [entry["event_id"] for entry in listed] == [sent["event_id"]]
    one = json.loads((await jp_fetch("errreport", "errors", sent["event_id"])).body)
    assert one["first_line"] == "#@title T"


async def test_the_key_opens_nothing_else(jp_fetch: Fetch, jp_web_app: Any) -> None:
    headers = key_of(jp_web_app)
    code, body = await refused(jp_fetch, "errreport", "errors", headers=headers)
    assert code == 403
    assert set(body) == {"message", "reason"}
    assert (await refused(jp_fetch, "errreport", "errors", method="DELETE", headers=headers, params={"all": "true"}))[
        0
    ] == 403
    assert (await refused(jp_fetch, "errreport", "sessions", headers=headers))[0] == 403
    assert (await refused(jp_fetch, "api", "contents", headers=headers))[0] == 403


@pytest.mark.parametrize("key", ["", "wrong", "ключ".encode().decode("latin-1")])
async def test_a_wrong_key_stores_nothing(jp_fetch: Fetch, jp_web_app: Any, key: str) -> None:
    headers = {**key_of(jp_web_app), "X-Errreport-Key": key}
    code, body = await refused(
        jp_fetch, "errreport", "errors", method="POST", body=json.dumps(event()), headers=headers
    )
    assert code == 403
    assert "message" in body
    assert json.loads((await jp_fetch("errreport", "errors")).body) == []


async def test_a_browser_without_a_login_is_sent_to_it(jp_fetch: Fetch, jp_base_url: str) -> None:
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch(
            "errreport", "errors", headers={"Accept": "text/html", "Authorization": ""}, follow_redirects=False
        )
    assert caught.value.code == 302
    assert caught.value.response is not None
    assert caught.value.response.headers["Location"].startswith(jp_base_url + "login")


async def test_a_browser_gets_a_page_and_a_program_json(jp_fetch: Fetch, jp_web_app: Any) -> None:
    await jp_fetch(
        "errreport",
        "errors",
        method="POST",
        body=json.dumps(event(error_name="Nice<script>Error")),
        headers=key_of(jp_web_app),
    )
    page = await jp_fetch("errreport", "errors", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"Nice&lt;script&gt;Error" in page.body
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    sheet = await jp_fetch("errreport", "static", "errreport.css")
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert (await jp_fetch("errreport", "errors")).headers["Content-Type"].startswith("application/json")


async def test_a_link_with_a_token_opens_the_list_and_is_not_repeated(jp_fetch: Fetch, jp_web_app: Any) -> None:
    events = [event(), event()]
    await jp_fetch("errreport", "errors", method="POST", body=json.dumps(events), headers=key_of(jp_web_app))
    token = jp_web_app.settings["identity_provider"].token
    answer = await jp_fetch("errreport", "errors", params={"token": token, "limit": 1}, headers={"Authorization": ""})
    assert len(json.loads(answer.body)) == 1
    assert "limit=1" in answer.headers["Link"]
    assert token not in answer.headers["Link"]


async def test_a_report_counts_as_no_activity_of_the_reader(jp_fetch: Fetch, jp_web_app: Any) -> None:
    before = jp_web_app.settings.get("api_last_activity")
    await jp_fetch("errreport", "errors", method="POST", body=json.dumps(event()), headers=key_of(jp_web_app))
    assert jp_web_app.settings.get("api_last_activity") == before


async def test_bad_input_is_named(jp_fetch: Fetch, jp_web_app: Any) -> None:
    headers = key_of(jp_web_app)
    code, body = await refused(jp_fetch, "errreport", "errors", method="POST", body="{", headers=headers)
    assert code == 400
    assert body["message"]
    code, body = await refused(
        jp_fetch, "errreport", "errors", method="POST", body=json.dumps({"error_name": 3}), headers=headers
    )
    assert code == 400
    assert "error_name" in body["message"]
    code, _ = await refused(jp_fetch, "errreport", "errors", method="POST", body="x" * 300_000, headers=headers)
    assert code == 413


async def test_every_route_says_who_may_use_it(jp_serverapp: Any) -> None:
    """jupyter_server warns of a method without one of its decorators."""
    from jupyter_errreport.api import routes
    from jupyter_errreport.extension.guard import guard
    from jupyter_errreport.extension.handler import JupyterResource

    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        jp_serverapp.web_app.add_handlers(
            ".*$", [(f"/x/{path}", kind) for path, kind in routes(JupyterResource, guard)]
        )


async def test_the_status_names_the_database_and_no_secret(jp_fetch: Fetch, jp_web_app: Any) -> None:
    answer = await jp_fetch("errreport", "status")
    status = json.loads(answer.body)
    assert status["status"] == "ok"
    assert status["database"]["kind"] == "sqlite"
    assert jp_web_app.settings["errreport_connection"].key not in answer.body.decode()

"""What front ends ask of the Jupyter server besides the lists, and the event by which they hear of an error."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tornado.httpclient import HTTPClientError

from jupyter_errreport.event import new_event_id
from jupyter_errreport.extension.app import SECRETS, JupyterErrReport
from jupyter_errreport.extension.events import ERROR_SCHEMA
from jupyter_errreport.source import cell_hash
from tests.support.receiver import receiver

Fetch = Callable[..., Any]
SOURCE = "energies['best']"


def write_notebook(path: Path, *sources: str) -> list[str]:
    """A notebook with these code cells; their ids."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return [cell["id"] for cell in notebook.cells]


async def add_error(jp_fetch: Fetch, **more: Any) -> str:
    """Report an error; its id."""
    sent = {"event_id": new_event_id(), "error_name": "KeyError", "notebook": "a.ipynb", **more}
    await jp_fetch("errreport", "errors", method="POST", body=json.dumps(sent))
    return str(sent["event_id"])


async def ask(jp_fetch: Fetch, *path: str, **kwargs: Any) -> Any:
    return json.loads((await jp_fetch("errreport", *path, **kwargs)).body)


async def test_an_error_is_told_as_an_event(jp_fetch: Fetch, jp_serverapp: Any) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def listener(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        await heard.put(data)

    jp_serverapp.event_logger.add_listener(schema_id=ERROR_SCHEMA, listener=listener)
    event_id = await add_error(jp_fetch, error_message="patient 17", first_line="x")
    told = await asyncio.wait_for(heard.get(), 20)
    assert told == {"event_id": event_id, "notebook": "a.ipynb", "error_name": "KeyError", "kind": "cell", "count": 1}


async def test_without_a_collector_errors_stay(jp_fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    state = await ask(jp_fetch, "panel")
    assert state == {"notice": "", "off": "", "collector": "", "destinations": [], "undelivered": []}
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    assert (await ask(jp_fetch, "panel"))["off"] == "DO_NOT_TRACK=1"


async def test_cells_are_known_by_their_content(jp_fetch: Fetch) -> None:
    await add_error(jp_fetch, cell_hash=cell_hash(SOURCE), session="s1", count=3)
    sources = ["fine = 1", "energies['worst'] # a literal and a comment are no other cell", "energies.best"]
    body = json.dumps({"path": "course/a.ipynb", "sources": sources})
    cells = await ask(jp_fetch, "cells", method="POST", body=body)
    assert [cell["count"] for cell in cells] == [0, 3, 0]
    assert [cell["sessions"] for cell in cells] == [0, 1, 0]
    assert cells[1]["cell_hash"] == cell_hash(SOURCE)


async def test_of_two_notebooks_with_one_name_the_one_with_the_cell(jp_fetch: Fetch, jp_root_dir: Path) -> None:
    write_notebook(jp_root_dir / "old" / "a.ipynb", SOURCE)
    (cell_id,) = write_notebook(jp_root_dir / "z" / "deep" / "a.ipynb", SOURCE)
    asked = {"notebook": "a.ipynb", "cell_id": cell_id}
    assert await ask(jp_fetch, "path", params=asked) == {"path": "z/deep/a.ipynb"}
    assert await ask(jp_fetch, "path", params={"notebook": "a.ipynb"}) == {"path": "old/a.ipynb"}
    assert await ask(jp_fetch, "path", params={"notebook": "b.ipynb"}) == {"path": ""}


async def test_nothing_is_published_without_a_collector(jp_fetch: Fetch) -> None:
    with pytest.raises(HTTPClientError) as caught:
        await ask(jp_fetch, "publish", method="POST", body=json.dumps({"path": "a.ipynb"}))
    assert caught.value.response is not None
    assert "no collector" in json.loads(caught.value.response.body)["message"]


class TestWithACollector:
    @pytest.fixture
    def collector(self) -> Any:
        with receiver() as running:
            yield running

    @pytest.fixture
    def jp_server_config(self, tmp_path: Path, collector: Any) -> dict[str, Any]:
        return {
            "ServerApp": {"jpserver_extensions": {"jupyter_errreport": True}},
            "JupyterErrReport": {
                "db": str(tmp_path / "errors.sqlite"),
                "collector_url": collector.url,
                "collector_token": "the-collector-token",
                "author_token": "author_own",
            },
        }

    async def test_what_waits_is_told_and_no_token(self, jp_fetch: Fetch, collector: Any) -> None:
        collector.answer = 503
        event_id = await add_error(jp_fetch)
        state = await ask(jp_fetch, "panel")
        assert state["collector"] in state["notice"]
        (undelivered,) = state["undelivered"]
        assert undelivered == {"event_id": event_id, "destination": state["collector"], "problem": ""}
        assert "the-collector-token" not in json.dumps(state)

    async def test_what_was_refused_says_why(self, jp_fetch: Fetch, collector: Any) -> None:
        collector.poison = {"KeyError"}
        event_id = await add_error(jp_fetch)

        async def refused() -> Any:
            while True:
                (undelivered,) = (await ask(jp_fetch, "panel"))["undelivered"]
                if undelivered["problem"]:
                    return undelivered
                await asyncio.sleep(0.02)

        undelivered = await asyncio.wait_for(refused(), 20)
        assert undelivered["event_id"] == event_id
        assert "400" in undelivered["problem"]

    async def test_cells_are_those_of_all_readers(self, jp_fetch: Fetch, collector: Any) -> None:
        await add_error(jp_fetch, cell_hash=cell_hash(SOURCE))
        collector.answers["/notebooks/a.ipynb"] = {
            "cells": [{"cell": cell_hash(SOURCE), "count": 40, "sessions": 7}, {"cell": "other", "count": "<b>"}]
        }
        body = json.dumps({"path": "a.ipynb", "sources": [SOURCE]})
        (cell,) = await ask(jp_fetch, "cells", method="POST", body=body)
        assert (cell["count"], cell["sessions"]) == (40, 7)
        (request,) = [headers for path, headers, _ in collector.requests if path == "/notebooks/a.ipynb"]
        assert request["Authorization"] == "Bearer author_own"

    async def test_without_the_collectors_answer_they_are_this_servers(self, jp_fetch: Fetch, collector: Any) -> None:
        collector.answer = 403
        await add_error(jp_fetch, cell_hash=cell_hash(SOURCE), session="s1")
        body = json.dumps({"path": "a.ipynb", "sources": [SOURCE]})
        (cell,) = await ask(jp_fetch, "cells", method="POST", body=body)
        assert (cell["count"], cell["sessions"]) == (1, 1)

    async def test_a_notebook_is_published_with_its_code_and_nothing_else(
        self, jp_fetch: Fetch, jp_root_dir: Path, collector: Any
    ) -> None:
        write_notebook(jp_root_dir / "course" / "a.ipynb", SOURCE, "fine = 1")
        collector.answers["/notebooks/a.ipynb/source"] = {"version": 3, "status": "published"}
        body = json.dumps({"path": "course/a.ipynb"})
        answer = await ask(jp_fetch, "publish", method="POST", body=body)
        assert "version 3" in answer["message"]
        (sent,) = [json.loads(body) for path, _, body in collector.requests if path == "/notebooks/a.ipynb/source"]
        assert [cell["source"] for cell in sent["cells"]] == [SOURCE, "fine = 1"]
        assert {headers["Authorization"] for path, headers, _ in collector.requests if path != "/errors"} == {
            "Bearer author_own"
        }
        assert set(sent) == {"language", "cells"}

    async def test_a_refusal_to_publish_is_told(self, jp_fetch: Fetch, jp_root_dir: Path, collector: Any) -> None:
        write_notebook(jp_root_dir / "a.ipynb", SOURCE)
        collector.answer = 401
        with pytest.raises(HTTPClientError) as caught:
            await ask(jp_fetch, "publish", method="POST", body=json.dumps({"path": "a.ipynb"}))
        assert caught.value.response is not None
        assert "token is not known" in json.loads(caught.value.response.body)["message"]

    async def test_a_decision_holds_at_the_collector_too(self, jp_fetch: Fetch, collector: Any) -> None:
        await add_error(jp_fetch, fingerprint="f1")
        change = {"hint": "Run step 1 first.", "status": "resolved"}
        group = await self.decide(jp_fetch, change)
        assert (group["hint"], group["status"], group["not_told"]) == ("Run step 1 first.", "resolved", "")
        (path, headers, body) = next(request for request in collector.requests if "/groups/" in request[0])
        assert path == f"/groups/{group['group']}"
        assert json.loads(body) == change
        assert headers["Authorization"] == "Bearer author_own"

    async def test_a_decision_by_form_holds_at_the_collector_too(self, jp_fetch: Fetch, collector: Any) -> None:
        await add_error(jp_fetch)
        (group,) = await ask(jp_fetch, "groups")
        form = "action=hint&text=Run+step+1+first."
        path = ("errreport", "groups", group["group"], "decide")
        form_type = {"Content-Type": "application/x-www-form-urlencoded"}
        with pytest.raises(HTTPClientError) as led_back:
            await jp_fetch(*path, method="POST", body=form, headers=form_type, follow_redirects=False)
        assert led_back.value.response.headers["Location"] == f"../{group['group']}"
        (path_, headers, body) = next(request for request in collector.requests if "/groups/" in request[0])
        assert (path_, json.loads(body)) == (f"/groups/{group['group']}", {"hint": "Run step 1 first."})
        assert headers["Authorization"] == "Bearer author_own"
        collector.answer = 403
        with pytest.raises(HTTPClientError) as led_back:
            await jp_fetch(*path, method="POST", body=form, headers=form_type, follow_redirects=False)
        assert led_back.value.response.headers["Location"] == f"../{group['group']}?kept=here"

    @pytest.mark.parametrize(
        ("status", "words"), [(403, "role author"), (404, "does not know this error yet"), (500, "answered 500")]
    )
    async def test_what_the_collector_does_not_take_is_kept_here_and_said(
        self, jp_fetch: Fetch, collector: Any, status: int, words: str
    ) -> None:
        await add_error(jp_fetch)
        collector.answer = status
        group = await self.decide(jp_fetch, {"hint": "Run step 1 first."})
        assert group["hint"] == "Run step 1 first."
        assert group["not_told"].startswith("Kept on this server only")
        assert words in group["not_told"]

    async def test_a_collector_that_is_away_is_named(self, jp_fetch: Fetch, collector: Any) -> None:
        await add_error(jp_fetch)
        collector.close()
        assert "could not be reached" in (await self.decide(jp_fetch, {"hint": "x"}))["not_told"]

    async def decide(self, jp_fetch: Fetch, change: dict[str, Any]) -> dict[str, Any]:
        (group,) = await ask(jp_fetch, "groups")
        path = ("groups", group["group"], "everywhere")
        return dict(await ask(jp_fetch, *path, method="PATCH", body=json.dumps(change)))


class TestWithATokenThatIsNobodysOwn:
    """Errors are forwarded with the server's token, and who works in it decides there for nobody else."""

    @pytest.fixture
    def collector(self) -> Iterator[Any]:
        with receiver() as to:
            yield to

    @pytest.fixture
    def jp_server_config(self, tmp_path: Path, collector: Any, token: str) -> dict[str, object]:
        return {
            "ServerApp": {"jpserver_extensions": {"jupyter_errreport": True}},
            "JupyterErrReport": {
                "db": str(tmp_path / "errors.sqlite"),
                "collector_url": collector.url,
                "collector_token": token,
            },
        }

    @pytest.mark.parametrize(
        ("token", "forwarded_with"),
        [
            ("report_of-the-course", "Bearer report_of-the-course"),
            ("of-before-there-were-roles", "Bearer of-before-there-were-roles"),
            ("author_of-the-teacher", None),
            ("admin_of-the-operator", None),
        ],
    )
    async def test_the_collector_hears_of_errors_and_of_no_decision(
        self, jp_fetch: Fetch, collector: Any, forwarded_with: str | None
    ) -> None:
        await add_error(jp_fetch)
        (group,) = await ask(jp_fetch, "groups")
        change = {"hint": "I was here.", "status": "resolved", "note": "n"}
        path = ("groups", group["group"], "everywhere")
        told = await ask(jp_fetch, *path, method="PATCH", body=json.dumps(change))
        assert told["hint"] == "I was here."
        assert "JUPYTER_ERRREPORT_AUTHOR_TOKEN" in told["not_told"]

        async def forwarded() -> None:
            while not collector.events:
                await asyncio.sleep(0.02)

        await asyncio.wait_for(forwarded(), 20)
        assert [path for path, _, _ in collector.requests if path != "/errors"] == []
        assert {headers.get("Authorization") for _, headers, _ in collector.requests} == {forwarded_with}


def test_secrets_are_taken_out_of_the_environment_whatever_else_is_configured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "secret")
    JupyterErrReport(author_token="other", enabled=False).initialize_settings()
    assert not set(SECRETS) & set(os.environ)

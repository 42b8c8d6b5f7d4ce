"""What an operator sets, and a database that can't be had."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError


class TestOff:
    """`enabled = False` turns all of it off."""

    @pytest.fixture
    def jp_server_config(self, tmp_path: Path) -> dict[str, object]:
        return {
            "ServerApp": {"jpserver_extensions": {"jupyter_errreport": True}},
            "JupyterErrReport": {"db": str(tmp_path / "errors.sqlite"), "enabled": False},
        }

    async def test_there_is_no_route_and_no_database(self, jp_fetch: Any, tmp_path: Path) -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("errreport", "errors")
        assert caught.value.code == 404
        assert not (tmp_path / "errors.sqlite").exists()


KERNEL = {"Authorization": "", "Content-Type": "application/json"}


class TestAnotherDatabase:
    """The database can't be had: another one takes its place, and `status` says where and why."""

    @pytest.fixture
    def jp_server_config(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
        (tmp_path / "tmp").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
        (tmp_path / "errors.sqlite").write_text("this is no database " * 100)
        return {
            "ServerApp": {"jpserver_extensions": {"jupyter_errreport": True}},
            "JupyterErrReport": {"db": str(tmp_path / "errors.sqlite")},
        }

    async def test_reports_are_taken_and_the_status_says_where_and_why(
        self, jp_fetch: Any, jp_web_app: Any, tmp_path: Path
    ) -> None:
        headers = {**KERNEL, "X-Errreport-Key": jp_web_app.settings["errreport_connection"].key}
        answer = await jp_fetch("errreport", "errors", method="POST", body='{"error_name": "E"}', headers=headers)
        assert json.loads(answer.body)["status"] == "stored"
        assert len(json.loads((await jp_fetch("errreport", "errors")).body)) == 1
        status = json.loads((await jp_fetch("errreport", "status")).body)
        assert status["status"] == "degraded"
        assert "not a database" in status["message"]
        assert str(tmp_path / "tmp") in status["message"]


class TestNoDatabase:
    """There is no place at all: the Jupyter server starts all the same, and says what is wrong."""

    @pytest.fixture
    def jp_server_config(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
        monkeypatch.setattr(tempfile, "tempdir", "/proc/errreport")
        return {
            "ServerApp": {"jpserver_extensions": {"jupyter_errreport": True}},
            "JupyterErrReport": {"db": "/proc/errreport/errors.sqlite"},
        }

    async def test_reports_are_put_off_and_the_status_says_why(self, jp_fetch: Any, jp_web_app: Any) -> None:
        headers = {**KERNEL, "X-Errreport-Key": jp_web_app.settings["errreport_connection"].key}
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("errreport", "errors", method="POST", body='{"error_name": "E"}', headers=headers)
        assert caught.value.code == 503
        assert caught.value.response is not None
        assert "Retry-After" in caught.value.response.headers
        status = json.loads((await jp_fetch("errreport", "status")).body)
        assert status["status"] == "degraded"
        assert "nothing is stored" in status["message"]
        assert (await jp_fetch("api", "status")).code == 200

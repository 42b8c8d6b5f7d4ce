"""What an operator sets, and a database that can't be had."""

from __future__ import annotations

import json
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


class TestNoDatabase:
    """The Jupyter server starts all the same, and says what is wrong."""

    @pytest.fixture
    def jp_server_config(self, tmp_path: Path) -> dict[str, object]:
        (tmp_path / "errors.sqlite").write_text("this is no database " * 100)
        return {
            "ServerApp": {"jpserver_extensions": {"jupyter_errreport": True}},
            "JupyterErrReport": {"db": str(tmp_path / "errors.sqlite")},
        }

    async def test_reports_are_put_off_and_the_status_says_why(self, jp_fetch: Any, jp_web_app: Any) -> None:
        key = jp_web_app.settings["errreport_connection"].key
        headers = {"X-Errreport-Key": key, "Authorization": "", "Content-Type": "application/json"}
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("errreport", "errors", method="POST", body='{"error_name": "E"}', headers=headers)
        assert caught.value.code == 503
        assert caught.value.response is not None
        assert "Retry-After" in caught.value.response.headers
        status = json.loads((await jp_fetch("errreport", "status")).body)
        assert status["status"] == "degraded"
        assert (await jp_fetch("api", "status")).code == 200

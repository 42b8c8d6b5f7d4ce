"""The extension in a Jupyter server of pytest-jupyter's, whose base URL finds hard-coded paths."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def jp_server_config(tmp_path: Path) -> dict[str, object]:
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_errreport": True}, "allow_unauthenticated_access": False},
        "JupyterErrReport": {"db": str(tmp_path / "errors.sqlite")},
    }

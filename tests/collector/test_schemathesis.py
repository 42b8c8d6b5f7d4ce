"""Nothing that `openapi.yaml` allows, and nothing that it does not, brings an answer that it does not describe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from jupyter_errreport.api.description import DESCRIPTION
from tests.support.collectors import ADMIN
from tests.support.jupyter_servers import TOKEN, JupyterServer, clean_environment

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
"""Not `negative_data_rejection`: what is too long is cut, and in a batch what is wrong is answered in its place."""
ENDLESS = ("/live",)
EXAMPLES = 15
"""Requests for each operation, about."""


def described_for(server: str, file: Path) -> Path:
    """The description of one server, without what does not end."""
    described = yaml.safe_load(DESCRIPTION.read_text())
    described["paths"] = {
        path: item
        for path, item in described["paths"].items()
        if item.get("x-server") in (None, server) and path not in ENDLESS
    }
    file.write_text(yaml.safe_dump(described))
    return file


def find(file: Path, url: str, authorization: str, home: Path) -> subprocess.CompletedProcess[str]:
    """What schemathesis says."""
    command = [
        *(str(Path(sys.executable).parent / "st"), "run", str(file), "--url", url, "--no-color", "--seed", "1"),
        *("--header", f"Authorization: {authorization}", "--phases", "examples,fuzzing", "--checks", ",".join(CHECKS)),
        *("--max-examples", str(EXAMPLES), "--suppress-health-check", "all", "--generation-database", "none"),
        *("--request-timeout", "30"),
    ]
    environment = {**clean_environment(home), "NO_PROXY": "*"}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=home, env=environment)


def test_nothing_is_found_in_the_collector(start: Start, tmp_path: Path) -> None:
    collector = start("--no-limits")
    event = {"error_name": "A", "notebook": "n", "session": "s"}
    assert collector.post("errors", event).status_code == 200
    found = find(described_for("collector", tmp_path / "openapi.yaml"), collector.url, f"Bearer {ADMIN}", tmp_path)
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr
    assert "Traceback" not in collector.log


def test_nothing_is_found_in_the_jupyter_server(tmp_path: Path) -> None:
    server = JupyterServer(Path(sys.executable), tmp_path, base_url="/a/").wait()
    try:
        file = described_for("jupyter-server", tmp_path / "openapi.yaml")
        found = find(file, f"{server.url}/errreport", f"token {TOKEN}", tmp_path)
        assert found.returncode == 0, found.stdout[-6000:] + found.stderr
    finally:
        server.stop()

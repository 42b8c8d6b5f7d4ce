"""The HTTP client: what it takes from the environment, and what it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_errreport.contract import KEY_HEADER
from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.transport import Transport, _proxies, retry_after
from tests.support.receiver import receiver

EVENT = json.dumps({"event_id": "x"}).encode()


def test_the_kernels_key_travels_in_a_header_of_its_own(tmp_path: Path) -> None:
    with receiver() as to:
        connection = tmp_path / "connection.json"
        connection.write_text(json.dumps({"url": to.url + "/errreport", "key": "the-key"}))
        outcome = Transport(Destination.jupyter(str(connection))).send([EVENT], timeout=5)
        assert outcome.statuses == ["stored"]
        path, headers, _ = to.requests[0]
        assert path == "/errreport/errors"
        assert headers[KEY_HEADER] == "the-key"
        assert "Authorization" not in headers


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"url": 3, "key": "k"}'])
def test_a_server_that_is_not_there_is_tried_later(tmp_path: Path, content: str) -> None:
    connection = tmp_path / "connection.json"
    if content:
        connection.write_text(content)
    outcome = Transport(Destination.jupyter(str(connection))).send([EVENT], timeout=5)
    assert outcome.statuses is None
    assert "Jupyter server" in outcome.problem


def test_a_large_body_is_compressed() -> None:
    with receiver() as to:
        body = json.dumps({"event_id": "x", "first_line": "y" * 5_000}).encode()
        assert Transport(Destination.collector(to.url)).send([body, body], timeout=5).statuses == ["stored", "stored"]
        assert to.requests[0][1]["Content-Encoding"] == "gzip"


def test_an_answer_that_is_no_collectors_is_no_success() -> None:
    with receiver() as to:
        outcome = Transport(Destination.collector(to.url + "/elsewhere")).send([EVENT, EVENT], timeout=5)
        assert outcome.statuses == ["stored", "stored"]
        to.events.clear()
        to.answer = 204
        assert Transport(Destination.collector(to.url)).send([EVENT], timeout=5).statuses is None


def test_a_proxy_is_used_for_others_and_never_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example.org:3128")
    assert _proxies("https://errors.example.org/x") == {"https": "http://proxy.example.org:3128"}
    for url in ("http://localhost:8888", "http://127.0.0.1:1", "http://[::1]:1", "http+unix://localhost/x"):
        assert _proxies(url) == {}
    monkeypatch.setenv("no_proxy", "example.org")
    assert _proxies("https://errors.example.org/x") == {}


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), ("", None), (None, None), ("soon", None), ("-3", None)])
def test_retry_after_in_seconds(value: str | None, seconds: float | None) -> None:
    assert retry_after(value) == seconds


def test_retry_after_as_a_date() -> None:
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert (retry_after("Fri, 21 Oct 2095 07:28:00 GMT") or 0) > 1_000_000

"""The HTTP client and our own servers: what is taken from the environment, and what is not; what answers mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_errreport.contract import KEY_HEADER
from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.asking import NoAnswer, ask
from jupyter_errreport.delivery.engine.parcel import Parcel
from jupyter_errreport.delivery.http.answer import retry_after
from jupyter_errreport.delivery.http.client import proxies_for
from jupyter_errreport.delivery.outcome import Outcome
from jupyter_errreport.delivery.receivers import receiver_for
from tests.support.receiver import receiver

EVENT = json.dumps({"event_id": "x"}).encode()


def send(to: Destination, *events: bytes) -> Outcome:
    return receiver_for(to).send(Parcel(events), timeout=5)


def test_the_kernels_key_travels_in_a_header_of_its_own(tmp_path: Path) -> None:
    with receiver() as to:
        connection = tmp_path / "connection.json"
        connection.write_text(json.dumps({"url": to.url + "/errreport", "key": "the-key"}))
        outcome = send(Destination.jupyter(str(connection)), EVENT)
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
    outcome = send(Destination.jupyter(str(connection)), EVENT)
    assert outcome.statuses is None
    assert "Jupyter server" in outcome.problem


def test_a_large_body_is_compressed() -> None:
    with receiver() as to:
        body = json.dumps({"event_id": "x", "first_line": "y" * 5_000}).encode()
        assert send(Destination.collector(to.url), body, body).statuses == ["stored", "stored"]
        assert to.requests[0][1]["Content-Encoding"] == "gzip"


def test_an_answer_that_is_no_collectors_is_no_success() -> None:
    with receiver() as to:
        outcome = send(Destination.collector(to.url + "/elsewhere"), EVENT, EVENT)
        assert outcome.statuses == ["stored", "stored"]
        to.events.clear()
        to.answer = 204
        assert send(Destination.collector(to.url), EVENT).statuses is None


def test_a_proxy_is_used_for_others_and_never_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example.org:3128")
    assert proxies_for("https://errors.example.org/x") == {"https": "http://proxy.example.org:3128"}
    for url in ("http://localhost:8888", "http://127.0.0.1:1", "http://[::1]:1", "http+unix://localhost/x"):
        assert proxies_for(url) == {}
    monkeypatch.setenv("no_proxy", "example.org")
    assert proxies_for("https://errors.example.org/x") == {}


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), ("", None), (None, None), ("soon", None), ("-3", None)])
def test_retry_after_in_seconds(value: str | None, seconds: float | None) -> None:
    assert retry_after(value) == seconds


def test_retry_after_as_a_date() -> None:
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert (retry_after("Fri, 21 Oct 2095 07:28:00 GMT") or 0) > 1_000_000


def test_several_questions_go_over_one_connection_and_one_without_an_answer_is_told() -> None:
    with receiver() as to:
        to.answers = {"/a": {"n": 1}, "/b": {"n": 2}}
        here = Destination.collector(to.url, "the-token")
        assert [answer.json for answer in ask(here, "GET", ["a", "b"], 5)] == [{"n": 1}, {"n": 2}]
        assert {headers["Authorization"] for _, headers, _ in to.requests} == {"Bearer the-token"}
    with pytest.raises(NoAnswer, match="could not be reached") as caught:
        ask(Destination.collector("http://127.0.0.1:9", "the-token"), "GET", ["a"], 5)
    assert "the-token" not in str(caught.value)

"""Why there was no answer is told in words."""

from __future__ import annotations

import socket

import pytest

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.asking import NoAnswer, ask


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:{free}", "nothing listens at this address"),
        ("http://no-such-host.invalid", "there is no host of this name"),
        ("http://127.0.0.1:{deaf}", "no answer in time"),
        ("https://127.0.0.1:{deaf}", "no answer in time"),
        ("gopher://127.0.0.1", "the address is none"),
    ],
)
def test_no_name_of_an_exception_is_told(url: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with socket.socket() as deaf, socket.socket() as free:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        free.bind(("127.0.0.1", 0))
        place = url.format(free=free.getsockname()[1], deaf=deaf.getsockname()[1])
        with pytest.raises(NoAnswer) as raised:
            ask(Destination.collector(place), "GET", ["status"], 0.3)
    assert raised.value.why == words
    assert "Error" not in str(raised.value)

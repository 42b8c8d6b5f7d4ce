"""What a network can do: the event stays spooled, nobody waits, and the status has a sentence about it."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from jupyter_errreport.delivery import DeliveryQueue, Destination
from jupyter_errreport.delivery.engine import Patience
from jupyter_errreport.delivery.files import Files
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool
from jupyter_errreport.event import EventMessageType, new_event_id
from tests.support.faulty_servers import (
    Behave,
    answering,
    close_at_once,
    hang,
    one_byte_a_minute,
    server,
)
from tests.support.waiting import wait_for

FAULTS: dict[str, tuple[Behave | None, str, str]] = {
    "refused": (None, "http://127.0.0.1:{port}", "could not be reached"),
    "hangs after accept": (hang, "http://127.0.0.1:{port}", "could not be reached (ReadTimeout)"),
    "one byte a minute": (one_byte_a_minute, "http://127.0.0.1:{port}", "could not be reached (ReadTimeout)"),
    "closes at once": (close_at_once, "http://127.0.0.1:{port}", "could not be reached (ConnectionError)"),
    "no HTTP": (answering(b"hello"), "http://127.0.0.1:{port}", "could not be reached"),
    "500": (answering(b"500 Oh"), "http://127.0.0.1:{port}", "answered 500"),
    "429": (answering(b"429 Later\r\nRetry-After: 3600"), "http://127.0.0.1:{port}", "answered 429"),
    "redirect": (answering(b"302 Go\r\nLocation: http://127.0.0.1:9/"), "http://127.0.0.1:{port}", "answered 302"),
    "no TLS there": (answering(b"400 Bad"), "https://127.0.0.1:{port}", "could not be reached (SSLError)"),
    "a name that is none": (None, "http://no-such-host.invalid", "could not be reached"),
    "proxy wants a login": (answering(b"407 Who"), "http://errors.example.org", "answered 407"),
    "proxy wants a login for TLS": (answering(b"407 Who"), "https://errors.example.org", "(ProxyError)"),
    "proxy is not there": (None, "http://errors.example.org", "(ProxyError)"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_network(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behave, url, problem = FAULTS[fault]
    with server(behave or hang) as port:
        if behave is None:
            with socket.create_server(("127.0.0.1", 0)) as unused:
                port = unused.getsockname()[1]
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        if "proxy" in fault:
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        patience = Patience(first_retry=60.0, answer=0.3)
        queue = DeliveryQueue(lambda: Spool(lambda: [Place(str(tmp_path), Files())]), patience)
        event = EventMessageType(
            error_name="E", error_message="", traceback=[], first_line="", execution_count=1, notebook="n"
        )
        event["event_id"] = new_event_id()
        started = time.monotonic()
        queue.submit(event, Destination.collector(url.format(port=port), "the-token"))
        assert time.monotonic() - started < 0.5
        (lane,) = queue.lanes()
        wait_for(lambda: lane.problem, "the fault")
        assert problem in lane.problem
        assert "the-token" not in lane.problem
        assert (lane.waiting, lane.spooled) == (1, 1)
        started = time.monotonic()
        assert not queue.flush(0.5)
        queue.close(0.2)
        assert time.monotonic() - started < 2
        assert len(list(tmp_path.rglob(f"{event['event_id']}*"))) == 1

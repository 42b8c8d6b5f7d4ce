"""Servers with a certificate: whom an attempt to send trusts, and that it does not load that anew."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.faulty_servers import Behave, server

ATTEMPTS = """
import json, ssl, sys
from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.engine.parcel import Parcel
from jupyter_errreport.delivery.receivers import receiver_for

loaded = []
inner = ssl.SSLContext.load_verify_locations
def counting(self, *arguments, **named):
    loaded.append(named.get("cafile") or arguments[0])
    return inner(self, *arguments, **named)
ssl.SSLContext.load_verify_locations = counting

if sys.argv[3:]:  # the one authority that is known there
    from requests import certs
    certs.where = lambda: sys.argv[3]
receiver = receiver_for(Destination(sys.argv[1], sys.argv[2]))
for line in sys.stdin:
    outcome = receiver.send(Parcel([b'{"event_id": "x"}']), 5)
    receiver.close()
    print(json.dumps([outcome.problem.split(" ", 1)[1], len(loaded)]), flush=True)
"""
"""An attempt for each line that comes in: what came of it, and how often certificates were loaded until then."""


def certify(folder: Path, name: str) -> Path:
    """A certificate for `name` that signed itself, in place of the one before it."""
    subprocess.run(
        [
            *"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout new.key -out new.pem".split(),
            *("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (folder / "new.key").replace(folder / "server.key")
    return (folder / "new.pem").replace(folder / "server.pem")


def answering_503(folder: Path) -> Behave:
    """Over TLS, with the certificate that is in `folder` at that moment."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                received = secure.recv(65_536)
                while received and not received.endswith(b"]"):  # the end of the events
                    received = secure.recv(65_536)
                secure.sendall(b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except OSError:  # the client will not have it
            pass

    return behave


class Attempts:
    """A process of another environment in which one receiver is sent something when it is told to."""

    def __init__(self, python: Path, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [str(python), "-c", ATTEMPTS, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Attempts:
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(30) == 0

    def __call__(self) -> tuple[str, int]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        problem, loaded = json.loads(self._process.stdout.readline())
        return problem, loaded


@pytest.fixture(params=["ipython9", "ipython5"])  # the newest requests and urllib3, and those of Python 3.7
def python(request: pytest.FixtureRequest, runtime_python: Callable[[str], Path]) -> Path:
    return runtime_python(request.param)


def test_a_servers_own_certificate_is_loaded_once_and_again_when_it_was_replaced(python: Path, tmp_path: Path) -> None:
    ca_file = certify(tmp_path, "some-host")
    with server(answering_503(tmp_path)) as port:
        connection = tmp_path / "connection.json"
        connection.write_text(json.dumps({"url": f"https://127.0.0.1:{port}", "key": "k", "ca_file": str(ca_file)}))
        with Attempts(python, "jupyter", str(connection)) as attempt:
            results = [attempt() for _ in range(3)]
            assert results == [("Jupyter server answered 503", 1)] * 3
            certify(tmp_path, "another-host")
            results = [attempt() for _ in range(3)]
            assert results == [("Jupyter server answered 503", 2)] * 3


def test_a_certificate_that_nobody_trusts_is_refused_without_loading_authorities_anew(
    python: Path, tmp_path: Path
) -> None:
    certify(tmp_path, "127.0.0.1")
    with (
        server(answering_503(tmp_path)) as port,
        Attempts(python, "collector", f"https://127.0.0.1:{port}") as attempt,
    ):
        assert [attempt() for _ in range(3)] == [("could not be reached (its certificate is not trusted here)", 1)] * 3


@pytest.mark.parametrize(
    ("name", "problem"),
    [("localhost", "answered 503"), ("another-host", "could not be reached (its certificate is not trusted here)")],
)
def test_a_certificate_of_an_authority_has_to_name_the_host(
    python: Path, tmp_path: Path, name: str, problem: str
) -> None:
    authority = certify(tmp_path, name)
    with (
        server(answering_503(tmp_path)) as port,
        Attempts(python, "collector", f"https://localhost:{port}", str(authority)) as attempt,
    ):
        assert [attempt() for _ in range(2)] == [(problem, 1)] * 2

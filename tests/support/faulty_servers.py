"""Servers on loopback that do to every connection what a broken network does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
Behave = Callable[[socket.socket, threading.Event], None]


def hang(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def one_byte_a_minute(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65_536)
    with suppress(OSError):  # nobody waits so long
        for byte in ANSWER:
            connection.sendall(bytes([byte]))
            if over.wait(60):
                return


def close_at_once(connection: socket.socket, over: threading.Event) -> None:
    connection.close()


def answering(head: bytes) -> Behave:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 " + head + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        connection.close()

    return behave


@contextmanager
def server(behave: Behave) -> Iterator[int]:
    """A port at which every connection is treated so."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=behave, args=(connection, over), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        over.set()
        listening.shutdown(socket.SHUT_RDWR)

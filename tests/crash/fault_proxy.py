"""A network that fails on command: a proxy before the collector that refuses, hangs, or cuts in the middle."""

from __future__ import annotations

import contextlib
import random
import select
import socket
import struct
import threading

from tests.support.waiting import wait_for

PASS, REFUSE, HANG, RESET = "pass", "refuse", "hang", "reset"
FAULTS = (REFUSE, HANG, RESET)
_DUPLICATE = b'"duplicate"'


class FaultProxy:
    """Listens on a port of its own, which stays the same. One thread a connection."""

    def __init__(self, port: int, seed: int) -> None:
        self.duplicates = 0
        """How often the collector answered `duplicate`, whether or not the answer got through."""
        self.cut = 0
        """Connections that were cut in the middle or hung."""
        self._to = port
        self._luck = random.Random(seed)
        self._mode = PASS
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._socket = _bound(0)
        self._port = int(self._socket.getsockname()[1])
        self._listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def fail(self, mode: str) -> None:
        """From now on every connection fails so; those that are open too, unless they are to be cut later."""
        with self._lock:
            former, self._mode = self._mode, mode
        if REFUSE in (former, mode) and former != mode:
            self._renew(listen=former == REFUSE)
        if mode in (REFUSE, HANG):
            self._cut_all()

    def heal(self) -> None:
        """Let everything pass; what hung until now is cut, so that nobody waits for it."""
        self._cut_all()
        self.fail(PASS)

    def close(self) -> None:
        self.fail(REFUSE)
        self._socket.close()

    def _renew(self, listen: bool) -> None:
        """A port that is bound and not listened at refuses, and nobody else can take it meanwhile."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts, which would keep the port
        self._socket.close()
        self._socket = _bound(self._port)
        if listen:
            self._listen()

    def _listen(self) -> None:
        self._socket.listen(64)
        threading.Thread(target=self._accept, args=(self._socket,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with self._lock:
                mode, self._open = self._mode, self._open | {client}
                # How many bytes still pass, of the request or of the answer.
                request, answer = self._luck.choice(
                    [(self._luck.randint(1, 2_000), 1 << 40), (1 << 40, self._luck.randint(1, 600))]
                )
            if mode == HANG:
                self.cut += 1
                continue
            limits = (request, answer) if mode == RESET else (1 << 40, 1 << 40)
            threading.Thread(target=self._relay, args=(client, *limits), daemon=True).start()

    def _relay(self, client: socket.socket, request: int, answer: int) -> None:
        """Pass bytes both ways until so many have passed, or one side ends."""
        try:
            server = socket.create_connection(("127.0.0.1", self._to), timeout=10)
        except OSError:
            self._reset(client)
            return
        with self._lock:
            self._open.add(server)
        tail = b""
        try:
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if client in ready:
                    data = client.recv(65_536)
                    server.sendall(data[:request])
                    request -= len(data)
                if server in ready:
                    data = server.recv(65_536)
                    tail += data
                    self.duplicates += tail.count(_DUPLICATE)
                    tail = tail[tail.rfind(_DUPLICATE) + len(_DUPLICATE) :] if _DUPLICATE in tail else tail
                    tail = tail[-len(_DUPLICATE) + 1 :]
                    client.sendall(data[:answer])
                    answer -= len(data)
                if request <= 0 or answer <= 0:
                    self.cut += 1
                    return
                if not data:
                    return
        except (OSError, ValueError):  # cut from outside
            return
        finally:
            self._reset(client)
            self._reset(server)

    def _cut_all(self) -> None:
        with self._lock:
            sockets = list(self._open)
        for connection in sockets:
            self._reset(connection)

    def _reset(self, connection: socket.socket) -> None:
        """Close with a reset, as a network does that fails."""
        with self._lock:
            self._open.discard(connection)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)  # wakes the thread that selects on it
        with contextlib.suppress(OSError):
            connection.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def bind() -> bool:
        try:
            bound.bind(("127.0.0.1", port))
        except OSError:  # the thread that accepted has not let go of it yet
            return False
        return True

    wait_for(bind, f"port {port}")
    return bound

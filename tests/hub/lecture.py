"""The start of a lecture: the servers of all users of a JupyterHub report in the same moment, from one address.

python -m tests.hub.lecture --servers 500

What sends is what sends in a Jupyter server (`forwarding.sender`), with a token of the Hub for each; what it has to
send is made up here, so that 500 servers fit on one machine.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import requests

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.engine import Engine, EngineThread, Patience, Source
from jupyter_errreport.delivery.outcome import Outcome
from jupyter_errreport.delivery.receivers import receiver_for
from jupyter_errreport.event import new_event_id, public_session
from jupyter_errreport.forwarding.outbox_source import OutboxParcel
from jupyter_errreport.store.outbox.session_outbox import SessionNews
from tests.support.hub import Hub

SCOPE = "access:services!service=errreport"
SESSIONS, ERRORS = 2, 3
"""Of each server: notebooks that are opened, and errors in each."""
NOTEBOOK = "lecture"


class OfOneServer(Source[OutboxParcel]):
    """What one server has to pass on: its errors in one request, and each of its sessions."""

    def __init__(self, user: str) -> None:
        keys = [hashlib.md5(f"{user} {number}".encode()).hexdigest() for number in range(SESSIONS)]
        self.ids: list[str] = []
        events = []
        for key in keys:
            for _ in range(ERRORS):
                self.ids.append(new_event_id())
                events.append(
                    f'{{"event_id": "{self.ids[-1]}", "error_name": "NameError", "notebook": "{NOTEBOOK}",'
                    f' "session": "{public_session(key)}"}}'.encode()
                )
        body = '{{"uuid": "{}", "notebook": "{}", "good_cells": 3, "failed_cells": 1}}'
        self._waiting = [OutboxParcel(events, self.ids)]
        self._waiting += [OutboxParcel.telling(news(key, body.format(key, NOTEBOOK))) for key in keys]
        self._again_at = 0.0
        self.put_offs = 0
        self.refused: list[str] = []
        self.done = threading.Event()

    def next(self) -> OutboxParcel | None:
        return self._waiting[0] if self._waiting and time.monotonic() >= self._again_at else None

    def due_in(self) -> float | None:
        return max(self._again_at - time.monotonic(), 0.0) if self._waiting else None

    def answered(self, parcel: OutboxParcel, outcome: Outcome) -> None:
        statuses = list(outcome.statuses or [])
        if parcel.news is not None and statuses == ["rejected"]:  # not now: it waits by itself, as in a server
            self.put_offs, self._again_at = self.put_offs + 1, time.monotonic() + (outcome.retry_after or 5.0)
            return
        if outcome.is_whole or any(status not in ("stored", "duplicate") for status in statuses):
            self.refused.append(outcome.problem or str(statuses))
        self._waiting.pop(0)
        if not self._waiting:
            self.done.set()

    def put_off(self, parcel: OutboxParcel, outcome: Outcome) -> bool:
        self.put_offs += 1
        return True


def news(key: str, body: str) -> SessionNews:
    """What the outbox tells of a session."""
    return SessionNews(public_session(key), key, body.encode())


class Seen(NamedTuple):
    """How it went."""

    seconds: list[float]
    """Until each server had passed on all that it had."""
    put_offs: int
    """How often one was told to come back."""
    refused: list[str]


def begin(hub: Hub, users: Sequence[str]) -> Seen:
    """Have them all report at once, and wait until each has been answered for everything."""
    tokens = [hub.token(user, [SCOPE]) for user in users]
    url = f"http://127.0.0.1:{hub.collector_port}"
    sources = [OfOneServer(user) for user in users]
    threads = [
        EngineThread(Engine(source, receiver_for(Destination.collector(url, token), ""), Patience()), "server")
        for token, source in zip(tokens, sources, strict=True)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    seconds = []
    for source in sources:
        assert source.done.wait(600), "a server is still not done"
        seconds.append(time.monotonic() - started)
    for thread in threads:
        thread.close()
    for thread in threads:
        thread.join(30)
    refused = [text for source in sources for text in source.refused]
    return Seen(seconds, sum(source.put_offs for source in sources), refused)


def make_users(hub: Hub, count: int) -> list[str]:
    """So many students, known to the Hub."""
    users = [f"student{number}" for number in range(count)]
    hub.api("POST", "users", json={"usernames": users})
    return users


def counted(hub: Hub, teacher: requests.Session) -> tuple[int, int]:
    """Sessions and errors of the lecture, as its teacher sees them."""
    page = teacher.get(f"{hub.service}/notebooks/{quote(NOTEBOOK)}?format=json", timeout=60).json()
    return page["sessions"], page["count"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", type=int, default=500)
    count = parser.parse_args().servers
    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(Path(folder), {"teachers": ["tia"]}, {"teachers": "author"}, LIMIT)
        try:
            seen = begin(hub, make_users(hub, count))
            teacher = hub.log_in("tia")
            sessions, errors = counted(hub, teacher)
        finally:
            hub.stop()
    print(
        f"{count} servers, {SESSIONS} sessions and {SESSIONS * ERRORS} errors each: all was taken after"
        f" {max(seen.seconds):.1f} s; {seen.put_offs} times one was told to come back; refused: {seen.refused[:3]}."
        f" The teacher sees {sessions} sessions and {errors} errors."
    )
    if seen.refused or (sessions, errors) != (count * SESSIONS, count * SESSIONS * ERRORS):
        raise SystemExit("Something is missing.")


LIMIT = '\nc.JupyterHub.services[-1]["command"].append("--ErrReportCollector.max_sessions_per_address=5")\n'
"""Fewer than all servers together open, which share one address: enough for each user."""

if __name__ == "__main__":
    main()

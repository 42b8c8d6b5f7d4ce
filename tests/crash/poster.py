"""A client that posts events itself, to the Jupyter server and to the collector, and again when in doubt."""

from __future__ import annotations

import random
import threading
from typing import Any

import requests

from jupyter_errreport.event import new_event_id
from tests.crash.stage import Stage

NAME = "Posted"


class Poster:
    """Knows what it was promised."""

    def __init__(self, stage: Stage) -> None:
        self.counts: dict[str, int] = {}
        """For each event that was sent, to whomever, how many errors it stands for."""
        self.promised: dict[str, int] = {}
        """Those that were answered `stored` or `duplicate`."""
        self._stage = stage
        self._session = requests.Session()
        self._session.trust_env = False
        self._events: dict[str, tuple[bool, dict[str, Any]]] = {}
        """The events, and whether they are for the Jupyter server."""

    def post_until(self, over: threading.Event, luck: random.Random) -> None:
        while not over.wait(luck.uniform(0.05, 0.3)):
            to_server = luck.random() < 0.5
            new = [self._new(to_server, luck.randint(1, 9)) for _ in range(luck.randint(1, 20))]
            known = [event_id for event_id, (there, _) in self._events.items() if there == to_server]
            self._post(to_server, new + luck.sample(known, min(len(known), luck.choice([0, 0, 10]))))

    def settle(self) -> None:
        """Post again what nobody has answered for."""
        for to_server in (True, False):
            left = [e for e, (there, _) in self._events.items() if there == to_server and e not in self.promised]
            if left:
                self._post(to_server, left)

    @property
    def unanswered(self) -> int:
        return len(self.counts) - len(self.promised)

    def _new(self, to_server: bool, count: int) -> str:
        event_id = new_event_id()
        event = {"error_name": NAME, "notebook": "driver", "event_id": event_id, "count": count}
        self.counts[event_id] = count
        self._events[event_id] = to_server, event
        return event_id

    def _post(self, to_server: bool, event_ids: list[str]) -> None:
        events = [self._events[event_id][1] for event_id in dict.fromkeys(event_ids)]
        server = self._stage.server
        try:
            if not to_server:
                url, headers = f"{self._stage.proxy.url}/errors", {"Authorization": f"Bearer {self._stage.token}"}
                answer = self._session.post(url, json=events, headers=headers, timeout=2)
            elif server is not None and server.url:
                headers = {"Authorization": str(server.session.headers["Authorization"])}
                answer = self._session.post(f"{server.url}/errreport/errors", json=events, headers=headers, timeout=2)
            else:
                return
            answers = answer.json() if answer.status_code == 200 else []
        except (requests.RequestException, ValueError):
            return
        for judged in answers:
            if judged["status"] in ("stored", "duplicate"):
                self.promised[judged["event_id"]] = self.counts[judged["event_id"]]

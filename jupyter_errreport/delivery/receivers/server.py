"""A collector or a Jupyter server: takes many events at once, judges each, and knows sessions and deletions."""

import json
from typing import Any, Dict, Optional, Sequence

from ...contract import (
    DECISION_LIMIT,
    EVENT_STATUSES,
    HOST_LIMIT,
    KEY_REQUIRED,
    LIMIT_REASONS,
    SESSION_HEADER,
    UNKNOWN,
)
from ..destination import COLLECTOR, Destination
from ..engine.parcel import Cells, Parcel
from ..http.answer import Answer
from ..http.request import Request
from ..http.servers import request_to
from ..outcome import Hint, Outcome, judged
from .http_receiver import HttpReceiver


class Server(HttpReceiver):
    """One of our own servers."""

    def __init__(self, destination: Destination, sender_key: str = "") -> None:
        """`sender_key` is shown where there is no session's key: who has it may delete what was sent with it."""
        super().__init__(destination)
        self._sender_key = sender_key
        self._told: Optional[Cells] = None
        """What the receiver knows of the session; None when not even that it began."""

    def request(self, events: Sequence[bytes]) -> Request:
        """All of them, with what proves whose they are."""
        return request_to(self.destination, "POST", "errors", b"[" + b",\n".join(events) + b"]", self._keys())

    def outcome(self, answer: Answer, count: int) -> Outcome:
        """One judgement for each event; or what a refusal means."""
        if answer.status == 200:
            judgements = answer.json
            if isinstance(judgements, list) and len(judgements) == count:
                return _judged_each(judgements)
            label = self.destination.label
            return Outcome(problem=f"{label} answered with something that is no collector's answer")
        refusal = self.refused(answer, count, is_final=answer.status in (400, 413, 415, 422))
        if answer.status == 401 and _reason(answer) == KEY_REQUIRED:
            words = ": it takes only reports with the notebook's key, which its author puts here as token="
            return refusal._replace(problem=refusal.problem + words)
        reason = _reason(answer) if answer.status == 429 else ""
        if reason in LIMIT_REASONS:  # the same for these events at any later time
            return Outcome(["rejected"] * count, f"{refusal.problem}: {reason}", reasons=[reason] * count)
        return refusal

    def send(self, parcel: Parcel, timeout: float) -> Outcome:
        """Send what a parcel holds: a deletion, another's session, or one's own and events."""
        if parcel.erases:
            return self.erase(parcel.erases, timeout)
        if parcel.session is not None:
            return self._pass_session_on(parcel, parcel.session, timeout)
        is_told = parcel.cells is None
        if parcel.cells is not None:
            telling = self._tried(lambda: self._tell_session(parcel, parcel.cells or (0, 0), timeout))
            is_told = not telling.problem
            if telling.problem and not parcel.events:
                return telling
        if not parcel.events:
            return judged("stored", 0)._replace(is_session_told=is_told)
        return self._tried(lambda: self._send_events(parcel, timeout))._replace(is_session_told=is_told)

    def erase(self, path: str, timeout: float, key: str = "") -> Outcome:
        """Have the server delete what is at `path`: an error, or a session. Never raises.

        Its status is `stored` when that is done or there is nothing; `rejected`, with a problem, when it never will be.
        """

        def erasing() -> Outcome:
            keys = {SESSION_HEADER: key} if key else self._keys()
            answer = self._client.ask(request_to(self.destination, "DELETE", path, headers=keys), timeout)
            if answer.status in (200, 404):
                return judged("stored", 1)
            what = f"{self.destination.label} answered {answer.status} when asked to delete"
            if answer.status in (429, 500, 502, 503, 504):
                return Outcome(problem=what, retry_after=answer.retry_after)
            return judged("rejected", 1, what)

        return self._tried(erasing)

    def _send_events(self, parcel: Parcel, timeout: float) -> Outcome:
        if self._told is None:
            self._tell_session(parcel, (0, 0), timeout)
        return self.outcome(self._ask(parcel, self.request(parcel.events), timeout), len(parcel.events))

    def _tell_session(self, parcel: Parcel, cells: Cells, timeout: float) -> Outcome:
        """Tell a collector that the session has begun, and of its cells, unless it knows.

        The outcome has a problem when this has to be done again.
        """
        key = self.destination.session_key
        if self._told == cells or not key or self.destination.kind != COLLECTOR:
            self._told = cells
            return Outcome()
        good, failed = cells
        body: Dict[str, Any] = {"uuid": key, "notebook": self.destination.notebook or UNKNOWN}
        if self.destination.release:
            body["release"] = self.destination.release
        body.update(good_cells=good, failed_cells=failed)
        request = request_to(self.destination, "POST", "sessions", json.dumps(body).encode())
        answer = self._ask(parcel, request, timeout)
        if answer.status >= 500 or answer.status == 429:
            return self.refused(answer, 0, is_final=False)
        self._told = cells  # also when it is refused for good, by an old collector: the events go without it
        return Outcome()

    def _pass_session_on(self, parcel: Parcel, body: bytes, timeout: float) -> Outcome:
        """Open at a collector a session that is another server's, or tell it the counts.

        Its status is `stored` when that is done, or this collector will never take it; `rejected`, with a problem, when
        it may take it later and others now.
        """

        def passing() -> Outcome:
            answer = self._ask(parcel, request_to(self.destination, "POST", "sessions", body), timeout)
            what = f"{self.destination.label} answered {answer.status} to a session"
            if answer.status in (401, 429):
                return judged("rejected", 1, what)._replace(retry_after=answer.retry_after)
            if answer.status == 200 or 400 <= answer.status < 500:
                return judged("stored", 1)
            return Outcome(problem=what, retry_after=answer.retry_after)

        return self._tried(passing)

    def _keys(self) -> Dict[str, str]:
        key = self.destination.session_key or self._sender_key
        return {SESSION_HEADER: key} if key and self.destination.kind == COLLECTOR else {}


def _judged_each(judgements: Sequence[Any]) -> Outcome:
    reasons = [_reason_of(judgement) for judgement in judgements]
    problem = next((f"an event was rejected: {reason}" for reason in reasons if reason), "")
    statuses, hints = [_status(one) for one in judgements], [_hint_of(one) for one in judgements]
    return Outcome(statuses, problem, reasons=reasons, hints=hints)


def _reason(answer: Answer) -> str:
    """The word for programs in a collector's problem; empty when there is none."""
    said = answer.json
    return str(said.get("reason", "")) if isinstance(said, dict) else ""


def _status(judgement: Any) -> str:
    status = judgement.get("status") if isinstance(judgement, dict) else None
    return status if status in EVENT_STATUSES else "rejected"


def _reason_of(judgement: Any) -> str:
    """Why a receiver rejected an event, as a short plain text; empty for one that it took."""
    if _status(judgement) != "rejected":
        return ""
    reason = str(judgement.get("reason") or "") if isinstance(judgement, dict) else ""
    return "".join(c for c in reason if c.isprintable())[:200] or "no reason given"


def _hint_of(judgement: Any) -> Optional[Hint]:
    if not isinstance(judgement, dict):
        return Hint()
    text, source = judgement.get("hint"), judgement.get("hint_from")
    if isinstance(text, str) and text:
        return Hint(text[:DECISION_LIMIT], source[:HOST_LIMIT] if isinstance(source, str) else "")
    return None if judgement.get("hint_follows") is True else Hint()

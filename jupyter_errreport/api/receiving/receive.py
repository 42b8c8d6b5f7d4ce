"""Takes events from a request: checks each, stores the good ones, tells the others what is wrong."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from ...contract import FULL, TOO_MANY_ERRORS, TOO_SOON
from ...event import EventMessageType
from ...store import StoreError
from ...store.database.fair_queue import Sender
from ...store.database.writer import OURSELVES
from ...store.errors.insert import Outcome, Request
from ...store.events.filters import opens
from ...store.limits import bringer_of
from ..http.problem import Problem, too_many
from ..http.resource import Resource
from ..http.strict_json import parse
from ..service.intake import Crowded
from ..service.service import Service
from .brought import brought_by, mark
from .rates import hold_to_rates
from .validation import read_event

Complete = Callable[[EventMessageType], None]

_LIMITS = {
    TOO_MANY_ERRORS: ("This session has sent as many errors as one may", 3_600),
    TOO_SOON: ("This session had another error in the same moment", 0),
    FULL: ("The database holds as much as it may", 3_600),
}


async def receive_one(
    resource: Resource, value: Any, complete: Complete | None = None, is_raw: bool = False
) -> tuple[EventMessageType, Outcome]:
    """Store one event, which `complete` may change before. Raises `Problem` when it is wrong or over a limit.

    `is_raw` says that the client scrubs nothing.
    """
    try:
        event = _read(resource, value, complete, is_raw)
    except Problem:
        resource.service.tally.add(["rejected"])
        raise
    await hold_to_rates(resource, [event])
    (outcome,) = await store(resource.service, [event], _sender(resource, [event]))
    if outcome.reason in _LIMITS:
        raise _over_limit(resource, outcome.reason)
    if outcome.reason:
        resource.service.on_refused([outcome.reason])
    return event, outcome


async def receive_many(resource: Resource, values: list[Any]) -> list[dict[str, Any]]:
    """Store the good ones of a batch; an answer for each. Raises `Problem` when a limit left nothing to store."""
    answers: list[dict[str, Any] | None] = []
    events: list[EventMessageType] = []
    async for value in resource.service.turns.each(resource.sender_address, values):
        try:
            events.append(_read(resource, value, None))
            answers.append(None)
        except Problem as problem:
            answers.append(_rejected(value, problem))
    resource.service.tally.add("rejected" for answer in answers if answer)
    await hold_to_rates(resource, events)
    outcomes = await store(resource.service, events, _sender(resource, events))
    over = [outcome.reason for outcome in outcomes if outcome.reason in _LIMITS]
    if FULL in over:  # for a while: it is to be sent again, and what was stored of it counts once
        raise _over_limit(resource, FULL)
    if over and over[0] and len(over) == len(outcomes):
        raise _over_limit(resource, over[0])
    stored = iter(outcomes)
    told = [_answer(resource.service, next(stored)) if answer is None else answer for answer in answers]
    resource.service.on_refused([answer["reason"] for answer in told if answer.get("reason")])
    return told


def answer_of(outcome: Outcome) -> dict[str, Any]:
    """What the client is told of one event."""
    answer = {"event_id": outcome.event_id, "status": outcome.status, "group": outcome.group}
    more = {
        "reason": outcome.reason,
        "hint": outcome.hint,
        "hint_from": outcome.hint_from,
        "sampled": outcome.is_sampled,
    }
    return answer | {name: value for name, value in more.items() if value}


def _answer(service: Service, outcome: Outcome) -> dict[str, Any]:
    """The same, with whether to ask again when the collector to which errors are passed on has told its hint."""
    follows = service.hints_follow and outcome.status == "stored" and not outcome.hint
    return answer_of(outcome) | ({"hint_follows": True} if follows else {})


def check_scope(resource: Resource, notebook: str) -> None:
    """Raise `Problem` when the caller's token is not for this notebook."""
    if not opens(resource.notebook_scope, notebook):
        raise not_allowed()


def not_allowed() -> Problem:
    """What there is to say to a token for other notebooks."""
    return Problem(403, "notebook_not_allowed", "This token is for other notebooks; nothing was stored.")


def _read(resource: Resource, value: Any, complete: Complete | None, is_raw: bool = False) -> EventMessageType:
    if isinstance(value, Problem):
        raise value
    event = read_event(value, is_raw=is_raw, accept_verbatim=resource.service.accept_verbatim)
    if complete:
        complete(event)
    if not bringer_of(event):
        mark(event, brought_by(resource, event.get("session")))
    check_scope(resource, event["notebook"])
    return event


def _rejected(value: Any, problem: Problem) -> dict[str, Any]:
    if isinstance(value, bytes):
        with contextlib.suppress(Problem):
            value = parse(value.decode())
    event_id = value.get("event_id") if isinstance(value, dict) else None
    reason = problem.code if problem.field is None else f"{problem.code}: {problem.field}"
    return {
        "event_id": event_id[:64] if isinstance(event_id, str) else None,
        "status": "rejected",
        "reason": reason,
        "message": problem.message,
        "group": None,
    }


def _sender(resource: Resource, events: Sequence[EventMessageType]) -> Sender:
    """Whose turn it takes to store these."""
    session = events[0].get("session") if events else None
    return Sender(resource.sender_address, session or "")


async def store(service: Service, events: Sequence[EventMessageType], sender: Sender = OURSELVES) -> list[Outcome]:
    """Store complete events; what became of each. They are on disk then, and wait there to be passed on.

    Raises `StoreError` when not all of it was stored, or nobody knows: then they can be stored again. Raises `Problem`
    when too much of the sender waits.
    """
    if not events:
        return []
    if service.on_received is not None:
        await service.on_received(events)
    passed_on = service.pass_on_to
    request = Request(events, service.limits, service.dedup_days, passed_on, service.quotas, sender.address)
    try:
        outcomes = await service.intake.store(request, sender)
    except Crowded as error:
        service.tally.add(["failed"] * len(events))
        raise too_many(
            "too_many_waiting", "So much of your address waits for the disk that no more was taken. Wait a little.", 5
        ) from error
    except StoreError:
        service.tally.add(["failed"] * len(events))
        raise
    service.tally.add(outcome.status for outcome in outcomes)
    pairs = zip(events, outcomes, strict=True)
    new = [event for event, outcome in pairs if outcome.status == "stored" and not outcome.is_sampled]
    if any(outcome.status == "stored" for outcome in outcomes):
        service.listeners.tell()
    if new:
        try:
            service.on_stored(new)
        except Exception:  # they are stored, whatever becomes of the copies; the client must hear that
            service.log.exception("Passing %d stored errors on failed.", len(new))
    if any(outcome.is_said_of for outcome in outcomes):
        service.listeners.tell()
        service.on_said()
    return outcomes


def _over_limit(resource: Resource, reason: str) -> Problem:
    sentence, seconds = _LIMITS[reason]
    wait = seconds or (resource.service.limits.min_seconds_between_errors if resource.service.limits else 1)
    rest = "" if reason == FULL else ", nor will be of this error"
    return too_many(reason, f"{sentence}; nothing was stored{rest}.", wait)

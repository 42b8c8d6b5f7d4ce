"""Stores events, each exactly once: those of all requests that wait, in one pass and by a few prepared statements."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ...contract import EXPIRED, FULL, EventStatus, is_nobodys
from ...event import EventMessageType, event_time, rfc3339
from ..database.clock import clock
from ..database.statements import Statement, insert_of, listed
from ..events.bringers import keep_bringers
from ..events.comments import keep_comments
from ..events.rows import COLUMNS, row_of
from ..events.texts import text_of
from ..figures.arrivals import Arrivals
from ..figures.sampled import NONE, Counted, count_sampled, where_kept
from ..figures.session_figures import count_errors
from ..group_schema import thinned
from ..groups.edited_cells import keep_cells
from ..groups.former_groups import keep_former
from ..groups.known_groups import Known, known_groups
from ..groups.lifecycle import tell_of_new, wake_groups
from ..groups.regroupings import Place, groups_of
from ..groups.samples import renew_samples
from ..limits import Limits, SessionMeter, over_rate_of
from ..names.copies import perhaps_copies, recognise
from ..naming import Naming
from ..news import tell_others
from ..outbox.outbox import enqueue, enqueue_again
from ..quotas import Quotas
from ..rates import DAY
from ..schema import errors
from .edited import join_edited


class Outcome(NamedTuple):
    """What became of one event."""

    event_id: str
    status: EventStatus
    group: str
    reason: str | None = None
    """Why it was rejected: `expired` or `limit_...`."""
    hint: str = ""
    """What the author has to say to readers who run into this group."""
    hint_from: str | None = None
    """The collector whose author said it; None for somebody here."""
    is_said_of: bool = False
    """Whether a reader said something new of it."""
    is_sampled: bool = False
    """Whether only its id and its count were kept."""


class Request(NamedTuple):
    """The events of a request, and what holds for them."""

    events: Sequence[EventMessageType]
    limits: Limits | None
    dedup_days: float
    pass_on_to: Sequence[str] = ()
    quotas: Quotas | None = None
    address: str = ""
    """Where it came from."""


def insert_errors(
    connection: Connection,
    events: Sequence[EventMessageType],
    limits: Limits | None,
    dedup_days: float,
    pass_on_to: Sequence[str] = (),
    quotas: Quotas | None = None,
    addresses: Sequence[str] = (),
) -> list[Outcome]:
    """Store complete events; an outcome for each, in their order.

    An id that is known, deleted, or came earlier in this batch is a `duplicate`. An id older than `dedup_days` or more
    than a day ahead is rejected as `expired`, since nobody remembers for ever which ids there were.

    What is new waits in the outbox for each destination in `pass_on_to`; what a reader says of an event that came
    earlier, for the collectors among them. What is over one of the `quotas` is sampled; `addresses` has for each event
    where it came from.
    """
    known = set(_known_ids(connection, [event["event_id"] for event in events]))
    meter = SessionMeter(connection, limits, events) if limits else None
    naming = _naming(connection, events)
    places = [_place(event, naming) for event in events]
    group_of = groups_of(connection, set(places))
    groups = known_groups(connection, set(group_of.values()))
    outcomes = []
    taken: list[tuple[EventMessageType, Place, str]] = []
    counted: dict[int, Counted] = {}
    with_new = {place.notebook for place, group in group_of.items() if group not in groups}
    gate = quotas.gate(connection, limits, len(events), with_new) if quotas and limits else None
    for index, (event, place) in enumerate(zip(events, places, strict=True)):
        now = clock.now()
        event_id, group = event["event_id"], group_of[place]
        address = addresses[index] if addresses else ""
        if event_id in known:
            outcomes.append(Outcome(event_id, "duplicate", group))
        elif not now - dedup_days * DAY <= (event_time(event_id) or 0) <= now + DAY:
            outcomes.append(Outcome(event_id, "rejected", group, EXPIRED))
        elif meter and (reason := meter.objection(event)):
            outcomes.append(Outcome(event_id, "rejected", group, reason))
        elif gate and gate.is_full():
            outcomes.append(Outcome(event_id, "rejected", group, FULL))
        elif gate and gate.samples(place.notebook, group, groups, address, event.get("session"), over_rate_of(event)):
            known.add(event_id)
            notebook = place.notebook if gate.knows(place.notebook) else NONE
            kept_as = group if gate.has_group(group, groups) else NONE
            counted[index] = Counted(event_id, notebook, kept_as, event["count"], rfc3339(now))
            outcomes.append(Outcome(event_id, "stored", group, is_sampled=True))
        else:
            known.add(event_id)
            if meter:
                meter.add(event)
            taken.append((event, place, rfc3339(now)))
            outcomes.append(Outcome(event_id, "stored", group))
    if taken:
        copies = perhaps_copies(connection, naming, [(place.notebook, place.cell) for _, place, _ in taken])
        _keep(connection, taken, group_of, groups)
        keep_bringers(connection, [event for event, _, _ in taken])
        if copies and recognise(connection, copies):
            naming = _naming(connection, events)
            places = [_place(event, naming) for event in events]
            group_of = groups_of(connection, set(places))
            groups = known_groups(connection, set(group_of.values()))
            there = [(places[index].notebook, group_of[places[index]]) for index in counted]
            counted = dict(zip(counted, where_kept(connection, list(counted.values()), there), strict=True))
        enqueue(connection, pass_on_to, [event["event_id"] for event, _, _ in taken])
    # An edited cell may just have led its errors to another group.
    count_sampled(
        connection,
        [one._replace(group_id=group_of[places[index]]) if one.group_id else one for index, one in counted.items()],
    )
    said = keep_comments(connection, events)
    enqueue_again(connection, pass_on_to, said)
    if taken or said or counted:
        tell_others(connection)
    return [
        _told(outcome, place, group_of[place], groups, said) for outcome, place in zip(outcomes, places, strict=True)
    ]


def insert_together(connection: Connection, requests: Sequence[Request]) -> list[list[Outcome]]:
    """Store the events of several requests in one pass; the outcomes for each request."""
    answers: list[list[Outcome]] = []
    # Those that follow each other with the same settings: in one server all of them.
    for settings, group in groupby(requests, _settings):
        together = list(group)
        events = [event for request in together for event in request.events]
        addresses = [request.address for request in together for _ in request.events]
        outcomes = iter(insert_errors(connection, events, *settings, addresses))
        answers += [[next(outcomes) for _ in request.events] for request in together]
    return answers


def _naming(connection: Connection, events: Sequence[EventMessageType]) -> Naming:
    cells = (cell for event in events if (cell := event.get("cell_hash")))
    return Naming(connection, (event["notebook"] for event in events), cells)


def _settings(request: Request) -> tuple[Limits | None, float, Sequence[str], Quotas | None]:
    return request.limits, request.dedup_days, request.pass_on_to, request.quotas


def _place(event: EventMessageType, naming: Naming) -> Place:
    cell = event.get("cell_hash") or (f"[{event['execution_count']}]" if event["execution_count"] >= 0 else "")
    return Place(naming.of(event["notebook"], event.get("cell_hash")), event["fingerprint"], cell)


_INSERT = Statement(insert_of(errors, COLUMNS))


def _keep(
    connection: Connection,
    taken: Sequence[tuple[EventMessageType, Place, str]],
    group_of: dict[Place, str],
    groups: dict[str, Known],
) -> None:
    """Store new events and count them."""
    cell_free, cells = join_edited(connection, taken, group_of, groups)
    arrivals = Arrivals()
    rows = []
    former = []
    for event, place, received_at in taken:
        group = group_of[place]
        row = row_of(event, received_at, place.notebook, group)
        rows.append(row)
        arrivals.add(row, text_of(event))
        if called := event.get("former_fingerprint"):
            former.append((called, group))
    _INSERT.many(connection, [tuple(row.values()) for row in rows])
    arrivals.write(connection, cell_free, count_errors(connection, rows))
    renew_samples(connection, [group for group, known in groups.items() if not known.has_errors])
    keep_cells(connection, cells)
    keep_former(connection, former)
    tell_of_new(connection, [row for row in rows if row["group_id"] not in groups])
    wake_groups(connection, rows, groups)


def _told(outcome: Outcome, place: Place, group: str, groups: Mapping[str, Known], said: set[str]) -> Outcome:
    """An outcome with its group, as it is now, and what is said of that."""
    known = groups.get(group)
    hint = known.hint if known is not None and not is_nobodys(place.notebook) else ""
    if not hint and not said and group == outcome.group:
        return outcome
    hint_from = known.hint_from if known is not None and hint else None
    return outcome._replace(group=group, hint=hint, hint_from=hint_from, is_said_of=outcome.event_id in said)


_KNOWN = Statement(
    # Between the least and the greatest: so PostgreSQL looks into their months alone.
    "SELECT event_id FROM errors WHERE event_id {any} AND event_id BETWEEN ? AND ?"
    " UNION ALL SELECT event_id FROM tombstones WHERE event_id {any}"
)


def _known_ids(connection: Connection, ids: Sequence[str]) -> list[str]:
    if not ids:
        return []
    wanted = listed(ids)
    return [row[0] for row in _KNOWN.rows(connection, wanted, min(ids), max(ids), wanted)]


def errors_of_session(connection: Connection, session: str) -> tuple[int, str | None]:
    """How many errors a session has had (repeats counted), and when the last came."""
    count, last = 0, None
    for table, moment in ((errors, errors.c.received_at), (thinned, thinned.c.last_received_at)):
        query = select(func.coalesce(func.sum(table.c.count), 0), func.max(moment)).where(table.c.session == session)
        more, latest = connection.execute(query).one()
        count, last = count + int(more), max(filter(None, (last, latest)), default=None)
    return count, last

"""What readers say of errors in words of their own. It comes with an event that is sent again, and is kept once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ...contract import COMMENTS_LIMIT
from ...event import EventMessageType, event_time, new_event_id, rfc3339
from ..database.clock import clock
from ..paging import in_parts
from ..rates import DAY
from ..schema import comments, errors

COMMENT_DAYS = 7
"""Days after an event in which something can be said of it: nobody who has a list of ids can write into all of it."""


def keep_comments(connection: Connection, events: Sequence[EventMessageType]) -> set[str]:
    """Keep what is new of what readers say; the ids of the events of which something was.

    Of events that are not stored here, or for too long, nothing is kept.
    """
    oldest = clock.now() - COMMENT_DAYS * DAY
    commented = [event for event in events if event.get("comments") and (event_time(event["event_id"]) or 0) > oldest]
    ids = sorted({event["event_id"] for event in commented})
    groups = _groups(connection, ids)
    known = {event_id: [said["text"] for said in kept] for event_id, kept in comments_of(connection, ids).items()}
    rows: list[dict[str, Any]] = []
    for event in commented:
        event_id = event["event_id"]
        for text in event["comments"] if event_id in groups else ():
            if text in known[event_id] or len(known[event_id]) >= COMMENTS_LIMIT:
                continue
            known[event_id].append(text)
            now = clock.now()
            row = {"comment_id": new_event_id(now), "event_id": event_id, "group_id": groups[event_id]}
            rows.append({**row, "at": rfc3339(now), "text": text})
    if rows:
        connection.execute(insert(comments), rows)
    return {row["event_id"] for row in rows}


def comments_of(connection: Connection, event_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """For each event what was said of it, oldest first: `at` and `text`."""
    found: dict[str, list[dict[str, Any]]] = {event_id: [] for event_id in event_ids}
    for part in in_parts(event_ids):
        query = select(comments).where(comments.c.event_id.in_(part))
        for row in connection.execute(query.order_by(comments.c.event_id, comments.c.at)):
            found[row.event_id].append({"at": row.at, "text": row.text})
    return found


def comments_of_group(connection: Connection, group_id: str, limit: int) -> list[dict[str, Any]]:
    """What was said last of the errors of a group, newest first: `event_id`, `at` and `text`."""
    query = select(comments.c.event_id, comments.c.at, comments.c.text).where(comments.c.group_id == group_id)
    query = query.order_by(comments.c.at.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def with_comments(connection: Connection, payloads: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Events as they are sent on, each with what was said of it."""
    said = comments_of(connection, [payload["event_id"] for payload in payloads])
    texts = {event_id: [comment["text"] for comment in kept] for event_id, kept in said.items()}
    return [
        {**payload, "comments": texts[payload["event_id"]]} if texts[payload["event_id"]] else dict(payload)
        for payload in payloads
    ]


def move_comments(connection: Connection, group_id: str) -> None:
    """Put what was said of a group's errors where those are now: they were regrouped."""
    of_error = select(errors.c.group_id).where(errors.c.event_id == comments.c.event_id).scalar_subquery()
    connection.execute(update(comments).where(comments.c.group_id == group_id).values(group_id=of_error))


def delete_comments(connection: Connection, event_ids: Any) -> None:
    """Forget what was said of these events (a query of their ids)."""
    connection.execute(delete(comments).where(comments.c.event_id.in_(event_ids)))


def _groups(connection: Connection, event_ids: Collection[str]) -> dict[str, str]:
    """The group of each of these events that is stored here."""
    ids = list(event_ids)
    found: dict[str, str] = {}
    for part in in_parts(ids):
        query = select(errors.c.event_id, errors.c.group_id)
        found.update(dict(connection.execute(query.where(errors.c.event_id.in_(part))).all()))
    return found

"""By whose right events come: the quota of a session is used up, and its errors deleted, by those who have its key."""

from typing import Any

from ...contract import SESSION_HEADER
from ...event import EventMessageType, public_session
from ...store.limits import OverRate
from ..http.resource import Resource

BY_KEY = "key"
"""What is kept of an error that came with its session's key."""


def session_shown(resource: Resource) -> str | None:
    """The public id of the session whose key a request shows; None when it shows none."""
    key = resource.request.headers.get(SESSION_HEADER, "")
    return public_session(key) if key else None


def brought_by(resource: Resource, session: str | None) -> str | None:
    """What is kept of how an error of this session came: with its key, with a token (its id), or by anybody.

    A server that forwards without a token of its own shows a key of its own, so that it may delete what it brought.
    """
    shown = session_shown(resource)
    if shown is not None and session == shown:
        return BY_KEY
    by_key = shown[:32] if shown else None
    return (by_key or resource.brought_by) if resource.has_public_token else (resource.brought_by or by_key)


def mark(event: EventMessageType, by: str | None) -> None:
    """Write it down for the store, beside the fields of the event: it is never sent or shown."""
    fields: dict[str, Any] = event  # type: ignore[assignment]
    if by is not None:
        fields["brought_by"] = by


def mark_over(event: EventMessageType, who: OverRate) -> None:
    """Write down for the store that an event is over a rate: its sender's counts more than its notebook's."""
    fields: dict[str, Any] = event  # type: ignore[assignment]
    if fields.get("over_rate") != "sender":
        fields["over_rate"] = who

"""By whose right errors came, of those that did not come from anybody: for quotas, and for who may delete."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, insert

from ...event import EventMessageType
from ..limits import bringer_of
from ..schema import bringers


def keep_bringers(connection: Connection, events: Sequence[EventMessageType]) -> None:
    """Keep it of new events."""
    rows = [{"event_id": event["event_id"], "brought_by": by} for event in events if (by := bringer_of(event))]
    if rows:
        connection.execute(insert(bringers), rows)


def forget_bringers(connection: Connection, event_ids: Select[Any]) -> None:
    """Forget it of events that are deleted."""
    connection.execute(delete(bringers).where(bringers.c.event_id.in_(event_ids)))

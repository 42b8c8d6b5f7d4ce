"""What an author wants to hear of: a new group, one that came back, and so on. Kept in the order of time."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from ...event import new_event_id
from ..events.filters import in_scope
from ..group_schema import alert_channels, alert_outbox, alerts
from ..news import tell_others

Kind = Literal["new", "regression", "reopened", "spike", "share"]


def add_alert(
    connection: Connection,
    kind: Kind,
    notebook: str,
    group_id: str | None,
    moment: str,
    details: Mapping[str, Any] | None = None,
) -> str:
    """Write down what happened at `moment`, to a group or (without one) to a notebook, and queue it; the alert's id."""
    alert_id = new_event_id(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp())
    connection.execute(
        insert(alerts).values(
            alert_id=alert_id,
            created_at=moment,
            kind=kind,
            group_id=group_id,
            notebook=notebook,
            details=json.dumps(details or {}),
        )
    )
    channels = connection.scalars(select(alert_channels.c.channel).order_by(alert_channels.c.channel)).all()
    if channels:
        connection.execute(insert(alert_outbox), [{"channel": channel, "alert_id": alert_id} for channel in channels])
        connection.execute(update(alert_channels).values(queued=alert_channels.c.queued + 1))
    tell_others(connection)
    return alert_id


def list_alerts(
    connection: Connection, limit: int, before: str | None = None, scope: str | None = None
) -> list[dict[str, Any]]:
    """The newest alerts (behind the one of id `before`), with `details` as a mapping."""
    query = select(alerts).where(in_scope(alerts, scope)).order_by(alerts.c.alert_id.desc()).limit(limit)
    if before is not None:
        query = query.where(alerts.c.alert_id < before)
    return [read_details(row) for row in connection.execute(query).mappings()]


def read_details(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of `alerts` with its details as a mapping."""
    return {**row, "details": json.loads(row["details"])}


def purge_alerts(connection: Connection, before: float) -> None:
    """Forget alerts from before a moment, in seconds since the epoch."""
    connection.execute(delete(alerts).where(alerts.c.alert_id < new_event_id(before)[:13]))

"""The queue of alerts: for each channel what people are still to be told, and how it stands with the rest."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ...event import new_event_id
from ..group_schema import alert_channels, alert_outbox, alerts, groups
from ..rates import DAY
from .alerts import read_details

AGE_DAYS = 3
"""An alert that could not be told for so long is no news."""


def register_channels(connection: Connection, channels: Sequence[tuple[str, str, str]]) -> None:
    """Make these the channels, each a key, a kind and a label; the queues of all others are given up."""
    keys = [key for key, _, _ in channels]
    for table in (alert_outbox, alert_channels):
        connection.execute(delete(table).where(table.c.channel.not_in(keys)))
    for key, kind, label in channels:
        its = alert_channels.c.channel == key
        if not connection.execute(update(alert_channels).where(its).values(kind=kind, label=label)).rowcount:
            zero = {"queued": 0, "sent": 0, "dropped": 0, "problem": ""}
            connection.execute(insert(alert_channels).values(channel=key, kind=kind, label=label, **zero))


def waiting(connection: Connection, channel: str, limit: int) -> list[dict[str, Any]]:
    """The oldest alerts that wait for a channel, each with its `group` (None for none, or one that is gone)."""
    joined = alert_outbox.join(alerts, alerts.c.alert_id == alert_outbox.c.alert_id)
    query = select(alerts).select_from(joined).where(alert_outbox.c.channel == channel)
    rows = connection.execute(query.order_by(alert_outbox.c.alert_id).limit(limit)).mappings().all()
    found = []
    for row in rows:
        its = groups.c.group_id == row["group_id"]
        group = connection.execute(select(groups).where(its)).mappings().first() if row["group_id"] else None
        found.append({**read_details(row), "group": group})
    return found


def ack(connection: Connection, channel: str, alert_ids: Sequence[str]) -> None:
    """People were told of these."""
    its = (alert_outbox.c.channel == channel) & alert_outbox.c.alert_id.in_(alert_ids)
    sent = connection.execute(delete(alert_outbox).where(its)).rowcount
    its_channel = alert_channels.c.channel == channel
    values = {"sent": alert_channels.c.sent + sent, "problem": ""}
    connection.execute(update(alert_channels).where(its_channel).values(values))


def put_off(connection: Connection, channel: str, problem: str) -> None:
    """Keep, for those who look, why the last attempt failed."""
    its = alert_channels.c.channel == channel
    connection.execute(update(alert_channels).where(its).values(problem=problem[:300]))


def drop_old(connection: Connection, now: float) -> None:
    """Give up alerts that nobody could be told of for days."""
    old = alert_outbox.c.alert_id < new_event_id(now - AGE_DAYS * DAY)[:13]
    counts = select(alert_outbox.c.channel, func.count()).where(old).group_by(alert_outbox.c.channel)
    for channel, count in connection.execute(counts).all():
        its = alert_channels.c.channel == channel
        connection.execute(update(alert_channels).where(its).values(dropped=alert_channels.c.dropped + count))
    connection.execute(delete(alert_outbox).where(old))


def channel_figures(connection: Connection) -> list[dict[str, Any]]:
    """For each channel: queued = sent + dropped + waiting, and why its last attempt failed."""
    queues = select(alert_outbox.c.channel, func.count().label("waiting")).group_by(alert_outbox.c.channel).subquery()
    query = select(alert_channels, func.coalesce(queues.c.waiting, 0).label("waiting"))
    query = query.outerjoin(queues, queues.c.channel == alert_channels.c.channel)
    query = query.order_by(alert_channels.c.kind, alert_channels.c.label, alert_channels.c.channel)
    return [dict(row) for row in connection.execute(query).mappings()]

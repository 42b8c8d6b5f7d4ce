"""Alerts of what is deleted: nobody is told of it any more."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select, update

from ..database.clock import clock
from ..group_schema import alert_channels, alert_outbox, alerts, former_groups, groups
from ..paging import in_parts
from .storms import storms_without_groups


def withdraw_alerts(connection: Connection, group_ids: Sequence[str]) -> None:
    """Forget alerts of those of these groups that are gone, and of storms of which nothing is left."""
    gone = set(group_ids)
    for part in in_parts(group_ids):
        gone -= set(connection.scalars(select(groups.c.group_id).where(groups.c.group_id.in_(part))))
    if not gone:
        return
    names = set(gone)
    for part in in_parts(sorted(gone)):
        led = select(former_groups.c.former_id).where(former_groups.c.group_id.in_(part))
        names |= set(connection.scalars(led))
    for part in in_parts(sorted(names)):
        _withdraw(connection, connection.scalars(select(alerts.c.alert_id).where(alerts.c.group_id.in_(part))).all())
    _withdraw(connection, storms_without_groups(connection, clock.last or clock.now()))


def _withdraw(connection: Connection, alert_ids: Sequence[str]) -> None:
    """Forget alerts; what was still to be told of them counts as dropped."""
    for part in in_parts(alert_ids):
        waits = alert_outbox.c.alert_id.in_(part)
        counts = select(alert_outbox.c.channel, func.count()).where(waits).group_by(alert_outbox.c.channel)
        for channel, count in connection.execute(counts).all():
            its = alert_channels.c.channel == channel
            connection.execute(update(alert_channels).where(its).values(dropped=alert_channels.c.dropped + count))
        connection.execute(delete(alert_outbox).where(waits))
        connection.execute(delete(alerts).where(alerts.c.alert_id.in_(part)))

"""What the database holds, and what waits in it, as figures for Prometheus: the same from whichever process."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from jupyter_errreport.store.database.size import used_bytes
from jupyter_errreport.store.errors.errors import count_everything
from jupyter_errreport.store.group_schema import alert_outbox, groups, notebooks
from jupyter_errreport.store.schema import outbox


class DatabaseFigures(NamedTuple):
    """One state of the database."""

    events: int
    errors: int
    sessions: int
    notebooks: int
    groups: dict[str, int]
    """By their status."""
    alerts_waiting: int
    outbox_waiting: int
    size: int
    """Bytes."""


def read_figures(connection: Connection) -> DatabaseFigures:
    """The figures. None of them looks at every error."""
    totals = count_everything(connection)
    statuses = connection.execute(select(groups.c.status, func.count()).group_by(groups.c.status)).all()
    return DatabaseFigures(
        totals.events,
        totals.errors,
        totals.sessions,
        _count(connection, notebooks),
        {str(status): int(count) for status, count in statuses},
        _count(connection, alert_outbox),
        _count(connection, outbox),
        used_bytes(connection),
    )


def exposed(figures: DatabaseFigures, version: str, is_failing: bool) -> bytes:
    """In Prometheus's text format. Raises `ImportError` where prometheus_client is not installed."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(figures, version, is_failing))
    return generate_latest(registry)


class _Families:
    """What prometheus_client asks."""

    def __init__(self, figures: DatabaseFigures, version: str, is_failing: bool) -> None:
        self._figures = figures
        self._version = version
        self._is_failing = is_failing

    def collect(self) -> Iterator[Any]:
        """All families."""
        from prometheus_client.core import GaugeMetricFamily

        figures = self._figures
        info = GaugeMetricFamily("errreport_info", "The release that runs.", labels=["version"])
        info.add_metric([self._version], 1)
        yield info
        by_status = GaugeMetricFamily("errreport_groups", "Groups of equal errors, by status.", labels=["status"])
        for status in ("open", "resolved", "ignored"):
            by_status.add_metric([status], figures.groups.get(status, 0))
        yield by_status
        for name, meaning, value in (
            ("stored_events", "Events that are stored.", figures.events),
            ("stored_errors", "Errors that the stored events stand for.", figures.errors),
            ("sessions", "Sessions that were counted.", figures.sessions),
            ("notebooks", "Notebooks.", figures.notebooks),
            (
                "alerts_waiting",
                "Alerts that people are still to be told of.",
                figures.alerts_waiting,
            ),
            ("outbox_waiting", "Events that wait to be passed on.", figures.outbox_waiting),
            ("database_bytes", "What the database takes; of SQLite without its log and its free pages.", figures.size),
            ("database_failing", "1 when the last write failed, else 0.", int(self._is_failing)),
        ):
            yield GaugeMetricFamily(f"errreport_{name}", meaning, value=value)


def _count(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

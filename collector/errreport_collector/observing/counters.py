"""What is counted while the collector runs, for Prometheus.

With several processes each counts in files that all of them read (prometheus_client's multiprocess mode), so that the
sums are right whichever process is asked; what one that died had counted stays.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tornado.web import RequestHandler

from jupyter_errreport.api.service.tally import Tally

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client keeps what several processes count. It looks when it is imported."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ENDLESS = ("live",)
"""Routes whose answers end when a page is closed: how long that took says nothing."""


class Counters:
    """One process's counters. Raises `ImportError` where prometheus_client is not installed.

    Its names are part of what an operator relies on: `docs/operations.md` lists them.
    """

    def __init__(self) -> None:
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            ProcessCollector,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody asks for

        self._registry = registry = CollectorRegistry()
        self._shared = os.environ.get(FOLDER_VARIABLE, "")
        if not self._shared:
            ProcessCollector(registry=registry)
        self._events = Counter(
            "errreport_events", "Events that arrived, by what their sender was told.", ["status"], registry=registry
        )
        self._refusals = Counter(
            "errreport_refusals", "Requests and events that were refused, by reason.", ["reason"], registry=registry
        )
        self._requests = Histogram(
            "errreport_request_seconds",
            "Time from a request's first byte to its answer's last.",
            ["route", "method", "code"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._writes = Gauge(
            "errreport_writes_waiting",
            "Changes that wait for the database's writer, of all processes.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._active = Gauge(
            "errreport_requests_active",
            "Requests that have no answer yet, of all processes.",
            registry=registry,
            multiprocess_mode="livesum",
        )

    def count_events(self, statuses: Iterable[str]) -> None:
        """Events were answered so."""
        for status in statuses:
            self._events.labels(status).inc()

    def count_refusals(self, reasons: Sequence[str]) -> None:
        """Requests, or events in a batch, were refused so."""
        for reason in reasons:
            # The field's name that follows in some is a client's to choose.
            self._refusals.labels(reason.partition(":")[0]).inc()

    def count_request(self, handler: RequestHandler) -> None:
        """A request has its answer."""
        route = getattr(handler, "route", "other")
        if route not in ENDLESS:
            method = handler.request.method if handler.request.method in METHODS else "other"
            code = f"{handler.get_status() // 100}xx"
            self._requests.labels(route, method, code).observe(handler.request.request_time())

    def look(self, writes_waiting: int, requests_active: int) -> None:
        """How long this process's queues are at this moment."""
        self._writes.set(writes_waiting)
        self._active.set(requests_active)

    def exposed(self) -> bytes:
        """All of it, of all processes, in Prometheus's text format."""
        from prometheus_client import CollectorRegistry, generate_latest, multiprocess

        if not self._shared:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry, self._shared)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


class CountedTally(Tally):
    """A tally of which Prometheus hears too."""

    def __init__(self, tally: Tally, counters: Counters) -> None:
        self._tally = tally
        self._counters = counters

    def add(self, statuses: Iterable[str]) -> None:
        """See `Tally`."""
        told = list(statuses)
        self._tally.add(told)
        self._counters.count_events(told)

    def shown(self) -> dict[str, Any]:
        """See `Tally`."""
        return self._tally.shown()


def make_counters() -> Counters | None:
    """Counters, or None where prometheus_client is not installed."""
    try:
        return Counters()
    except ImportError:
        return None


@contextmanager
def counting_together() -> Iterator[None]:
    """Let the processes that are forked within this count together. Before prometheus_client is imported."""
    before = os.environ.get(FOLDER_VARIABLE)
    folder = tempfile.mkdtemp(prefix="errreport-counters-")
    os.environ[FOLDER_VARIABLE] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            del os.environ[FOLDER_VARIABLE]
        else:
            os.environ[FOLDER_VARIABLE] = before


def forget_queues_of(pid: int) -> None:
    """Of a process that has ended: what waited in it waits no more. What it counted stays."""
    if folder := os.environ.get(FOLDER_VARIABLE):
        for file in Path(folder).glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)

"""The channels of a collector and the threads that serve them, and the watch for what grows slowly."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection

from jupyter_errreport.delivery.engine import Engine, EngineThread, Patience
from jupyter_errreport.store import Database
from jupyter_errreport.store.outbox.alert_outbox import channel_figures, register_channels

from ..duty import Duty
from .alert_source import AlertSource
from .channels import Channel, ChannelError
from .message import test_message
from .quiet_hours import QuietHours
from .told_channel import ToldChannel

PATIENCE = Patience(first_retry=1.0, longest_retry=900.0)
"""Longer than that of errors: Slack and mail have limits for a workspace, and an alert may come a quarter later."""
START_SECONDS = 10.0
"""How long a start may wait for the database."""


class Alerting:
    """Tells people what the database has queued for them, from `start` to `close`."""

    def __init__(
        self,
        database: Database,
        channels: Sequence[Channel],
        public_url: str = "",
        quiet: QuietHours | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._database = database
        self._channels = {channel.key: channel for channel in channels}
        self._public_url = public_url
        # Processes that share a database share its alerts, and each is told once.
        self._duty = Duty(database.lock("alerts"), self.wake)
        self._threads = []
        for channel in channels:
            source = AlertSource(database, channel.key, channel.label, public_url, quiet, self._duty)
            engine = Engine(source, ToldChannel(channel), patience)
            self._threads.append(EngineThread(engine, f"errreport-{channel.kind}"))

    def start(self) -> None:
        """Make the channels known to the database, and begin with what waits for them. Raises `StoreError`."""
        known = [(channel.key, channel.kind, channel.label) for channel in self._channels.values()]
        self._database.write(lambda connection: register_channels(connection, known)).result(START_SECONDS)
        self._duty.start()
        for thread in self._threads:
            thread.start()

    def wake(self, _: object = None) -> None:
        """Something may have been queued. Returns at once."""
        for thread in self._threads:
            thread.wake()

    @property
    def is_on_duty(self) -> bool:
        """Whether this process does what one does for all. May ask the database's server, and block as long."""
        return self._duty.is_ours

    def status(self, connection: Connection) -> list[dict[str, Any]]:
        """How it stands with each channel, without secrets."""
        return [
            {"destination": row["label"], **{name: row[name] for name in row if name not in ("channel", "label")}}
            for row in channel_figures(connection)
            if row["channel"] in self._channels
        ]

    def test(self) -> list[dict[str, str]]:
        """Send a test message to each channel, at once; `problem` is empty where it arrived. Blocks."""
        with ThreadPoolExecutor(max(1, len(self._channels)), thread_name_prefix="errreport-test") as threads:
            return list(threads.map(self._try, self._channels.values()))

    def close(self, timeout: float) -> None:
        """End; what is queued stays queued."""
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.close()
        for thread in self._threads:
            thread.join(deadline - time.monotonic())
        self._duty.close(max(0.1, deadline - time.monotonic()))

    def _try(self, channel: Channel) -> dict[str, str]:
        problem = ""
        try:
            channel.send(test_message(self._public_url), f"test-{time.time_ns()}")
        except ChannelError as error:
            problem = str(error)
        return {"destination": channel.label, "kind": channel.kind, "problem": problem}

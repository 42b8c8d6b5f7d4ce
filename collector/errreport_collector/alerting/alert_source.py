"""The queue of alerts as a source of messages to one channel."""

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_errreport.delivery.engine import Source
from jupyter_errreport.delivery.outcome import Outcome
from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.outbox.alert_outbox import ack, drop_old, put_off, waiting

from ..duty import Duty
from .message import Message, message_of
from .quiet_hours import QuietHours

BURST, BURST_SECONDS = 5, 600.0
"""Alerts are told one by one until there were so many within this time; the rest is told as one digest after it."""
DIGEST_LIMIT = 500
"""Alerts that one digest is about at most."""
LONGEST_SLEEP = 3_600.0

log = logging.getLogger("errreport_collector")


@dataclass
class AlertParcel:
    """One message, and the alerts that it is about."""

    message: Message
    message_id: str
    """The same when it is sent again."""
    alert_ids: list[str]


class AlertSource(Source[AlertParcel]):
    """What one channel is still to be told. A message may come twice when the process is killed in between."""

    def __init__(
        self,
        database: Database,
        channel: str,
        label: str,
        public_url: str,
        quiet: QuietHours | None,
        duty: Duty,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`channel` is what the database calls it, `label` what may be shown of it."""
        self._database = database
        self._channel = channel
        self._label = label
        self._public_url = public_url
        self._quiet = quiet
        self._duty = duty
        self._clock = clock
        self._told: deque[float] = deque(maxlen=BURST)
        """When the last messages were sent."""
        self._held_back = False
        """Whether alerts wait for a digest."""
        self._due_in = LONGEST_SLEEP

    def next(self) -> AlertParcel | None:
        """One message.

        1. Nothing in quiet hours, and while another process is on duty. 2. One alert; or all that wait, after a burst.
        """
        self._due_in = LONGEST_SLEEP
        if not self._waiting() or not self._duty.is_ours:
            return None
        self._database.write(lambda connection: drop_old(connection, time.time())).result()
        alerts = self._waiting()
        if not alerts:
            return None
        if self._quiet and (left := self._quiet.seconds_left(time.time())):
            self._due_in = min(left, LONGEST_SLEEP)
            return None
        if left := self._burst_left():
            self._held_back = True
            self._due_in = left
            return None
        told = alerts if self._held_back or len(alerts) > BURST else alerts[:1]
        message_id = f"{told[0]['alert_id']}-{len(told)}"
        return AlertParcel(message_of(told, self._public_url), message_id, [alert["alert_id"] for alert in told])

    def due_in(self) -> float | None:
        """When the burst, or the quiet, is over."""
        return self._due_in

    def answered(self, parcel: AlertParcel, outcome: Outcome) -> None:
        """People were told."""
        self._database.write(lambda connection: ack(connection, self._channel, parcel.alert_ids)).result()
        self._told.append(self._clock())
        self._held_back = False

    def put_off(self, parcel: AlertParcel, outcome: Outcome) -> bool:
        """Keep why the channel could not be told."""
        self._database.write(lambda connection: put_off(connection, self._channel, outcome.problem)).result()
        return True

    def failed(self, error: Exception) -> float | None:
        """For the operator, in the log."""
        if isinstance(error, StoreError):
            log.warning("Alerts have to wait: %s", error)
        else:
            log.error("Telling %s failed.", self._label, exc_info=error)
        return None

    def _waiting(self) -> list[dict[str, Any]]:
        return self._database.read(lambda connection: waiting(connection, self._channel, DIGEST_LIMIT)).result()

    def _burst_left(self) -> float:
        """Seconds until more may be told; 0 when that is now."""
        if len(self._told) < BURST:
            return 0.0
        return max(0.0, self._told[0] + BURST_SECONDS - self._clock())

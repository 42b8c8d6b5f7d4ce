"""The thread that serves one channel from the queue of alerts."""

import logging
import random
import threading
import time
from collections import deque
from typing import Any

from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.outbox.alert_outbox import drop_old, put_off, take, waiting

from ..duty import Duty
from .channels import Channel, ChannelError
from .message import message_of
from .quiet_hours import QuietHours

BURST, BURST_SECONDS = 5, 600.0
"""Alerts are told one by one until there were so many within this time; the rest is told as one digest after it."""
DIGEST_LIMIT = 500
"""Alerts that one digest is about at most."""
FIRST_RETRY, LONGEST_RETRY = 1.0, 900.0
"""Seconds before a failed message is sent again: doubled each time, with full jitter."""
LONGEST_SLEEP = 3_600.0

log = logging.getLogger("errreport_collector")


class Messenger:
    """Sleeps while there is nothing to tell. A message may come twice when the process is killed in between."""

    def __init__(
        self, database: Database, channel: Channel, public_url: str, quiet: QuietHours | None, duty: Duty
    ) -> None:
        self._database = database
        self._channel = channel
        self._public_url = public_url
        self._quiet = quiet
        self._duty = duty
        self._told: deque[float] = deque(maxlen=BURST)
        """When the last messages were sent (monotonic)."""
        self._held_back = False
        """Whether alerts wait for a digest."""
        self._delay = FIRST_RETRY
        self._news = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"errreport-{channel.kind}", daemon=True)

    def start(self) -> None:
        """Begin with what is queued."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to tell."""
        self._news.set()

    def close(self) -> None:
        """End after the message that is being sent."""
        self._closing.set()
        self._news.set()

    def join(self, timeout: float) -> None:
        """Wait for the end, `timeout` seconds at most."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._news.clear()
            pause = self._turn()
            if pause is None:
                self._news.wait(LONGEST_SLEEP)
            else:
                self._closing.wait(pause)

    def _turn(self) -> float | None:
        """One message, if one is due; the seconds to wait after it, None when nothing is queued.

        1. Nothing in quiet hours, and while another process is on duty. 2. One alert; or all that wait, after a burst.
        3. Failed: keep why, and wait longer.
        """
        try:
            if not self._waiting() or not self._duty.is_ours:
                return None
            self._database.write(lambda connection: drop_old(connection, time.time())).result()
            alerts = self._waiting()
            if not alerts:
                return None
            if self._quiet and (left := self._quiet.seconds_left(time.time())):
                return min(left, LONGEST_SLEEP)
            if left := self._burst_left():
                self._held_back = True
                return left
            return self._tell(alerts if self._held_back or len(alerts) > BURST else alerts[:1])
        except StoreError as error:
            log.warning("Alerts have to wait: %s", error)
        except Exception:
            log.exception("Telling %s failed.", self._channel.label)
        return self._later(None)

    def _waiting(self) -> list[dict[str, Any]]:
        return self._database.read(lambda connection: waiting(connection, self._channel.key, DIGEST_LIMIT)).result()

    def _tell(self, alerts: list[dict[str, Any]]) -> float:
        message_id = f"{alerts[0]['alert_id']}-{len(alerts)}"
        try:
            self._channel.send(message_of(alerts, self._public_url), message_id)
        except ChannelError as error:
            problem = str(error)
            self._database.write(lambda connection: put_off(connection, self._channel.key, problem)).result()
            return self._later(error.retry_after)
        self._told.append(time.monotonic())
        self._held_back = False
        self._delay = FIRST_RETRY
        told = [alert["alert_id"] for alert in alerts]
        self._database.write(lambda connection: take(connection, self._channel.key, told)).result()
        return self._channel.pause

    def _burst_left(self) -> float:
        """Seconds until more may be told; 0 when that is now."""
        if len(self._told) < BURST:
            return 0.0
        return max(0.0, self._told[0] + BURST_SECONDS - time.monotonic())

    def _later(self, asked: float | None) -> float:
        """Seconds to wait before the next attempt."""
        jittered = random.uniform(0.1, self._delay)  # noqa: S311
        self._delay = min(self._delay * 2, LONGEST_RETRY)
        return max(min(asked or 0.0, LONGEST_SLEEP), jittered)

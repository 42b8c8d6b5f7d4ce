"""Rates, counted by the package `limits`: in memory for one process, in Redis for several.

Of a rate a process takes a portion at a time, so that hardly an event has to ask Redis; what it has left of it others
can't have. While Redis does not answer, each process counts by itself.
"""

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from jupyter_errreport.store.rates import DAY, Rate

PORTIONS = 50
"""Into so many parts a rate is divided between processes."""
BUCKETS = 1 << 14
"""Into so many buckets all names fall (addresses, sessions): what strangers make up needs no more memory. Two names in
one bucket share what they may, the more seldom the fewer there are."""
PATIENCE = 0.3
"""Seconds that Redis has for an answer."""
AWAY_SECONDS = 10.0
"""For how long Redis is not asked when it did not answer."""

log = logging.getLogger("errreport_collector")


@dataclass
class _Portion:
    left: int = 0
    is_last: bool = False
    """Whether there is no more of it."""
    until: float = 0.0
    """When the while is over in which it holds."""


class LimitedRates:
    """Counts for one process, or for all that have the same Redis and the same secret."""

    def __init__(self, redis_url: str = "", secret: str = "", now: Callable[[], float] | None = None) -> None:
        """`secret` is what names are hashed with, besides the day: a Redis holds no address. Raises `ValueError`."""
        self.is_shared = bool(redis_url)
        self._secret = (secret or secrets.token_hex(16)).encode()[:64]
        self._now = now or (lambda: time.time())  # asked late: a test can move it
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._shared = FixedWindowRateLimiter(_redis(redis_url)) if redis_url else None
        self._away_until = 0.0
        self._portions: dict[tuple[Rate, int], _Portion] = {}
        self._lock = threading.Lock()

    def grant(self, rate: Rate, whose: str, amount: int = 1) -> int:
        """How much of an amount may still be in this while; that much is counted."""
        if rate.most <= 0 or amount <= 0:
            return 0
        with self._lock:
            portion = self._portion(rate, whose)
            if portion.left < amount and not portion.is_last:
                self._take(portion, rate, self._bucket(whose), amount - portion.left)
            granted = min(portion.left, amount)
            portion.left -= granted
            return granted

    def wait(self, rate: Rate, whose: str) -> float:
        """Seconds until this while is over."""
        with self._lock:
            return max(0.0, self._portion(rate, whose).until - self._now()) or float(rate.seconds)

    def _portion(self, rate: Rate, whose: str) -> _Portion:
        key = rate, self._bucket(whose)
        portion = self._portions.get(key)
        if portion is None or portion.until <= self._now():
            portion = self._portions[key] = _Portion()
        return portion

    def _take(self, portion: _Portion, rate: Rate, bucket: int, missing: int) -> None:
        """Add to the portion what is missing, or as much of that as there is, and some more for those who come next."""
        item = RateLimitItemPerSecond(rate.most, rate.seconds)
        wanted = max(missing, rate.most // PORTIONS)
        now = self._now()
        taken = None
        if self._shared is not None and now >= self._away_until:
            try:
                taken = _taken(self._shared, item, (rate.name, str(bucket)), wanted)
            except StorageError:
                self._away_until = now + AWAY_SECONDS
                log.warning("Redis does not answer: rates are counted by each process for itself meanwhile.")
        if taken is None:
            taken = _taken(self._memory, item, (rate.name, str(bucket)), wanted)
        count, until = taken
        portion.left += count
        portion.is_last = count < missing
        portion.until = until if until > now else now + rate.seconds

    def _bucket(self, whose: str) -> int:
        text = f"{int(self._now() // DAY)} {whose}".encode("utf-8", "backslashreplace")
        digest = hashlib.blake2b(text, digest_size=8, key=self._secret).digest()
        return int.from_bytes(digest, "big") % BUCKETS


def _taken(
    limiter: FixedWindowRateLimiter, item: RateLimitItem, names: tuple[str, str], wanted: int
) -> tuple[int, float]:
    """How much of what is wanted could be had, and when the while is over."""
    count = min(wanted, limiter.get_window_stats(item, *names).remaining)
    if count <= 0 or not limiter.hit(item, *names, cost=count):  # another process was faster
        count = 0
    return max(0, count), limiter.get_window_stats(item, *names).reset_time


def _redis(url: str) -> Storage:
    """Raises `ValueError`, without the URL: it may hold a password."""
    try:
        return storage_from_string(  # type: ignore[return-value]
            url, wrap_exceptions=True, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        )
    except ImportError:
        raise ValueError("Redis needs the package redis: pip install 'jupyter-errreport[redis]'.") from None
    except Exception as error:
        raise ValueError(f"The address of Redis is none ({type(error).__name__}): redis://host:6379.") from None

"""The hours in which people are not to be told anything."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)(?:\s+(\S+))?")


@dataclass(frozen=True)
class QuietHours:
    """From `start` to `end` (on the next day, when that is earlier) by the clocks of `zone`."""

    start: time
    end: time
    zone: tzinfo

    @classmethod
    def parse(cls, text: str) -> "QuietHours | None":
        """Hours such as `22:00-07:00 Europe/Berlin` (UTC without a zone); None for an empty text.

        Raises `ValueError` with a sentence.
        """
        if not text.strip():
            return None
        match = _HOURS.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} are no hours; write them as 22:00-07:00 Europe/Berlin.")
        try:
            start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
            zone = ZoneInfo(match[5]) if match[5] else timezone.utc
        except (ValueError, ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"{text!r}: there is no such time or time zone.") from error
        return cls(start, end, zone)

    def seconds_left(self, now: float) -> float:
        """How long it is still quiet at the moment `now` (seconds since the epoch); 0 when it is not."""
        here = datetime.fromtimestamp(now, self.zone)
        for day in (here.date() - timedelta(days=1), here.date()):
            start = datetime.combine(day, self.start, self.zone)
            end = datetime.combine(day + timedelta(days=self.end <= self.start), self.end, self.zone)
            if start <= here < end:
                return end.timestamp() - now
        return 0.0

"""A log for machines: one JSON object a line, without what strangers wrote and who they are.

A request's line has a keyed hash of its address, which another day and another start make another one. Of an exception
stands there what kind it was and where it was raised: its text may hold what somebody sent.
"""

import hashlib
import json
import logging
import secrets
import time
import traceback
from types import TracebackType

from jupyter_errreport.event import rfc3339

_KEY = secrets.token_bytes(32)
FRAMES = 20
"""The innermost places of an exception that are told."""


class JSONFormatter(logging.Formatter):
    """Formats a record as `time`, `level`, `logger`, and either `message` or what its `request` holds."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, in ASCII: nothing in it can end a line or steer a terminal."""
        line: dict[str, object] = {
            "time": rfc3339(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        request = getattr(record, "request", None)
        if request is None:
            line["message"] = record.getMessage()
        else:
            line |= {**request, "client": hashed_address(str(request["client"]), record.created)}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["raised_at"] = _places(record.exc_info[2])
        return json.dumps(line, default=str)


def hashed_address(address: str, moment: float) -> str:
    """What stands for an address within a day of this process: the same each time, and no way back."""
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    return hashlib.blake2b(f"{day} {address}".encode(), key=_KEY, digest_size=8).hexdigest()


def _places(tb: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(tb)[-FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]

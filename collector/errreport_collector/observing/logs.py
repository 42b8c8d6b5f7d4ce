"""What the collector logs: all of its parts into one log, and a line a request.

That says who asked for what, and how it ended; without session keys, tokens, and what could break a line.
"""

import logging
import os
from collections.abc import Callable
from logging.handlers import WatchedFileHandler
from typing import Any

from tornado.web import RequestHandler

from jupyter_errreport.api.http.log_masking import masked_route

from .counters import Counters
from .json_log import JSONFormatter
from .repeated import OncePerMinute

access_log = logging.getLogger("errreport_collector.access")

NAMES = ("errreport_collector", "jupyter_errreport", "tornado.application", "tornado.general", "asyncio")
LINE = '%s "%s %s" %d %.1f ms'
"""Address, method, path, status, time. fail2ban reads it (`deploy/fail2ban/`)."""
_FILE_FORMAT = logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")


def join_logs(application_log: Any, as_json: bool = False, access_file: str = "") -> None:
    """Make the loggers of our packages and of Tornado speak through `application_log`.

    Raises `OSError` when the file for the lines of requests can't be written.
    """
    for name in NAMES:
        logger = logging.getLogger(name)
        logger.parent = application_log
        logger.setLevel(application_log.level)
    for handler in application_log.handlers:
        handler.addFilter(OncePerMinute())
    if as_json:
        for handler in application_log.handlers:
            handler.setFormatter(JSONFormatter())
    if access_file:
        os.close(os.open(access_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640))
        handler = WatchedFileHandler(access_file)  # opened anew when logrotate has moved it
        handler.setFormatter(_FILE_FORMAT)
        access_log.addHandler(handler)
        access_log.setLevel(logging.INFO)
        access_log.propagate = as_json


def request_logger(counters: Counters | None) -> Callable[[RequestHandler], None]:
    """What to do when a request has its answer: log it, and count it."""

    def finished(handler: RequestHandler) -> None:
        log_request(handler)
        if counters is not None:
            counters.count_request(handler)

    return finished


def log_request(handler: RequestHandler) -> None:
    """Write the line. The address is in it so that fail2ban can act on it."""
    status = handler.get_status()
    level = logging.INFO if status < 500 else logging.ERROR
    if not access_log.isEnabledFor(level):
        return
    address, milliseconds = handler.request.remote_ip, handler.request.request_time() * 1000
    method, path = masked_route(handler.request.method or "-")[:20], masked_route(handler.request.path)
    fields = {"client": address, "method": method, "path": path, "status": status, "ms": round(milliseconds, 1)}
    access_log.log(level, LINE, address, method, path, status, milliseconds, extra={"request": fields})

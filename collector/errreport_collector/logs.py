"""What the collector logs: all of its parts into one log, and a line a request.

That says who asked for what, and how it ended; without session keys, tokens, and what could break a line.
"""

import logging
from typing import Any

from tornado.web import RequestHandler

from jupyter_errreport.api.http.log_masking import masked_route

access_log = logging.getLogger("errreport_collector.access")

NAMES = ("errreport_collector", "jupyter_errreport", "tornado.application", "tornado.general")


def join_logs(application_log: Any) -> None:
    """Make the loggers of our packages and of Tornado speak through `application_log`."""
    for name in NAMES:
        logger = logging.getLogger(name)
        logger.parent = application_log
        logger.setLevel(application_log.level)


def log_request(handler: RequestHandler) -> None:
    """Write the line. The address is in it so that fail2ban can act on it."""
    status = handler.get_status()
    level = logging.INFO if status < 500 else logging.ERROR
    access_log.log(
        level,
        '%s "%s %s" %d %.1f ms',
        handler.request.remote_ip,
        masked_route(handler.request.method or "-")[:20],
        masked_route(handler.request.path),
        status,
        handler.request.request_time() * 1000,
    )

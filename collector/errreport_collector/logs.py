"""Puts what all parts of the collector log into the application's log, with its level and format."""

import logging
from typing import Any

from .repeated import OncePerMinute

NAMES = ("errreport_collector", "jupyter_errreport", "tornado.application", "tornado.general", "asyncio")


def join_logs(application_log: Any) -> None:
    """Make the loggers of our packages and of Tornado speak through `application_log`."""
    for name in NAMES:
        logger = logging.getLogger(name)
        logger.parent = application_log
        logger.setLevel(application_log.level)
    for handler in application_log.handlers:
        handler.addFilter(OncePerMinute())

"""One line a request: who, what, how it ended. Without session keys, tokens, and what could break a line."""

import logging

from tornado.web import RequestHandler

from jupyter_errreport.api.masking import masked_route

log = logging.getLogger("errreport_collector.access")


def log_request(handler: RequestHandler) -> None:
    """Write the line. The address is in it so that fail2ban can act on it."""
    status = handler.get_status()
    level = logging.INFO if status < 500 else logging.ERROR
    log.log(
        level,
        '%s "%s %s" %d %.1f ms',
        handler.request.remote_ip,
        masked_route(handler.request.method or "-")[:20],
        masked_route(handler.request.path),
        status,
        handler.request.request_time() * 1000,
    )

"""What strangers are held to."""

import logging

from sqlalchemy import Connection

from jupyter_errreport.store.rates import NoRates, Rates
from jupyter_errreport.store.settings import secret

log = logging.getLogger("errreport_collector")


def make_rates(redis_url: str, wanted: bool, connection: Connection) -> Rates:
    """What counts rates for this server; in Redis, if there is one. Raises `ValueError` for a wrong URL."""
    if not wanted:
        return NoRates()
    try:
        from .rates import LimitedRates
    except ImportError:
        log.warning(
            "Rates are not limited: that needs the package limits, which pip install 'jupyter-errreport[collector]'"
            " brings. What is kept in all is limited."
        )
        return NoRates()
    return LimitedRates(redis_url, secret(connection, "rates"))

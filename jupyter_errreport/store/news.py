"""Which transactions others want to hear of: those that change what pages show or queue what people are told."""

from sqlalchemy import Connection

_KEY = "errreport_news"


def tell_others(connection: Connection) -> None:
    """Have other processes told when this transaction is committed."""
    connection.info[_KEY] = True


def take_news(connection: Connection) -> bool:
    """Whether there is something to tell since this was last asked."""
    return bool(connection.info.pop(_KEY, False))

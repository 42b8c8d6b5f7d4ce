"""How our own servers are reached: a collector by its URL and token, a Jupyter server by its connection file."""

import json
from typing import Dict, Optional

from ...contract import KEY_HEADER
from ...own_files import read_own
from ..destination import COLLECTOR, Destination
from .request import Request


class Unreachable(Exception):  # noqa: N818 - the name says what is the case
    """The receiver can't be named yet: its connection file is missing or unreadable."""


def request_to(
    destination: Destination, method: str, path: str, body: bytes = b"", headers: Optional[Dict[str, str]] = None
) -> Request:
    """A request to a collector or Jupyter server, with what shows who asks. Raises `Unreachable`."""
    more = headers or {}
    if destination.kind == COLLECTOR:
        who = {"Authorization": f"Bearer {destination.token}"} if destination.token else {}
        return Request(method, f"{destination.address}/{path}", {**who, **more}, body, True)
    connection = read_connection(destination.address)
    return Request(
        method,
        f"{connection['url'].rstrip('/')}/{path}",
        {KEY_HEADER: connection["key"], **more},
        body,
        True,
        connection.get("ca_file") or "",
        connection.get("socket") or "",
    )


def read_connection(path: str) -> Dict[str, str]:
    """What a Jupyter server's connection file says: `url`, `key`, `ca_file`, `socket`. Raises `Unreachable`."""
    try:
        connection = json.loads(read_own(path).decode())
        if not isinstance(connection["url"], str) or not isinstance(connection["key"], str):
            raise KeyError(path)
    except (OSError, ValueError, KeyError, TypeError):
        raise Unreachable("the Jupyter server is not there (its connection file can't be read)") from None
    return dict(connection)

"""Asking a server something once, for somebody who waits for the answer."""

from typing import List, Sequence

from .destination import Destination
from .http.answer import Answer
from .http.client import Client
from .http.servers import request_to


class NoAnswer(Exception):  # noqa: N818 - the name says what is the case
    """The server did not answer. The text says so, and holds no secret."""

    def __init__(self, label: str, kind: str) -> None:
        super().__init__(f"{label} could not be reached ({kind})")
        self.kind = kind
        """The name of what was raised."""


def ask(destination: Destination, method: str, paths: Sequence[str], timeout: float, body: bytes = b"") -> List[Answer]:
    """What a collector or Jupyter server answers at each of these paths, over one connection that is then closed.

    Each answer has `timeout` seconds. Raises `NoAnswer` at the first that does not come.
    """
    client = Client()
    try:
        return [client.ask(request_to(destination, method, path, body), timeout) for path in paths]
    except Exception as error:  # requests' own, and what proxies and broken TLS set-ups raise
        raise NoAnswer(destination.label, type(error).__name__) from error
    finally:
        client.close()

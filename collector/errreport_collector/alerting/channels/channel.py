"""What all channels have in common."""

import hashlib
from abc import ABC, abstractmethod

from jupyter_errreport.delivery.http.client import Client
from jupyter_errreport.delivery.http.request import Request

from ..message import Message

TIMEOUT = 10.0
"""Seconds to wait for an answer."""


class ChannelError(Exception):
    """A message was not delivered; the text says why, without secrets."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        """Seconds that the receiver asked to wait."""


class Channel(ABC):
    """One receiver of messages. Used by one thread at a time."""

    kind: str
    label: str
    """What may be shown of it."""
    pause = 1.0
    """Seconds between two messages."""

    def __init__(self, secret: str) -> None:
        text = f"{self.kind}\x1f{secret}".encode("utf-8", "replace")
        self.key = hashlib.blake2b(text, digest_size=8, person=b"errreport-channl").hexdigest()
        """What the database calls it: the same for the same receiver, and no secret."""

    @abstractmethod
    def send(self, message: Message, message_id: str) -> None:
        """Deliver a message. Blocks. Raises `ChannelError`."""


class HttpChannel(Channel):
    """A channel at a URL, which is a secret."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._url = url
        self._client = Client()

    def post(self, body: bytes, headers: dict[str, str]) -> None:
        """Post this to the channel's URL. Raises `ChannelError`."""
        try:
            answer = self._client.ask(Request("POST", self._url, headers, body), TIMEOUT)
        except Exception as error:  # requests' own, and what broken proxies and certificates raise
            raise ChannelError(f"{self.label} could not be reached ({type(error).__name__})") from error
        finally:
            self._client.close()
        if not 200 <= answer.status < 300:
            raise ChannelError(f"{self.label} answered {answer.status}", answer.retry_after)

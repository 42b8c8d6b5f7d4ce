"""Where people are told: Slack, a signed webhook, or one of the services that Apprise knows."""

import base64
import dataclasses
import hashlib
import hmac
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.transport import Transport, retry_after

from .capped_answers import capped_answers
from .message import Message
from .slack_blocks import blocks_of

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


class _HttpChannel(Channel):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._transport = Transport(Destination(self.kind, url))

    def _post(self, body: bytes, headers: dict[str, str]) -> None:
        try:
            answer = self._transport.post_body(body, headers, TIMEOUT)
        except Exception as error:  # requests' own, and what broken proxies and certificates raise
            raise ChannelError(f"{self.label} could not be reached ({type(error).__name__})") from error
        finally:
            self._transport.close()
        if not 200 <= answer.status_code < 300:
            raise ChannelError(
                f"{self.label} answered {answer.status_code}", retry_after(answer.headers.get("Retry-After"))
            )


class Slack(_HttpChannel):
    """A Slack channel, by its incoming webhook."""

    kind = "slack"
    label = "Slack"

    def send(self, message: Message, message_id: str) -> None:
        """Post blocks."""
        self._post(json.dumps(blocks_of(message)).encode(), {})


class Webhook(_HttpChannel):
    """A program of the operator's own, told in JSON and signed as https://www.standardwebhooks.com has it."""

    kind = "webhook"

    def __init__(self, url: str, secret: str) -> None:
        self.label = f"the webhook at {_host(url)}"
        super().__init__(url)
        encoded = secret.startswith("whsec_")
        self._secret = base64.b64decode(secret[len("whsec_") :]) if encoded else secret.encode()

    def send(self, message: Message, message_id: str) -> None:
        """Post the message with its id, which a receiver that hears it twice knows it by."""
        body = json.dumps(dataclasses.asdict(message)).encode()
        moment = str(int(time.time()))
        signed = hmac.new(self._secret, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
        self._post(
            body,
            {
                "webhook-id": message_id,
                "webhook-timestamp": moment,
                "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
            },
        )


class AppriseChannel(Channel):
    """E-mail, Teams, Discord, Matrix and so on, by an Apprise URL (https://github.com/caronc/apprise/wiki)."""

    kind = "apprise"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        import apprise  # loads a hundred services: only for who uses one

        self._apprise = apprise.Apprise()
        service: Any = apprise.Apprise.instantiate(url)
        if service is None or not self._apprise.add(service):
            raise ValueError(f"Apprise knows no service for a URL that begins with {url.partition(':')[0][:20]!r}.")
        self.label = str(service.service_name or "a service of Apprise")[:60]

    def send(self, message: Message, message_id: str) -> None:
        """Have Apprise deliver the message as plain text."""
        try:
            with capped_answers():
                delivered = self._apprise.notify(title=message.title, body=message.text, body_format="text")
        except Exception as error:
            raise ChannelError(f"{self.label} could not be reached ({type(error).__name__})") from error
        if not delivered:
            raise ChannelError(f"{self.label} did not take the message (the log of Apprise says why)")


def channels_of(
    slack_webhook: str, webhooks: Sequence[str], webhook_secret: str, apprise_urls: Sequence[str]
) -> list[Channel]:
    """The channels that are configured, each receiver once. Raises `ValueError` with a sentence for the operator."""
    if webhooks and not webhook_secret:
        raise ValueError("Webhooks are signed: set webhook_secret too, and tell it to their receivers.")
    made: list[Channel] = [Slack(slack_webhook)] if slack_webhook else []
    made += [Webhook(url, webhook_secret) for url in webhooks]
    try:
        made += [AppriseChannel(url) for url in apprise_urls]
    except ImportError as error:
        raise ValueError("apprise_urls needs Apprise: pip install 'jupyter-errreport[collector]'.") from error
    return list({channel.key: channel for channel in made}.values())


def _host(url: str) -> str:
    return Destination.collector(url).label

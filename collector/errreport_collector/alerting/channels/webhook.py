"""A program of the operator's own."""

import base64
import dataclasses
import hashlib
import hmac
import json
import time

from jupyter_errreport.delivery import Destination

from ..message import Message
from .channel import HttpChannel


class Webhook(HttpChannel):
    """Told in JSON, and signed as https://www.standardwebhooks.com has it."""

    kind = "webhook"

    def __init__(self, url: str, secret: str) -> None:
        self.label = f"the webhook at {Destination.collector(url).label}"
        super().__init__(url)
        encoded = secret.startswith("whsec_")
        self._secret = base64.b64decode(secret[len("whsec_") :]) if encoded else secret.encode()

    def send(self, message: Message, message_id: str) -> None:
        """Post the message with its id, which a receiver that hears it twice knows it by."""
        body = json.dumps(dataclasses.asdict(message)).encode()
        moment = str(int(time.time()))
        signed = hmac.new(self._secret, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
        self.post(
            body,
            {
                "webhook-id": message_id,
                "webhook-timestamp": moment,
                "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
            },
        )

"""Whatever Apprise reaches: e-mail, Teams, Discord, Matrix and so on (https://github.com/caronc/apprise/wiki)."""

from typing import Any

from jupyter_errreport.delivery.http.failure import in_words

from ..capped_answers import capped_answers
from ..message import Message
from .channel import Channel, ChannelError


class AppriseChannel(Channel):
    """One service, by its Apprise URL."""

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
            raise ChannelError(f"{self.label} could not be reached ({in_words(error)})") from error
        if not delivered:
            raise ChannelError(f"{self.label} did not take the message (the log of Apprise says why)")

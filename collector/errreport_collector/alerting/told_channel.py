"""A channel as a receiver of messages."""

from jupyter_errreport.delivery.engine import Receiver
from jupyter_errreport.delivery.outcome import Outcome, judged

from .alert_source import AlertParcel
from .channels import Channel, ChannelError


class ToldChannel(Receiver[AlertParcel]):
    """Sends each message, and says what became of it."""

    def __init__(self, channel: Channel) -> None:
        self.pause = channel.pause
        self._channel = channel

    def send(self, parcel: AlertParcel, timeout: float) -> Outcome:
        """Deliver a message; the channel itself says how long it waits."""
        try:
            self._channel.send(parcel.message, parcel.message_id)
        except ChannelError as error:
            return Outcome(problem=str(error), retry_after=error.retry_after)
        return judged("stored", 1)

"""The receivers of one lane: what dead processes left goes to the same server, but with the rights that they had."""

from typing import Dict, Type

from ..destination import Destination
from ..engine.receiver import Receiver
from ..outcome import Outcome
from ..spool_parcel import SpoolParcel
from . import receiver_for
from .http_receiver import HttpReceiver

KEPT = 8
"""Receivers that are kept, with what they know of their sessions."""


class Addressed(Receiver[SpoolParcel]):
    """Sends each parcel to the destination that it names, over one connection at a time."""

    def __init__(self, kind: Type[HttpReceiver]) -> None:
        self.pause = kind.pause
        self._receivers: Dict[Destination, HttpReceiver] = {}

    def send(self, parcel: SpoolParcel, timeout: float) -> Outcome:
        """By the receiver of its destination."""
        receiver = self._receivers.get(parcel.destination)
        if receiver is None:
            self.close()
            if len(self._receivers) >= KEPT:  # the sessions of many earlier kernels
                self._receivers.clear()
            receiver = self._receivers[parcel.destination] = receiver_for(parcel.destination)
        return receiver.send(parcel, timeout)

    @property
    def is_connected(self) -> bool:
        """Whether a connection may be open."""
        return any(receiver.is_connected for receiver in list(self._receivers.values()))

    def close(self) -> None:
        """Keep no connection open."""
        for receiver in self._receivers.values():
            receiver.close()

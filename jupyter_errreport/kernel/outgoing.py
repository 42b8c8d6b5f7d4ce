"""The last step of an event in the kernel: to the spool where the reader agrees, aside where they were not asked yet.

And again to the spool, when the reader adds words to it, or when its receiver will know the author's hint only later.
"""

import time
from collections import deque
from typing import Any, Callable, Deque, Iterator, List, Optional, Tuple

from ..contract import COMMENT_LIMIT
from ..delivery import DeliveryQueue, Destination
from ..delivery.choices import NO
from ..event import EventMessageType
from .consent import ASKED, Consent
from .recent import RecentEvents, Reported
from .waiting_room import WaitingRoom

ASK_AGAIN = 1.0
"""Seconds until a receiver is asked again that has passed an error on and was not answered yet."""


class Outgoing:
    """Belongs to the worker's thread, but for what is said of `say`, `settle_soon` and `ask_again`."""

    def __init__(
        self,
        delivery: DeliveryQueue,
        consent: Consent,
        is_wanted: Callable[[int], bool],
        wake_at: Callable[[float], None],
    ) -> None:
        self.has_left = False
        """Whether something is in the spool now that an earlier kernel had kept aside; to be set back by the owner."""
        self._delivery = delivery
        self._consent = consent
        self._is_wanted = is_wanted
        """Whether what was captured in an epoch may leave."""
        self._wake_at = wake_at
        self._waiting = WaitingRoom(lambda: user_spool("-waiting"))
        self._recent = RecentEvents()
        self._said: Deque[Reported] = deque()
        self._asking: Deque[Tuple[float, str, Destination]] = deque()
        self._settle = False

    @property
    def waiting(self) -> int:
        """Errors of this kernel that wait for the reader's yes."""
        return self._waiting.errors

    @property
    def next_due(self) -> Optional[float]:
        """When `work` has something to do; None when it has not."""
        return self._asking[0][0] if self._asking else None

    def go(self, event: EventMessageType, destination: Destination, epoch: int, errors: int) -> None:
        """An event that stands for `errors` errors leaves, or waits, as the reader's answers are now."""
        self._recent.reported(event, destination)
        self._go(event, destination, epoch, errors)

    def _go(self, event: EventMessageType, destination: Destination, epoch: int, errors: int = 0) -> None:
        if self._consent.choices.refresh():  # another kernel has asked too
            self.settle_soon()
        state = self._consent.state_of(destination)
        if state == ASKED:
            self._waiting.keep(event, destination, errors)
        elif state != NO:
            self._delivery.submit(event, destination, lambda: self._is_wanted(epoch), errors)

    def say(self, text: str, event_id: str) -> Optional[int]:
        """From any thread: add the reader's words to an event; to how many receivers they go, when `work` is done.

        The newest event if none is named; None when there is no such event.
        """
        from ..privacy import hide_in_message

        again = self._recent.say(hide_in_message(text[:COMMENT_LIMIT]), event_id)
        self._said.extend(again or ())
        return None if again is None else len(again)

    def ask_again(self, event_ids: List[str], destination: Destination) -> None:
        """From any thread: this receiver will know a little later what the author has to say of these events."""
        moment = time.monotonic() + ASK_AGAIN
        self._asking.extend((moment, event_id, destination) for event_id in event_ids)
        if event_ids:
            self._wake_at(moment)

    def settle_soon(self) -> None:
        """From any thread: the reader has answered."""
        self.settle_at(time.monotonic())

    def settle_at(self, moment: float) -> None:
        """From any thread: look at that moment what has waited for an answer that is there by now."""
        self._settle = True
        self._wake_at(moment)

    def work(self, epoch: int) -> Iterator[None]:
        """Do what is due of all that."""
        while self._said:
            self._go(*self._said.popleft(), epoch)
            yield
        while self._asking and time.monotonic() >= self._asking[0][0]:
            _, event_id, destination = self._asking.popleft()
            event = self._recent.find(event_id, destination)
            if event is not None:
                self._go(event, destination, epoch)
            yield
        settle, self._settle = self._settle and self._consent.choices.has_receivers, False
        if settle:
            yield from self._waiting.settle(self._consent, self._sender(epoch), self._leave)

    def _sender(self, epoch: int) -> Callable[[EventMessageType, Destination], None]:
        """Sends what has waited for the reader's yes."""
        return lambda event, to: self._delivery.submit(event, to, lambda: self._is_wanted(epoch))

    def _leave(self, event: EventMessageType, destination: Destination) -> None:
        """What has waited for it in an earlier kernel."""
        self._delivery.leave(event, destination)
        self.has_left = True


def user_spool(beside: str = "") -> Any:
    """The spool of whoever runs this kernel, or one `beside` it that nobody sends from."""
    from ..delivery.places import of_user  # not in the startup of a kernel in which nothing fails
    from ..delivery.spool import Spool

    return Spool(lambda: [place._replace(root=place.root + beside) for place in of_user()])

"""What all receivers of errors over HTTP have in common."""

from abc import abstractmethod
from typing import Callable, Sequence

from ...contract import BATCH_EVENTS
from ..destination import Destination
from ..engine.parcel import Parcel
from ..engine.receiver import Receiver
from ..http.answer import Answer
from ..http.client import Client, GivenUp
from ..http.request import Request
from ..http.servers import Unreachable
from ..outcome import Outcome, judged


class HttpReceiver(Receiver[Parcel]):
    """A receiver of errors; one kind says how a request is made and what an answer means, and has the rest from here.

    Nothing that it says holds a secret, or what a stranger answered.
    """

    limit = BATCH_EVENTS
    """Events that go in one request."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self._client = Client()

    @abstractmethod
    def request(self, events: Sequence[bytes]) -> Request:
        """What brings these encoded events. Raises `Unreachable`."""

    @abstractmethod
    def outcome(self, answer: Answer, count: int) -> Outcome:
        """What an answer means for the `count` events of a request."""

    def send(self, parcel: Parcel, timeout: float) -> Outcome:
        """Send the events of a parcel; of sessions and deletions this receiver knows nothing."""
        if not parcel.events:
            return judged("stored", 0)._replace(is_session_told=True)

        def sending() -> Outcome:
            answer = self._ask(parcel, self.request(parcel.events), timeout)
            return self.outcome(answer, len(parcel.events))

        return self._tried(sending)._replace(is_session_told=True)

    @property
    def is_connected(self) -> bool:
        """Whether a connection may be open."""
        return self._client.is_open

    def close(self) -> None:
        """Keep no connection open."""
        self._client.close()

    def refused(self, answer: Answer, count: int, is_final: bool) -> Outcome:
        """What an answer that is none of success means: never, or again later."""
        problem = f"{self.destination.label} answered {answer.status}"
        if is_final:
            return judged("rejected", count, problem)
        return Outcome(problem=problem, retry_after=answer.retry_after)

    def _ask(self, parcel: Parcel, request: Request, timeout: float) -> Answer:
        return self._client.ask(request, timeout, lambda: not parcel.is_given_up)

    def _tried(self, sending: Callable[[], Outcome]) -> Outcome:
        """The outcome of an attempt, also of one to which there was no answer."""
        try:
            return sending()
        except GivenUp:
            return Outcome()
        except Unreachable as problem:
            return Outcome(problem=str(problem))
        except Exception as error:  # requests' own, and what proxies and broken TLS set-ups raise
            return Outcome(problem=f"{self.destination.label} could not be reached ({type(error).__name__})")

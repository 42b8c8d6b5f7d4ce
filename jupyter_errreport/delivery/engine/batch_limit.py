"""How many events go in one request."""

from ...contract import BATCH_EVENTS


class BatchLimit:
    """Halved while one event is looked for that makes the receiver refuse them all."""

    def __init__(self, most: int = BATCH_EVENTS) -> None:
        self._most = most
        self.value = most
        """Events that the next request may hold."""

    def halves(self, is_whole: bool, count: int) -> bool:
        """Told of a judgement on `count` events: whether it says nothing of each, since they go again in halves.

        `is_whole` says that the request was refused as a whole. Alone with its refusal an event is the one to blame.
        """
        if is_whole and count > 1:
            self.value = count // 2
            return True
        if is_whole:
            self.reset()
        return False

    def reset(self) -> None:
        """The one to blame was found, or nothing waits any more."""
        self.value = self._most

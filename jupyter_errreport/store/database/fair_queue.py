"""What waits for a turn, in fair shares: whoever sends much waits behind themselves, and nobody else behind them."""

from collections import OrderedDict, deque
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")


TOKEN = "token "  # noqa: S105 - no token
"""How what stands in place of an address begins, when who asks has a token: many may be behind it, as in a server."""


class Sender(NamedTuple):
    """Who asks. Turns go round between addresses, and within an address between its sessions.

    A session's name can be made up, an address can't: what is made up only divides the share of its own address.
    """

    address: str = ""
    """The network that it came from; empty for what this server does by itself."""
    session: str = ""


class FairQueue(Generic[Item]):
    """Gives each sender one turn in each round, and each the oldest of what it asked. Its owner has to lock it."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, OrderedDict[str, deque[Item]]] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._total = 0

    def __len__(self) -> int:
        return self._total

    def __bool__(self) -> bool:
        return self._total > 0

    def waiting_of(self, address: str) -> int:
        """How much of this address waits."""
        return self._counts.get(address, 0)

    def put(self, sender: Sender, item: Item) -> None:
        """Have it wait behind what its sender asked before."""
        sessions = self._waiting.setdefault(sender.address, OrderedDict())
        sessions.setdefault(sender.session, deque()).append(item)
        self._counts[sender.address] = self.waiting_of(sender.address) + 1
        self._total += 1

    def pop(self) -> Item:
        """What is next. Raises `KeyError` when nothing waits."""
        address, sessions = self._waiting.popitem(last=False)
        session, items = sessions.popitem(last=False)
        item = items.popleft()
        self._total -= 1
        # Whoever has had a turn stands last, behind those who came meanwhile.
        if items:
            sessions[session] = items
        if sessions:
            self._waiting[address] = sessions
            self._counts[address] -= 1
        else:
            del self._counts[address]
        return item

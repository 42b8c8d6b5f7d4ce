"""How much is kept in all, and of how much that is new from one address.

What is more is *sampled*: its id and its count are kept, its text is not. Each question is asked in the transaction
that stores, so that no race passes the answer.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from .database.clock import clock
from .database.fair_queue import TOKEN
from .database.size import used_bytes
from .group_schema import groups, notebooks
from .limits import DAY, Limits

HOUR = 3_600.0
LOOK_EVERY = 200
"""Events after which the sizes are looked at anew: so many can be kept beyond a quota."""
FULL = 1.25
"""How far over the quota of the disk even ids and counts are refused."""
TOKEN_SHARE = 10
"""How many times as much as an address may somebody bring who has a token."""
ADDRESSES_LIMIT = 20_000
"""Addresses that are remembered, those that sent last."""


@dataclass
class _Address:
    """What one address has sent."""

    hour: int = 0
    new_groups: int = 0
    """In this hour."""
    day: int = 0
    without_session: int = 0
    """Errors of this day."""


class Quotas:
    """What one process knows of sizes and addresses. To be used by the one thread that writes."""

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, _Address] = OrderedDict()
        self._events = LOOK_EVERY
        self._bytes = 0
        self._groups = 0
        self._notebooks = 0

    def gate(self, connection: Connection, limits: Limits, events: int) -> "Gate":
        """What decides about the events of one transaction."""
        self._events += events
        is_due = self._events >= LOOK_EVERY
        if is_due or self.is_over(limits):
            self._bytes = used_bytes(connection) if limits.max_megabytes else 0
        if is_due:
            self._events = 0
            self._groups = connection.execute(select(func.count()).select_from(groups)).scalar_one()
            self._notebooks = connection.execute(select(func.count()).select_from(notebooks)).scalar_one()
        return Gate(self, connection, limits)

    def is_over(self, limits: Limits) -> bool:
        """Whether the disk is used up: then each look may find that it is not so any more."""
        return bool(limits.max_megabytes) and self._bytes > limits.max_megabytes * 1_000_000

    def is_full(self, limits: Limits) -> bool:
        """Whether there is not even room for ids and counts."""
        return self.is_over(limits) and self._bytes > FULL * limits.max_megabytes * 1_000_000

    def has_room(self, limits: Limits, is_new_notebook: bool) -> bool:
        """Whether there may be another group, of a new notebook or not."""
        return self._groups < limits.max_groups and not (is_new_notebook and self._notebooks >= limits.max_notebooks)

    def address(self, name: str) -> _Address:
        """What is known of an address, with the hour and the day as they are now."""
        found = self._addresses.pop(name, None) or _Address()
        self._addresses[name] = found
        if len(self._addresses) > ADDRESSES_LIMIT:
            self._addresses.popitem(last=False)
        hour, day = int(clock.last // HOUR), int(clock.last // DAY)
        if found.hour != hour:
            found.hour, found.new_groups = hour, 0
        if found.day != day:
            found.day, found.without_session = day, 0
        return found

    def keep(self, is_new_notebook: bool) -> None:
        """There will be another group."""
        self._groups += 1
        self._notebooks += is_new_notebook


class Gate:
    """Decides about the events of one transaction, one after another."""

    def __init__(self, quotas: Quotas, connection: Connection, limits: Limits) -> None:
        self._quotas = quotas
        self._connection = connection
        self._limits = limits
        self._groups_of: Counter[str] = Counter()
        """How many groups a notebook has; it is there when that was looked up."""
        self._new: set[str] = set()
        """Groups that this transaction makes."""
        self._known: dict[str, bool] = {}

    def is_full(self) -> bool:
        """Whether nothing is taken at all."""
        return self._quotas.is_full(self._limits)

    def samples(self, notebook: str, group: str, known: Collection[str], address: str, session: str | None) -> bool:
        """Whether of an event only the id and the count are kept; `known` are the groups that there were."""
        quotas, limits = self._quotas, self._limits
        share = TOKEN_SHARE if address.startswith(TOKEN) else 1
        if session is None and address:
            sent = quotas.address(address)
            sent.without_session += 1
            if sent.without_session > limits.max_errors_without_session * share:
                return True
        if quotas.is_over(limits):
            return True
        if self.has_group(group, known):
            return False
        is_new_notebook = not self.knows(notebook)
        if not quotas.has_room(limits, is_new_notebook) or self._count(notebook) >= limits.max_groups_per_notebook:
            return True
        if address:
            sent = quotas.address(address)
            if sent.new_groups >= limits.max_new_groups_per_address * share:
                return True
            sent.new_groups += 1
        quotas.keep(is_new_notebook)
        self._new.add(group)
        self._known[notebook] = True
        self._groups_of[notebook] += 1
        return False

    def has_group(self, group: str, known: Collection[str]) -> bool:
        """Whether there is such a group, or will be at the end of this transaction."""
        return group in known or group in self._new

    def knows(self, notebook: str) -> bool:
        """Whether something of this notebook is kept."""
        if notebook not in self._known:
            query = select(notebooks.c.notebook).where(notebooks.c.notebook == notebook)
            self._known[notebook] = self._connection.execute(query).first() is not None
        return self._known[notebook]

    def _count(self, notebook: str) -> int:
        if notebook not in self._groups_of:
            query = select(func.count()).select_from(groups).where(groups.c.notebook == notebook)
            self._groups_of[notebook] = self._connection.execute(query).scalar_one()
        return self._groups_of[notebook]

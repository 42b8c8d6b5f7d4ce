"""How much is kept in all, and of how much that is new from one address.

What is more is *sampled*: its id and its count are kept, its text is not. Each question is asked in the transaction
that stores, so that no race passes the answer.
"""

from collections import Counter
from collections.abc import Collection

from sqlalchemy import Connection, func, select

from .database.size import used_bytes
from .database.statements import Statement, listed
from .group_schema import groups, notebooks
from .limits import Limits, OverRate, share_of
from .rates import DAY, HOUR, NoRates, Rate, Rates

LOOK_EVERY = 200
"""Events after which the sizes are looked at anew: so many can be kept beyond a quota."""
FULL = 1.25
"""How far over the quota of the disk even ids and counts are refused."""


class Quotas:
    """What one process knows of sizes, and how it counts rates. To be used by the one thread that writes."""

    def __init__(self, rates: Rates | None = None) -> None:
        """`rates` count for this server; without them only sizes are held."""
        self.rates: Rates = rates or NoRates()
        self._events = LOOK_EVERY
        self._bytes = 0
        self._groups = 0
        self._notebooks = 0

    def gate(self, connection: Connection, limits: Limits, events: int, with_new: Collection[str]) -> "Gate":
        """What decides about the events of one transaction; `with_new` are the notebooks that may get new groups."""
        self._events += events
        is_due = self._events >= LOOK_EVERY
        if is_due or self.is_over(limits):
            self._bytes = used_bytes(connection) if limits.max_megabytes else 0
        if is_due:
            self._events = 0
            self._groups = connection.execute(select(func.count()).select_from(groups)).scalar_one()
            self._notebooks = connection.execute(select(func.count()).select_from(notebooks)).scalar_one()
        return Gate(self, connection, limits, with_new)

    def is_over(self, limits: Limits) -> bool:
        """Whether the disk is used up: then each look may find that it is not so any more."""
        return bool(limits.max_megabytes) and self._bytes > limits.max_megabytes * 1_000_000

    def is_full(self, limits: Limits) -> bool:
        """Whether there is not even room for ids and counts."""
        return self.is_over(limits) and self._bytes > FULL * limits.max_megabytes * 1_000_000

    def has_room(self, limits: Limits, is_new_notebook: bool) -> bool:
        """Whether there may be another group, of a new notebook or not."""
        return self._groups < limits.max_groups and not (is_new_notebook and self._notebooks >= limits.max_notebooks)

    def keep(self, is_new_notebook: bool) -> None:
        """There will be another group."""
        self._groups += 1
        self._notebooks += is_new_notebook


_KNOWN = Statement("SELECT notebook FROM notebooks WHERE notebook {any}")
_COUNTS = Statement("SELECT notebook, COUNT(*) FROM groups WHERE notebook {any} GROUP BY notebook")


class Gate:
    """Decides about the events of one transaction, one after another."""

    def __init__(self, quotas: Quotas, connection: Connection, limits: Limits, with_new: Collection[str]) -> None:
        self._quotas = quotas
        self._limits = limits
        wanted = listed(sorted(with_new))
        self._missing = set(with_new)
        """Notebooks of which nothing is kept."""
        self._groups_of: Counter[str] = Counter()
        """How many groups those have that get new ones."""
        if with_new:
            self._missing -= {row[0] for row in _KNOWN.rows(connection, wanted)}
            self._groups_of.update({row[0]: int(row[1]) for row in _COUNTS.rows(connection, wanted)})
        self._new: set[str] = set()
        """Groups that this transaction makes."""

    def is_full(self) -> bool:
        """Whether nothing is taken at all."""
        return self._quotas.is_full(self._limits)

    def samples(
        self,
        notebook: str,
        group: str,
        known: Collection[str],
        address: str,
        session: str | None,
        over: OverRate | None = None,
    ) -> bool:
        """Whether of an event only the id and the count are kept; `known` are the groups that there were.

        `over` says whether its sender or its notebook went over a rate.
        """
        quotas, limits, rates = self._quotas, self._limits, self._quotas.rates
        share = share_of(address)
        if session is None and address:
            rate = Rate("errors without a session", limits.max_errors_without_session * share, DAY)
            if not rates.grant(rate, address):
                return True
        if over == "sender" or quotas.is_over(limits):
            return True
        if self.has_group(group, known):
            return over == "notebook"
        is_new_notebook = not self.knows(notebook)
        if not quotas.has_room(limits, is_new_notebook):
            return True
        if self._groups_of[notebook] >= limits.max_groups_per_notebook:
            return True
        if address:
            rate = Rate("new notebooks", limits.max_new_notebooks_per_address * share, HOUR)
            if is_new_notebook and not rates.grant(rate, address):
                return True
            if not rates.grant(Rate("new groups", limits.max_new_groups_per_address * share, HOUR), address):
                return True
        quotas.keep(is_new_notebook)
        self._new.add(group)
        self._missing.discard(notebook)
        self._groups_of[notebook] += 1
        return False

    def has_group(self, group: str, known: Collection[str]) -> bool:
        """Whether there is such a group, or will be at the end of this transaction."""
        return group in known or group in self._new

    def knows(self, notebook: str) -> bool:
        """Whether something of this notebook is kept."""
        return notebook not in self._missing

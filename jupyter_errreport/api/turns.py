"""What takes long on the event loop is done in small steps, and for each address one after another."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

Item = TypeVar("Item")

AT_ONCE = 10
"""Events that are checked before others have their turn."""


class Turns:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Wait until nothing else of this address has a turn."""
        lock, users = self._locks.get(address) or (asyncio.Lock(), 0)
        self._locks[address] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(address)
            if users > 1:
                self._locks[address] = lock, users - 1

    async def each(self, address: str, items: Sequence[Item]) -> AsyncIterator[Item]:
        """The items, `AT_ONCE` between the turns of others; more than that only when nothing else of the address is."""
        if len(items) <= AT_ONCE:
            for item in items:
                yield item
            return
        async with self.turn(address):
            for index, item in enumerate(items):
                if index % AT_ONCE == 0:
                    await asyncio.sleep(0)
                yield item


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 all that one customer usually has (/64)."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped) if found.ipv4_mapped else f"{found.exploded[:19]}::/64"

"""What takes long on the event loop is done in small steps, and for each address one after another."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

Item = TypeVar("Item")

AT_ONCE = 5
"""Events of a large request that are checked in one go of the event loop, whoever sent it."""


class Turns:
    """Belongs to one event loop. Of each address one request is at work, and of all of them one in each go."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._go = asyncio.Lock()  # whoever waits for it gets it in the order of asking

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
            for start in range(0, len(items), AT_ONCE):
                async with self._go:
                    await asyncio.sleep(0)
                    for item in items[start : start + AT_ONCE]:
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

"""Holds an address to so many bytes of requests in an hour: what is more is refused before it is read."""

import asyncio
from typing import Any

from ...store.limits import share_of
from ...store.rates import HOUR, Rate
from .problem import too_many

KILOBYTE = 1_000
"""What is counted, each begun one as a whole."""


async def hold_to_bytes(resource: Any, size: int) -> None:
    """Count a body of this size where anybody may send one. Raises `Problem` when it is too much."""
    limits, rates = resource.service.limits, resource.service.quotas.rates
    if limits is None or not limits.max_megabytes_an_hour_per_address or "report" not in resource.access.values():
        return
    address = resource.sender_address
    share = share_of(address)
    most = int(limits.max_megabytes_an_hour_per_address * 1_000_000 * share) // KILOBYTE
    rate, wanted = Rate("kilobytes", most, HOUR), -(-size // KILOBYTE)
    if rates.is_shared:
        granted = await asyncio.to_thread(rates.grant, rate, address, wanted)
    else:
        granted = rates.grant(rate, address, wanted)
    if granted < wanted:
        raise too_many(
            "limit_bytes_per_address",
            "From this address as much was sent in this hour as may be; nothing was stored. Try again later.",
            rates.wait(rate, address),
        )

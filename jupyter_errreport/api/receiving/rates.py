"""Holds senders to the rates of their server: over one, an event is only counted."""

import asyncio
from collections.abc import Callable, Sequence

from ...contract import is_nobodys, notebook_identity
from ...event import EventMessageType
from ...store.limits import OverRate, share_of
from ...store.rates import MINUTE, Rate, Rates
from ..http.resource import Resource
from .brought import mark_over

FEW = 25
"""Events that are counted on the event loop."""


async def hold_to_rates(resource: Resource, events: Sequence[EventMessageType]) -> None:
    """Mark the events that are over a rate: of their session, their key or address, or their notebook."""
    limits, rates = resource.service.limits, resource.service.quotas.rates
    if limits is None or not events:
        return
    address = resource.sender_address
    share = share_of(address)

    def work() -> None:
        everybodys = Rate("errors of an address", limits.max_errors_a_minute_per_address * share, MINUTE)
        _hold(rates, everybodys, events, lambda event: address, "sender")
        if resource.has_public_token and resource.brought_by:
            of_key = Rate("errors of a key", limits.max_errors_a_minute_per_key, MINUTE)
            _hold(rates, of_key, events, lambda event: resource.brought_by, "sender")
        of_session = Rate("errors of a session", limits.max_errors_a_minute_per_session, MINUTE)
        _hold(rates, of_session, events, lambda event: event.get("session"), "sender")
        of_notebook = Rate("errors of a notebook", limits.max_errors_a_minute_per_notebook, MINUTE)
        _hold(rates, of_notebook, events, _notebook_of, "notebook")

    if rates.is_shared or len(events) > FEW:
        await asyncio.to_thread(work)
    else:
        work()


def _hold(
    rates: Rates,
    rate: Rate,
    events: Sequence[EventMessageType],
    whose: Callable[[EventMessageType], str | None],
    who: OverRate,
) -> None:
    its: dict[str, list[EventMessageType]] = {}
    for event in events:
        name = whose(event)
        if name is not None:
            its.setdefault(name, []).append(event)
    for name, found in its.items():
        for event in found[rates.grant(rate, name, len(found)) :]:
            mark_over(event, who)


def _notebook_of(event: EventMessageType) -> str | None:
    identity = notebook_identity(event["notebook"])
    return None if is_nobodys(identity) else identity

"""An author's decision from the panel: it holds on this server, and at the collector if its token allows."""

import asyncio
import json
from typing import Any, ClassVar
from urllib.parse import quote

from ..api import Access, Resource
from ..api.groups import checked_change, decide
from ..api.http.body import TakesBody
from ..delivery import Destination
from ..delivery.transport import Transport
from ..event import group_id
from .front_end import FrontEnd

TIMEOUT = 3.0
MOST = 20
"""Kinds of error in one group of which the collector is told: as many as anybody merges by hand."""


class DecideEverywhere(TakesBody, Resource):
    """`groups/ID/everywhere`."""

    access: ClassVar[dict[str, Access]] = {"patch": "author"}
    takes_body = True
    depth = 2

    async def patch(self, wanted: str) -> None:
        """As `PATCH groups/ID`, here and at the collector. Answers the group as it is here, with `not_told`.

        That is a sentence which says why the collector does not know; empty when it does, or there is none.
        """
        sent = self.read_json()
        group = await decide(self, wanted, checked_change(sent))
        front_end: FrontEnd = self.settings["errreport_front_end"]
        not_told = ""
        if front_end.collector is not None:
            names = [group_id(group["notebook"], row["fingerprint"]) for row in group["fingerprints"][:MOST]]
            not_told = await asyncio.to_thread(_tell, front_end.collector, names, sent)
        self.answer({**group, "not_told": not_told})


def _tell(collector: Destination, groups: list[str], change: dict[str, Any]) -> str:
    """Why a collector does not know of a change to its groups of these ids; empty when it does."""
    body, place = json.dumps(change).encode("ascii"), collector.label
    transport = Transport(collector)
    try:
        paths = [f"groups/{quote(name, safe='')}" for name in groups]
        answers = {transport.patch(path, body, TIMEOUT).status_code for path in paths}
    except Exception as error:  # requests' own, and what proxies and broken TLS set-ups raise
        return f"Kept on this server only: {place} could not be reached ({type(error).__name__}). Save it again later."
    finally:
        transport.close()
    if 200 in answers:
        return ""
    if answers & {401, 403}:
        return f"Kept on this server only: {place} takes it from a token of the role author, and this server's is none."
    if answers == {404}:
        return f"Kept on this server only: {place} does not know this error yet. Save it again when it was sent."
    return f"Kept on this server only: {place} answered {max(answers, default=0)}. Save it again later."

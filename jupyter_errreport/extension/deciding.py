"""An author's decision from the panel: it holds on this server, and at the collector by the author's own token."""

import asyncio
from typing import ClassVar

from ..api import Access, Resource
from ..api.groups import checked_change, decide
from ..api.http.body import TakesBody
from .front_end import FrontEnd


class DecideEverywhere(TakesBody, Resource):
    """`groups/ID/everywhere`."""

    access: ClassVar[dict[str, Access]] = {"patch": "author"}
    takes_body = True
    depth = 2

    async def patch(self, wanted: str) -> None:
        """As `PATCH groups/ID`, here and at the collector. Answers the group as it is here, with `not_told`.

        That is a sentence which says why the collector does not know; empty when it does, or there is none.
        """
        change = checked_change(self.read_json())
        group = await decide(self, wanted, change)
        front_end: FrontEnd = self.settings["errreport_front_end"]
        not_told = await asyncio.to_thread(front_end.decisions.tell, group, change)
        self.answer({**group, "not_told": not_told})

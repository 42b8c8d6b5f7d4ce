"""What the panel asks besides the lists: where errors go, what has not arrived, and why there are none."""

from typing import Any, ClassVar

from sqlalchemy import Connection

from ..api import Access, Resource
from ..opt_out import forbidden_by
from ..store.outbox.outbox import undelivered
from .front_end import FrontEnd

SHOWN = 1_000
"""Events that did not arrive everywhere which are told one by one; their number is told of all."""


class Panel(Resource):
    """`panel`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}

    async def get(self) -> None:
        """How it is with this server."""
        front_end: FrontEnd = self.settings["errreport_front_end"]
        self.answer(
            {
                "notice": front_end.notice,
                "off": forbidden_by(),
                "collector": front_end.collector.label if front_end.collector else "",
                **await self.read_db(self._deliveries),
            }
        )

    def _deliveries(self, connection: Connection) -> dict[str, Any]:
        return {
            "destinations": self.service.destinations(connection),
            "undelivered": undelivered(connection, SHOWN),
        }

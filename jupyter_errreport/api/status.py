"""Whether the server lives, and for those who may read, how it is."""

from typing import Any, ClassVar

from sqlalchemy import Connection

from ..store.database.failures import StoreError
from ..store.errors.errors import count_everything
from .http.access import Access
from .http.resource import Resource


class Status(Resource):
    """`status`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}

    async def get(self) -> None:
        """A word for everybody; the numbers only for those who may read."""
        service = self.service
        status: dict[str, Any] = {"status": "ok", "version": service.version}
        if await self.may("read") and self.notebook_scope is None:
            status["database"] = {"kind": service.database.kind}
            if service.database.journal_mode is not None:
                status["database"]["journal_mode"] = service.database.journal_mode
            status["received"] = service.tally.shown()
            try:
                status |= await self.read_db(self._numbers)
                problem = service.database.problem
            except StoreError as error:
                problem = str(error)
            if problem or service.warning:
                status |= {"status": "degraded", "message": " ".join(filter(None, (service.warning, problem)))}
        self.answer(status)

    def _numbers(self, connection: Connection) -> dict[str, Any]:
        """What the database knows, as one state of it."""
        totals = count_everything(connection)
        return {
            "errors": {"events": totals.events, "count": totals.errors},
            "sessions": totals.sessions,
            "destinations": self.service.destinations(connection),
        }

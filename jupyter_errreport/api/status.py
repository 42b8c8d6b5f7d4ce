"""Whether the server lives, and for those who may read, how it is."""

from typing import Any, ClassVar

from ..store.errors import count_everything
from ..store.failures import StoreError
from .access import Access
from .resource import Resource


class Status(Resource):
    """`status`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}

    async def get(self) -> None:
        """A word for everybody; the numbers only for those who may read."""
        service = self.service
        status: dict[str, Any] = {"status": "ok", "version": service.version}
        if await self.may("read") and self.notebook_scope is None:
            status["database"] = {"kind": service.database.kind, "journal_mode": service.database.journal_mode}
            status["destinations"] = service.destinations()
            if service.warning:
                status |= {"status": "degraded", "message": service.warning}
            try:
                totals = await self.read_db(count_everything)
                status["errors"] = {"events": totals.events, "count": totals.errors}
                status["sessions"] = totals.sessions
            except StoreError as error:
                status |= {"status": "degraded", "message": str(error)}
        self.answer(status)

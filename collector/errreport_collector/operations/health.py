"""Whether the process lives, and whether it can take errors: for those who start it, and send it requests."""

from typing import ClassVar

from jupyter_errreport.api import Access, Problem, Resource

from ..running import Running


class Healthz(Resource):
    """`healthz`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}

    def get(self) -> None:
        """The process lives and its loop turns, whatever its database does: no reason to start it again."""
        self.answer({"status": "ok"})


class Readyz(Resource):
    """`readyz`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}

    async def get(self) -> None:
        """200 while errors can be stored; else 503 with a sentence, for a proxy to ask another one."""
        running: Running = self.settings["running"]
        if running.is_stopping:
            raise Problem(503, "stopping", "The server is being stopped. Ask again.", {"Retry-After": "5"})
        if problem := await running.readiness.problem():
            raise Problem(503, "not_ready", problem, {"Retry-After": "5"})
        self.answer({"status": "ready"})

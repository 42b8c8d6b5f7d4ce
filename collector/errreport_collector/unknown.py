"""The answer for addresses at which there is nothing."""

from jupyter_errreport.api import Problem

from .handler import CollectorResource


class Unknown(CollectorResource):
    """Every other address."""

    async def prepare(self) -> None:
        """Always 404, whatever the method."""
        self.depth = self.request.path.count("/") - 1
        await super().prepare()
        raise Problem(
            404,
            "not_found",
            "There is nothing at this address. `openapi.yaml` lists what there is; mind the last slash.",
        )

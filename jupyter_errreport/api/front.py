"""The first page, and the files of all pages."""

from typing import ClassVar

from ..web.overview import overview
from ..web.pages import static_file
from .http.access import Access
from .http.resource import Resource


class Front(Resource):
    """The folder of all routes."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}

    async def get(self) -> None:
        """What is new, what trips most people, and the trend."""
        scope = self.notebook_scope
        seen = await self.read_db(lambda connection: overview(connection, scope))
        self.answer_page("overview.html", **seen, snippet=self.first_steps)


class _Static(Resource):
    """A file of the package; browsers ask whether it changed."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}
    name: ClassVar[str]
    kind: ClassVar[str]

    def get(self) -> None:
        """The file."""
        self.set_header("Content-Type", f"{self.kind}; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(static_file(self.name))


class Stylesheet(_Static):
    """`static/errreport.css`."""

    name, kind = "errreport.css", "text/css"


class Script(_Static):
    """`static/errreport.js`."""

    name, kind = "errreport.js", "text/javascript"

"""The first page, and the stylesheet of all pages."""

from typing import ClassVar

from ..web.pages import stylesheet
from .access import Access
from .resource import Resource


class Front(Resource):
    """The folder of all routes."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}

    def get(self) -> None:
        """Leads to the list of errors, by a relative address: right behind any proxy."""
        self.set_status(302)
        self.set_header("Location", "errors")
        self.finish()


class Stylesheet(Resource):
    """`static/errreport.css`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}

    def get(self) -> None:
        """The file of the package; browsers ask whether it changed."""
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(stylesheet())

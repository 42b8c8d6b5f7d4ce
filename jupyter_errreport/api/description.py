"""Serves the description of this interface."""

from pathlib import Path
from typing import ClassVar

from .http.access import Access
from .http.resource import Resource

DESCRIPTION = Path(__file__).parent / "openapi.yaml"


class Description(Resource):
    """`openapi.yaml`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}

    def get(self) -> None:
        """The file of the package."""
        self.set_header("Content-Type", "application/yaml; charset=utf-8")
        self.finish(DESCRIPTION.read_bytes())

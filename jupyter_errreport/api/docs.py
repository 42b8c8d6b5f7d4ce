"""The description of this interface as a page."""

import asyncio
from functools import lru_cache
from typing import Any, ClassVar

from ..web.api_docs import api_docs
from .description import DESCRIPTION
from .http.access import Access
from .http.resource import Resource


class Docs(Resource):
    """`docs`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}

    async def get(self) -> None:
        """A page, whatever `Accept` says: `openapi.yaml` is the data."""
        self.answer_page("docs.html", **await asyncio.to_thread(_described))


@lru_cache(maxsize=1)
def _described() -> dict[str, Any]:
    import yaml  # only for this page

    return api_docs(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")))

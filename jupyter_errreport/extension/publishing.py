"""Publishes an author's notebook from their JupyterLab: to the collector, else on this server."""

import asyncio
from typing import Any, ClassVar

from jupyter_core.utils import ensure_async
from msgspec import Struct
from tornado.web import HTTPError

from ..api import Access, Problem, Resource
from ..api.http.body import TakesBody
from ..api.http.fields import checked
from ..delivery import Destination
from ..privacy import public_notebook
from ..publishing import CannotPublish, body_of, published_cells, said, send
from .front_end import FrontEnd


class SentNotebook(Struct):
    """Which notebook."""

    path: str


class Publish(TakesBody, Resource):
    """`publish`."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    takes_body = True

    async def post(self) -> None:
        """Send the code cells of the notebook as it was saved to the collector; answers a sentence."""
        path = checked(self.read_json(), SentNotebook).path
        front_end: FrontEnd = self.settings["errreport_front_end"]
        if front_end.collector is None:
            raise Problem(
                409,
                "no_collector",
                "This server has no collector to publish to. Its operator sets c.JupyterErrReport.collector_url.",
            )
        try:
            model = await ensure_async(self.settings["contents_manager"].get(path, content=True, type="notebook"))
        except HTTPError as error:
            raise Problem(404, "unknown_notebook", f"{path} can't be read as a notebook.") from error
        try:
            source = _source(model["content"])
            message = await asyncio.to_thread(_publish, front_end.collector, public_notebook(path), source)
        except CannotPublish as problem:
            raise Problem(502, "not_published", f"{problem}"[:1].upper() + f"{problem}"[1:]) from problem
        self.answer({"message": message})


def _source(notebook: Any) -> dict[str, Any]:
    metadata = notebook.get("metadata", {})
    kernel, info = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    language = kernel.get("language") or info.get("name") or "python"
    sources = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if not sources:
        raise CannotPublish("this notebook has no code cells; nothing was sent.")
    return {"language": language, "cells": published_cells(sources, language)}


def _publish(collector: Destination, name: str, source: dict[str, Any]) -> str:
    return said(send(collector, name, body_of(source)), collector.label)

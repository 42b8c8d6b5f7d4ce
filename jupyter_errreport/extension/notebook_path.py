"""Where the notebook of an error lies: errors hold its name, never its path."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from ..api import Access, Resource
from ..contract import notebook_identity
from ..privacy import public_notebook

FOLDERS = 500
"""Folders that are looked into, those nearest to the root first."""
CANDIDATES = 10
"""Notebooks of one name of which the right one is looked for."""


class NotebookPath(Resource):
    """`path`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}

    async def get(self) -> None:
        """The path of the notebook with this name; empty when there is none.

        Of several, one that runs comes first, and one that has the cell `cell_id` before all others.
        """
        name = self.get_query_argument("notebook")
        cell_id = self.get_query_argument("cell_id", "")
        paths: list[str] = []
        async for path in self._paths(name):
            if not cell_id or await self._has_cell(path, cell_id):
                self.answer({"path": path})
                return
            paths.append(path)
            if len(paths) >= CANDIDATES:
                break
        self.answer({"path": paths[0] if paths else ""})

    async def _paths(self, name: str) -> AsyncIterator[str]:
        """Paths of notebooks of this name: of those that run, then of those that lie in the server's folders."""
        for session in await ensure_async(self.settings["session_manager"].list_sessions()):
            if _is_of(name, session.get("path", "")):
                yield session["path"]
        folders, seen = deque([""]), 0
        while folders and seen < FOLDERS:
            seen += 1
            for entry in await self._listed(folders.popleft()):
                if entry["type"] == "directory":
                    folders.append(entry["path"])
                elif entry["type"] == "notebook" and _is_of(name, entry["name"]):
                    yield entry["path"]

    async def _listed(self, folder: str) -> list[dict[str, Any]]:
        try:
            model = await ensure_async(self.settings["contents_manager"].get(folder, content=True, type="directory"))
        except HTTPError:  # not ours to read
            return []
        return list(model["content"] or ())

    async def _has_cell(self, path: str, cell_id: str) -> bool:
        try:
            model = await ensure_async(self.settings["contents_manager"].get(path, content=True, type="notebook"))
        except HTTPError:
            return False
        return any(cell.get("id") == cell_id for cell in model["content"]["cells"])


def _is_of(notebook: str, path: str) -> bool:
    """Whether a file is a notebook that errors call so, or a copy of it."""
    return notebook_identity(public_notebook(path)) == notebook_identity(notebook)

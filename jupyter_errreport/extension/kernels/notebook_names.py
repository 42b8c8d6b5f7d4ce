"""Of which notebook an error is, where that has changed since its kernel was started.

A kernel knows the name that the notebook had then. The server's sessions know when it is renamed, and when a second
notebook uses the same kernel.
"""

from collections.abc import Sequence
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from ...event import EventMessageType
from ...privacy import public_notebook
from ..connection import Connection, Hook


class NotebookNames:
    """Corrects the names of notebooks in events of this server's kernels, which come with the name of their start."""

    def __init__(self, serverapp: Any, connection: Connection) -> None:
        self._serverapp = serverapp
        self._connection = connection

    async def correct(self, events: Sequence[EventMessageType]) -> None:
        """Give each event the name of the notebook in which it happened; where nobody knows, it keeps its own."""
        kernels = self._hooks() if events else {}
        for event in events:
            kernel_id, hook = kernels.get(event.get("session", ""), ("", None))
            if hook is None or hook.notebook or public_notebook(hook.started_as) != event["notebook"]:
                continue  # of another computer, or named by somebody who knows better
            path = await self._path(await self._paths(kernel_id), event.get("cell_id", ""))
            if path:
                event["notebook"] = public_notebook(path)

    def _hooks(self) -> dict[str, tuple[str, Hook]]:
        """The kernels in which the hook is, by the session under which they report."""
        manager, found = self._serverapp.kernel_manager, {}
        for kernel_id in list(manager.list_kernel_ids()):
            file = getattr(manager.get_kernel(kernel_id), "connection_file", "")
            hook = self._connection.hook_of(file) if file else None
            if hook is not None:
                found[hook.session] = kernel_id, hook
        return found

    async def _paths(self, kernel_id: str) -> list[str]:
        """The notebooks that use a kernel now."""
        sessions = await ensure_async(self._serverapp.session_manager.list_sessions())
        of_kernel = [session for session in sessions if session.get("kernel", {}).get("id") == kernel_id]
        notebooks = [str(session["path"]) for session in of_kernel if session.get("type", "notebook") == "notebook"]
        return list(dict.fromkeys(path for path in notebooks if path))

    async def _path(self, paths: list[str], cell_id: str) -> str:
        """The one notebook, or that of several which has the cell; empty when nobody can tell."""
        if len(paths) == 1:
            return paths[0]
        having = [path for path in paths if cell_id and await self._has_cell(path, cell_id)]
        return having[0] if len(having) == 1 else ""

    async def _has_cell(self, path: str, cell_id: str) -> bool:
        contents = self._serverapp.contents_manager
        try:
            model = await ensure_async(contents.get(path, content=True, type="notebook"))
        except (HTTPError, OSError):  # gone, or not ours to read
            return False
        return any(cell.get("id") == cell_id for cell in model["content"]["cells"])

"""Of which notebook an error is, by the sessions of the server."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.web import HTTPError

from jupyter_errreport.event import EventMessageType
from jupyter_errreport.extension.connection import Hook
from jupyter_errreport.extension.kernels.notebook_names import NotebookNames

CELLS = {"a.ipynb": ["one", "both"], "b.ipynb": ["two", "both"]}


def server(*paths: str, kind: str = "notebook") -> Any:
    """A Jupyter server with one kernel that these notebooks use, and another one."""
    sessions = [{"path": path, "type": kind, "kernel": {"id": "k"}} for path in paths]
    sessions.append({"path": "else.ipynb", "type": "notebook", "kernel": {"id": "another"}})

    async def get(path: str, **_: Any) -> Any:
        if path not in CELLS:
            raise HTTPError(404)
        return {"content": {"cells": [{"id": cell} for cell in CELLS[path]]}}

    async def list_sessions() -> Any:
        return sessions

    return SimpleNamespace(
        kernel_manager=SimpleNamespace(
            list_kernel_ids=lambda: ["k"], get_kernel=lambda _: SimpleNamespace(connection_file="/kernel-k.json")
        ),
        session_manager=SimpleNamespace(list_sessions=list_sessions),
        contents_manager=SimpleNamespace(get=get),
    )


async def name_of(running: Any, notebook: str = "dock.ipynb", given: str = "", **more: str) -> str:
    hook = Hook("s", given, "on", started_as="/home/jo/dock.ipynb")
    connection: Any = SimpleNamespace(hook_of=lambda file: hook if Path(file).name == "kernel-k.json" else None)
    event: Any = {"notebook": notebook, "session": "s", **more}
    events: list[EventMessageType] = [event]
    await NotebookNames(running, connection).correct(events)
    return str(event["notebook"])


async def test_a_renamed_notebook_has_its_new_name() -> None:
    assert await name_of(server("lessons/a.ipynb")) == "a.ipynb"
    assert await name_of(server("dock.ipynb")) == "dock.ipynb"


@pytest.mark.parametrize(
    ("cell_id", "name"), [("one", "a.ipynb"), ("two", "b.ipynb"), ("both", "dock.ipynb"), ("", "dock.ipynb")]
)
async def test_of_several_notebooks_it_is_the_one_with_the_cell(cell_id: str, name: str) -> None:
    assert await name_of(server("a.ipynb", "b.ipynb", "gone.ipynb"), cell_id=cell_id) == name


async def test_who_knows_better_is_believed() -> None:
    assert await name_of(server("a.ipynb"), notebook="from VS Code.ipynb") == "from VS Code.ipynb"
    assert await name_of(server("a.ipynb"), given="dock.ipynb") == "dock.ipynb"
    assert await name_of(server("a.ipynb"), session="another") == "dock.ipynb"
    assert await name_of(server("a.ipynb", kind="console")) == "dock.ipynb"
    assert await name_of(server()) == "dock.ipynb"

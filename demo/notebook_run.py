"""Runs a notebook in a kernel of a Jupyter server as a front end does: sessions by REST, execution by WebSocket.

The protocol: https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html,
https://jupyter-client.readthedocs.io/en/latest/messaging.html.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import websocket

from .problem import DemoProblem
from .services import Service

CELL_SECONDS = 60.0
_TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Execution:
    """One run of some code, as a front end sees it."""

    source: str
    status: str = ""
    """`ok` or `error`."""
    execution_count: int | None = None
    printed: str = ""
    error_name: str = ""
    error_message: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)
    """In the notebook format."""

    @property
    def first_line(self) -> str:
        """The first line that is not blank."""
        return next((line for line in self.source.splitlines() if line.strip()), "")

    @property
    def shown(self) -> str:
        """All that stands below the cell, without colours."""
        return _TERMINAL_COLOURS.sub("", "\n".join(_as_text(output) for output in self.outputs).strip("\n"))


class NotebookRun:
    """A session of one notebook, from the start of its kernel to `close`, after which the kernel goes on."""

    def __init__(self, server: Service, path: str) -> None:
        self._server, self.path = server, path
        self.notebook: dict[str, Any] = server.get(f"api/contents/{path}?content=1")["content"]
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        self._session: dict[str, Any] = server.request("POST", "api/sessions", json=body).json()
        self._client = uuid.uuid4().hex
        kernel = self._session["kernel"]["id"]
        address = server.url.replace("http", "ws", 1) + f"api/kernels/{kernel}/channels?session_id={self._client}"
        try:
            # The server answers when the kernel does, which on a busy machine takes seconds.
            self._socket = websocket.create_connection(
                address, header={"Authorization": f"token {server.token}"}, timeout=CELL_SECONDS
            )
            self._socket.settimeout(1.0)
        except (OSError, websocket.WebSocketException) as error:
            raise DemoProblem(f"The kernel's channels can't be opened ({error}).", server.process.log) from error

    @property
    def code_cells(self) -> list[dict[str, Any]]:
        """The cells to run, in order."""
        return [cell for cell in self.notebook["cells"] if cell["cell_type"] == "code" and cell["source"].strip()]

    def run_cell(self, cell: dict[str, Any]) -> Execution:
        """Run a cell of the notebook and put what it shows below it."""
        execution = self.run(cell["source"], metadata={"cellId": cell.get("id", "")})
        cell["outputs"], cell["execution_count"] = execution.outputs, execution.execution_count
        return execution

    def run(self, source: str, metadata: dict[str, Any] | None = None, in_history: bool = True) -> Execution:
        """Run code; returns when the kernel is idle again. What is not `in_history` is not counted as a cell."""
        execution = Execution(source)
        request = self._send_execute(source, metadata or {}, in_history)
        deadline = time.monotonic() + CELL_SECONDS
        replied = idle = False
        while not (replied and idle):
            message = self._receive(deadline, source)
            if message.get("parent_header", {}).get("msg_id") != request:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "execute_reply":
                replied = True
                execution.status, execution.execution_count = content["status"], content.get("execution_count")
                if execution.status == "error":
                    _take_error(execution, content)
            elif kind == "status":
                idle = content["execution_state"] == "idle"
            else:
                _take_output(execution, kind, content)
        return execution

    def save(self) -> None:
        """Save the notebook with what its cells have shown, as a reader would."""
        body = {"type": "notebook", "format": "json", "content": self.notebook}
        self._server.request("PUT", f"api/contents/{self.path}", json=body)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _send_execute(self, source: str, metadata: dict[str, Any], in_history: bool) -> str:
        message_id = uuid.uuid4().hex
        header = {
            "msg_id": message_id,
            "msg_type": "execute_request",
            "username": "reader",
            "session": self._client,
            "date": datetime.now(timezone.utc).isoformat(),
            "version": "5.3",
        }
        content = {
            "code": source,
            "silent": False,
            "store_history": in_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": metadata, "content": content}
        self._socket.send(json.dumps(message))
        return message_id

    def _receive(self, deadline: float, source: str) -> dict[str, Any]:
        """The next message. Raises `DemoProblem` at the deadline, or when the server or the connection has gone."""
        while time.monotonic() < deadline:
            try:
                return dict(json.loads(self._socket.recv()))
            except websocket.WebSocketTimeoutException:
                self._server.process.check()
            except (OSError, ValueError, websocket.WebSocketException) as error:
                raise DemoProblem(f"The kernel's connection broke ({error}).", self._server.process.log) from error
        line = source.strip().partition("\n")[0]
        raise DemoProblem(f"The kernel did not finish `{line}` in {CELL_SECONDS:g} s.", self._server.process.log)


def _take_error(execution: Execution, content: dict[str, Any]) -> None:
    execution.error_name = content.get("ename", "")
    execution.error_message = content.get("evalue", "")


def _take_output(execution: Execution, kind: str, content: dict[str, Any]) -> None:
    """Keep an output in the notebook format (https://nbformat.readthedocs.io)."""
    if kind == "stream":
        execution.printed += content["text"]
        last = execution.outputs[-1] if execution.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == content["name"]:
            last["text"] += content["text"]
        else:
            execution.outputs.append({"output_type": "stream", "name": content["name"], "text": content["text"]})
    elif kind == "error":
        _take_error(execution, content)
        kept = {name: content[name] for name in ("ename", "evalue", "traceback")}
        execution.outputs.append({"output_type": "error", **kept})
    elif kind in ("execute_result", "display_data"):
        output = {"output_type": kind, "data": content["data"], "metadata": content["metadata"]}
        if kind == "execute_result":
            output["execution_count"] = content["execution_count"]
        execution.outputs.append(output)


def _as_text(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return str(output["text"]).rstrip("\n")
    if output["output_type"] == "error":
        return "\n".join(output["traceback"])
    return str(output["data"].get("text/plain", ""))

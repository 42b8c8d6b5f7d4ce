"""Runs code as a cell and gives the event that would leave, without a kernel."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jupyter_errreport.event import ErrorSnapshot, EventMessageType
from jupyter_errreport.kernel.assemble import assemble
from jupyter_errreport.kernel.cells import CellPlace
from jupyter_errreport.kernel.snapshot import take, traceback_of
from jupyter_errreport.privacy.steps import finished

CELL = "<ipython-input-3-0123456789ab>"


def failed(source: str, namespace: dict[str, Any]) -> BaseException | None:
    """The error of a cell, its traceback without the frame that ran it here; None when it did not fail."""
    try:
        exec(compile(source, CELL, "exec"), namespace)
    except BaseException as error:
        trace = error.__traceback__
        return error.with_traceback(trace.tb_next) if trace is not None and trace.tb_next is not None else error
    return None


def snapshot_of(error: BaseException, source: str, namespace: dict[str, Any]) -> ErrorSnapshot:
    """What the hook takes of a cell's error."""
    return take(
        error,
        traceback_of(error),
        kind="syntax" if isinstance(error, SyntaxError) else "cell",
        execution_count=3,
        source=source,
        cell_id=None,
        place_of=lambda filename: CellPlace(3, 0) if filename == CELL else None,
        namespace=namespace,
    )


def event_of(source: str, namespace: dict[str, Any] | None = None, policy: str = "code-only") -> EventMessageType:
    """The event of a cell that fails, from its real exception and frames."""
    names: dict[str, Any] = {"__name__": "__main__"} if namespace is None else namespace
    error = failed(source, names)
    assert error is not None, "the cell did not fail"
    return finished(assemble(snapshot_of(error, source, names), policy))


def message_of(source: str, namespace: dict[str, Any] | None = None) -> str:
    """The message of that event."""
    return event_of(source, namespace)["error_message"]


def install(folder: Path, name: str, source: str) -> Path:
    """Install a module as a distribution of its own into `folder`, which must be called `site-packages`."""
    folder.mkdir(parents=True, exist_ok=True)
    module = folder / f"{name}.py"
    module.write_text(source, encoding="utf-8")
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "RECORD").write_text(f"{name}.py,,\n", encoding="utf-8")
    sys.modules.pop(name, None)
    return module

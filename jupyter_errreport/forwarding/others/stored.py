"""What is told of an event elsewhere: what the store holds, in texts that every receiver can keep."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ...stdlib_names import STDLIB_NAMES


class Stored(NamedTuple):
    """One event as this server has it."""

    event: Mapping[str, Any]
    """As `find_error` gives it."""
    notebook: str
    """Which notebook that is, whatever its reader's copy is called."""
    cell: Mapping[str, Any] | None = None
    """The author's published cell in which it happened, as `author_cells.same_cell_of_error` gives it."""
    url: str = ""
    """Where people read of its group; empty when this server does not know its own address."""


class Frame(NamedTuple):
    """One line of a traceback."""

    filename: str
    function: str
    lineno: int
    is_own: bool
    """Whether the code is the notebook's own, and not a library's."""
    is_cell: bool
    module: str
    """The module of a library's file; empty for others."""


def frames_of(stored: Stored) -> list[Frame]:
    """Its traceback, outermost first. A cell's file is called after its notebook, as `dock/<cell 3>`."""
    return [_frame(frame, stored.notebook) for frame in stored.event["traceback"]]


def _frame(frame: Mapping[str, Any], notebook: str) -> Frame:
    filename, function, lineno = frame["filename"], frame["fun_name"], frame["lineno"]
    if filename.startswith("<cell"):
        return Frame(f"{notebook}/{filename}", function, lineno, True, True, "")
    module = filename[:-3].replace("/", ".").removesuffix(".__init__") if filename.endswith(".py") else ""
    # An installed file is told with its path inside of the package, all others by their bare name.
    is_installed = "/" in filename or module in STDLIB_NAMES or filename.startswith("<frozen ")
    return Frame(filename, function, lineno, not is_installed, False, module if is_installed else "")


def nanoseconds(moment: str) -> int:
    """A moment as `event.rfc3339` has it, since the epoch."""
    whole = datetime.fromisoformat(moment[:19] + "+00:00")
    return int(whole.timestamp()) * 1_000_000_000 + int(moment[20:26]) * 1_000


def kept(value: Any) -> Any:
    """The same in texts that receivers can keep: no halves of characters, and no control characters.

    PostgreSQL, for one, holds no NUL, and Protobuf no half of a character.
    """
    if isinstance(value, str):
        whole = value.encode("utf-8", "replace").decode()
        return "".join(c if c >= " " or c in "\n\t" else "\ufffd" for c in whole)
    if isinstance(value, dict):
        return {name: kept(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [kept(item) for item in value]
    return value

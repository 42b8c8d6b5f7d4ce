"""Which cell is running on which thread, and which cell a frame's code came from."""

import linecache
import re
import sys
import threading
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..contract import COUNTLESS
from .modules import is_ipython, module_of

_LEGACY_FILE = re.compile(r"<ipython-input-(\d+)-")
_KERNEL_FILE = re.compile(r".*[/\\]ipykernel_\d+[/\\]\d+\.py\Z", re.DOTALL)
_TIMED_FILES = ("<timed exec>", "<timed eval>", "<magic-timeit>", "<prun>")
_HISTORY_SEARCHED = 500
_COUNTS_FIRST = tuple(getattr(sys.modules.get("IPython"), "version_info", (0, 0))[:2]) >= (9, 8)


class Cell(NamedTuple):
    """A cell as the hook needs it."""

    execution_count: int
    source: str
    cell_id: Optional[str]


class CellPlace(NamedTuple):
    """Where in the notebook a code object stands."""

    execution_count: int
    lines_before: int
    """Lines of the cell above the first line of that code."""
    file: str = ""
    """The other notebook, or file, whose cell this is: `%run other.ipynb` runs its cells as if they were typed."""
    cell_of_file: int = 0
    """Which of the other notebook's code cells, from 1; 0 for a file."""


def _cached_text(filename: str) -> str:
    """The source that IPython compiled under `filename`, as it told `linecache`; empty when it did not."""
    entry = linecache.cache.get(filename)
    return "".join(entry[2]).rstrip() if entry is not None and len(entry) > 2 else ""


def _is_name_of_cell(filename: str) -> bool:
    return bool(_LEGACY_FILE.match(filename) or _KERNEL_FILE.match(filename))


class _RunningFile:
    """Another notebook while its cells run."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.known = set(linecache.cache)
        """Names of what was there before the cell that runs."""
        self.cell = 0
        """Which of its code cells runs; 0 before the first, and for a file."""


class Cells:
    """Keeps, for each thread (ipykernel 7 runs subshells in threads), the outermost cell that runs there.

    The outermost, because `%%capture` and nested `run_cell` run a part of it, and the notebook knows only the whole.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._threads = threading.local()
        self._files: Dict[str, Tuple[str, int]] = {}
        """Of cells that came from other notebooks: the names that IPython gave them, the file, and which cell it is."""
        self._below_magic: Optional[Tuple[Any, bool]] = None
        self._counted: Optional[Tuple[Any, int]] = None
        """What was found last, with what it was asked for; written and read at once, from any thread."""

    def entered(self, source: str, cell_id: Optional[str], counted: bool) -> None:
        """A cell, or a part of one, begins on this thread; `counted` when it is given a number."""
        stack = self._stack()
        stack.append(stack[0] if stack else Cell(self._running_count(counted), source, cell_id))

    def left(self) -> None:
        """What began last on this thread has ended. IPython tells of the end of empty cells that never began."""
        stack = self._stack()
        if stack:
            stack.pop()

    def current(self) -> Optional[Cell]:
        """The outermost cell that runs on this thread; None when none does."""
        stack = self._stack()
        return stack[0] if stack else None

    def sources(self) -> List[str]:
        """The sources of the latest 500 cells, as they were typed; called from any thread."""
        return list(self._shell.history_manager.input_hist_raw[-_HISTORY_SEARCHED:])

    def find_running(self, frame: Any) -> None:
        """Take up the cell that is running already, seen from a `frame` inside it: `enable()` is called in one."""
        while frame is not None and not self._stack():
            if frame.f_code.co_name == "run_code" and is_ipython(module_of(frame)):
                count = self._running_count(True)
                self._stack().append(self.numbered(count) or Cell(count, "", None))
            frame = frame.f_back

    def numbered(self, count: Optional[int]) -> Optional[Cell]:
        """The cell with this execution count, from the history; None when it is not there."""
        if count is None or count < 0:
            return None
        # `_i12` is the text of cell 12; the list of inputs has gaps (`exit` is not kept), but survives `%reset`.
        source = self._shell.user_ns.get(f"_i{count}") if type(self._shell.user_ns) is dict else None
        inputs = self._shell.history_manager.input_hist_raw
        if type(source) is not str and count < len(inputs):
            source = inputs[count]
        return Cell(count, source, None) if type(source) is str else None

    def run_file(self, path: str, run: Callable[[], Any]) -> Any:
        """Call `run`, which runs the cells of another notebook."""
        before, self._threads.file = self._running_file(), _RunningFile(path)
        try:
            return run()
        finally:
            self._take_up_file()
            self._threads.file = before

    def begin_cell_of_file(self) -> None:
        """The next cell of the other notebook begins, be it empty."""
        self._take_up_file()
        file = self._running_file()
        if file is not None:
            file.cell += 1

    def _running_file(self) -> "Optional[_RunningFile]":
        return getattr(self._threads, "file", None)

    def _take_up_file(self) -> None:
        """Keep the names of what another notebook's cell that runs has brought so far."""
        file = self._running_file()
        if file is not None:
            there = set(linecache.cache)
            new = [name for name in there.difference(file.known) if _is_name_of_cell(name)]
            self._files.update(dict.fromkeys(new, (file.path, file.cell)))
            file.known = there

    def place_of(self, filename: str) -> Optional[CellPlace]:
        """The cell whose code is compiled under `filename`; None for any other file."""
        legacy = _LEGACY_FILE.match(filename)
        known = getattr(self._shell.compile, "_filename_map", None) or {}  # IPython 8 and newer
        current = self.current()
        others = self._files or self._running_file()
        if others and filename not in known and _is_name_of_cell(filename):
            if filename not in self._files:
                self._take_up_file()
            if filename in self._files:
                return CellPlace(COUNTLESS, 0, *self._files[filename])
        if legacy:
            count = int(legacy.group(1))
        elif filename in _TIMED_FILES:
            count = current.execution_count if current else self._running_count(True)
        elif filename in known:
            count = int(known[filename])
        elif _KERNEL_FILE.match(filename):
            count = self._count_from_history(filename)
        else:
            return None
        if current is not None and count > current.execution_count:  # a part of a cell, run under the next number
            count = current.execution_count
        return CellPlace(count, self._lines_before(count, filename))

    def _lines_before(self, count: int, filename: str) -> int:
        """Lines of the cell above the code under `filename`: `%%time` and the like run what is below them."""
        cell = self.current() or self.numbered(count)
        if cell is None or not cell.source.startswith("%%"):
            return 0
        return int(filename in _TIMED_FILES or self._is_text_below_magic(filename, cell.source))

    def _is_text_below_magic(self, filename: str, source: str) -> bool:
        """Whether what was compiled is the cell from its second line on; a cell may have very many lines."""
        key, last = (filename, source), self._below_magic
        if last is None or last[0] != key:
            is_below = _cached_text(filename) == source.partition("\n")[2].rstrip()
            last = self._below_magic = key, is_below
        return last[1]

    def _count_from_history(self, filename: str) -> int:
        """IPython 7 keeps no list: the newest cell whose text is that of the file; asked for each frame."""
        current = self.current()
        key = filename, len(self._shell.history_manager.input_hist_parsed), current and current.execution_count
        last = self._counted
        if last is None or last[0] != key:
            last = self._counted = key, self._search_history(_cached_text(filename), current)
        return last[1]

    def _search_history(self, text: str, current: Optional[Cell]) -> int:
        if current is not None and current.source.rstrip() == text:
            return current.execution_count
        inputs = self._shell.history_manager.input_hist_parsed
        for count in range(len(inputs) - 1, max(0, len(inputs) - _HISTORY_SEARCHED), -1):
            if inputs[count].rstrip() == text:
                return count
        # A part of a cell, as `%%capture` runs it, is in no history.
        return current.execution_count if current is not None else COUNTLESS

    def _running_count(self, counted: bool) -> int:
        """The number of the cell that runs now: IPython 9.8 and newer count up before they run it, others after."""
        count = int(self._shell.execution_count)
        return count - 1 if counted and _COUNTS_FIRST else count

    def _stack(self) -> List[Cell]:
        if not hasattr(self._threads, "stack"):
            self._threads.stack = []
        stack: List[Cell] = self._threads.stack
        return stack

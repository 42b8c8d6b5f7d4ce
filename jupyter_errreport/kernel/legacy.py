"""The hook of IPython 5 and 6.0 to 6.2, whose `post_run_cell` tells nothing: an error is caught where it is shown."""

import sys
from typing import Any, Callable, Dict, Optional

from ..contract import READER_KINDS
from .catching.reader_stops import kind_of
from .catching.shown_by import kind_by_caller
from .catching.wrapping import Wrapping
from .cells import Cell
from .faults import Faults
from .hook import Capture, Caught, Hook
from .modules import module_of
from .snapshot import as_exception, traceback_of


class LegacyHook(Hook):
    """Wraps `showtraceback` and `showsyntaxerror`; the cell's number and text come from the history."""

    def __init__(self, shell: Any, capture: Capture, faults: Faults) -> None:
        super().__init__(shell, capture, faults)
        self._wrappings.append(Wrapping(shell, "showsyntaxerror", self._showsyntaxerror))

    def _take_up_running(self) -> None:
        """Which cell runs is known by the history alone."""

    _failed: Optional[bool] = False
    """Of the cell that runs: whether it failed; None when the reader stopped it."""

    def _events(self) -> Dict[str, Callable[..., None]]:
        # A cell that does not compile fires the first event and never the second, so they can't tell what runs.
        return {"pre_run_cell": self._pre_run_cell, "post_run_cell": self._post_run_cell}

    def _pre_run_cell(self, info: Any = None) -> None:
        with self._faults:
            self._shown().clear()
            self._reloads.put()

    def _post_run_cell(self, result: Any = None) -> None:
        with self._faults:
            if self._depth() == 1:
                self._result_of_cell()
                failed, self._failed = self._failed, False
                if failed is not None:
                    self.on_cell(failed)

    def _result_of_cell(self) -> None:
        """An error that ended the cell and was not shown, as a quiet handler of `set_custom_exc` has it."""
        frame: Optional[Any] = sys._getframe(1)
        while frame is not None and not _runs_cell(frame):
            frame = frame.f_back
        result = frame.f_locals.get("result") if frame is not None else None
        error = as_exception(getattr(result, "error_in_exec", None))
        if error is None or self._was_shown(error) or self._is_of_front_end():
            return
        self._take(error, traceback_of(error), "cell", self._history_cell())

    def _take(self, error: BaseException, traceback: Any, kind: str, cell: Cell) -> None:
        self._shown().append(error)
        kind = kind_of(error, kind)
        if self._depth():
            self._failed = None if kind in READER_KINDS else True
        self._capture(Caught(error, traceback, kind, cell))

    def _error_shown(self, error: BaseException, traceback: Any, caller: Any) -> None:
        # `showtraceback` hands a SyntaxError on to `showsyntaxerror`: one of the two catches it.
        if issubclass(type(error), SyntaxError):
            return
        kind = kind_by_caller(caller, lambda: self._is_in_cell(traceback)) if self._depth() else "callback"
        cell = self._history_cell() if kind != "callback" else self._cell_of_traceback(traceback)
        self._take(error, traceback, kind, cell)

    def _showsyntaxerror(self, shown: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._faults:
            _, value, traceback = sys.exc_info()
            if value is None:  # a failing input transformation is shown after it was handled
                value, traceback = getattr(sys, "last_value", None), getattr(sys, "last_traceback", None)
            error = as_exception(value)
            if error is not None and not self._was_shown(error) and not self._is_of_front_end():
                self._shown().append(error)
                caller = kind_by_caller(sys._getframe(2), lambda: False)
                # In the cell itself when nothing was running yet: the traceback has only IPython's own frames.
                kind = "run" if caller == "run" else "cell" if self._is_in_cell(traceback) else "syntax"
                if kind == "syntax":  # no event follows
                    self.on_cell(True)
                else:
                    self._failed = True
                self._capture(Caught(error, traceback, kind_of(error, kind), self._history_cell()))
        return self._pass_on(shown, args, kwargs)

    def _depth(self) -> int:
        """How many cells are being run, one inside another, seen from inside."""
        frame: Optional[Any] = sys._getframe(1)
        depth = 0
        while frame is not None:
            depth += _runs_cell(frame)
            frame = frame.f_back
        return depth

    def _history_cell(self) -> Cell:
        """The cell that runs now: IPython 5 counts it up only after it has ended."""
        count = int(self.shell.execution_count)
        cell = self.cells.numbered(count) or Cell(count, "", None)
        return cell._replace(cell_id=self._cell_id() if self._depth() else None)


def _runs_cell(frame: Any) -> bool:
    return frame.f_code.co_name == "run_cell" and module_of(frame) == "IPython.core.interactiveshell"

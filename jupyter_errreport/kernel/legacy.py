"""The hook of IPython 5 and 6.0 to 6.2, whose `post_run_cell` tells nothing: an error is caught where it is shown."""

import sys
from typing import Any, Callable, Dict, Optional

from ..contract import READER_KINDS
from .cells import Cell
from .hook import Caught, Hook, _kind_by_caller
from .modules import module_of
from .snapshot import as_exception


class LegacyHook(Hook):
    """Wraps `showtraceback` and `showsyntaxerror`; the cell's number and text come from the history."""

    def install(self) -> None:
        """Start catching; a second call does nothing."""
        if self.installed:
            return
        super().install()
        self._wrap("showsyntaxerror", self._showsyntaxerror)

    def uninstall(self) -> None:
        """Stop catching and leave the shell as it was found."""
        self._unwrap("showsyntaxerror")
        super().uninstall()

    _failed: Optional[bool] = False
    """Of the cell that runs: whether it failed; None when the reader stopped it."""

    def _events(self) -> Dict[str, Callable[..., None]]:
        # A cell that does not compile fires the first event and never the second, so they can't tell what runs.
        return {"post_run_cell": self._post_run_cell}

    def _post_run_cell(self, result: Any = None) -> None:
        with self._faults:
            if self._depth() == 1:
                failed, self._failed = self._failed, False
                if failed is not None:
                    self.on_cell(failed)

    def _showtraceback(self, shown: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._faults:
            exc_tuple = kwargs["exc_tuple"] if "exc_tuple" in kwargs else args[0] if args else None
            _, value, traceback = exc_tuple or sys.exc_info()
            error = as_exception(value)
            # `showtraceback` hands a SyntaxError on to `showsyntaxerror`: one of the two catches it.
            if error is not None and not issubclass(type(error), SyntaxError) and not self._is_silent():
                kind = _kind_by_caller(sys._getframe(2)) if self._depth() else "callback"
                cell = self._history_cell() if kind != "callback" else self._cell_of_traceback(traceback)
                kind = self._kind(error, kind)
                if self._depth():
                    self._failed = None if kind in READER_KINDS else True
                self._capture(Caught(error, traceback, kind, cell))
        return shown(*args, **kwargs)

    def _showsyntaxerror(self, shown: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._faults:
            _, value, traceback = sys.exc_info()
            if value is None:  # a failing input transformation is shown after it was handled
                value, traceback = getattr(sys, "last_value", None), getattr(sys, "last_traceback", None)
            error = as_exception(value)
            if error is not None and not self._is_silent():
                caller = _kind_by_caller(sys._getframe(2))
                # In the cell itself when nothing was running yet: the traceback has only IPython's own frames.
                kind = "run" if caller == "run" else "cell" if self._ran(traceback) else "syntax"
                if kind == "syntax":  # no event follows
                    self.on_cell(True)
                else:
                    self._failed = True
                self._capture(Caught(error, traceback, kind, self._history_cell()))
        return shown(*args, **kwargs)

    def _ran(self, traceback: Any) -> bool:
        """Whether code of a cell is among the frames of `traceback`."""
        while traceback is not None:
            if self.cells.place_of(traceback.tb_frame.f_code.co_filename) is not None:
                return True
            traceback = traceback.tb_next
        return False

    def _depth(self) -> int:
        """How many cells are being run, one inside another, seen from inside."""
        frame: Optional[Any] = sys._getframe(1)
        depth = 0
        while frame is not None:
            depth += frame.f_code.co_name == "run_cell" and module_of(frame) == "IPython.core.interactiveshell"
            frame = frame.f_back
        return depth

    def _history_cell(self) -> Cell:
        """The cell that runs now: IPython 5 counts it up only after it has ended."""
        count = int(self.shell.execution_count)
        return self.cells.numbered(count) or Cell(count, "", None)

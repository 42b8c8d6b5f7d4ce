"""The hook of IPython 7 and newer: each failure of a notebook reaches `capture` once, whichever way it comes.

No single hook sees them all (docs/capture.md has the table): `post_run_cell` has the errors that end a cell,
`showtraceback` those that IPython shows and goes on (`%run`, a failing `__repr__`, callbacks, `%time` before 9.4),
`threading.excepthook` those of threads, the event loop those of tasks that nobody awaits and of its callbacks, a log
those of comms, and `%autoreload` prints. `set_custom_exc` has one slot, which Colab uses: it is left alone.
"""

import sys
import threading
import types
from collections import deque
from typing import Any, Callable, Deque, Dict, NamedTuple, Optional

from ..contract import COUNTLESS, READER_KINDS
from .catching.comms import CommErrors
from .catching.loops import LoopWatch
from .catching.reader_stops import kind_of
from .catching.reloads import ReloadErrors
from .catching.shown_by import came_from_code, is_by_cell_function, kind_by_caller
from .catching.threads import ThreadHook
from .catching.wrapping import Wrapping
from .cells import Cell, Cells
from .faults import Faults
from .modules import is_own, module_of
from .snapshot import as_exception, traceback_of


class Caught(NamedTuple):
    """A failure, on the thread where it happened: handed to `capture`, which must keep no part of it."""

    error: BaseException
    traceback: Optional[types.TracebackType]
    kind: str
    cell: Cell


Capture = Callable[[Caught], None]

_REMEMBERED = 4


class Hook:
    """Registers with one shell, once however often `install` is called, and gives everything back on `uninstall`."""

    def __init__(self, shell: Any, capture: Capture, faults: Faults) -> None:
        self.shell = shell
        self.cells = Cells(shell)
        self.installed = False
        self.on_cell: Callable[[bool], None] = _nothing
        """Called when a cell has ended that was not stopped by the reader, with whether it failed."""
        self._capture = capture
        self._faults = faults
        self._threads = threading.local()
        # IPython compares callbacks by identity when one is unregistered: keep the bound methods.
        self._callbacks = self._events()
        self._wrappings = [
            Wrapping(shell, "showtraceback", self._showtraceback),
            Wrapping(shell, "safe_execfile_ipy", self._run_file),
        ]
        self._thread_hook = ThreadHook(self._thread_failed)
        self._loops = LoopWatch(self._task_failed)
        self._comms = CommErrors(shell, self._logged)
        self._reloads = ReloadErrors(self._logged)

    def _events(self) -> Dict[str, Callable[..., None]]:
        return {"pre_run_cell": self._pre_run_cell, "post_run_cell": self._post_run_cell}

    def install(self) -> None:
        """Start catching; a second call does nothing."""
        if self.installed:
            return
        self.installed = True
        for event, callback in self._callbacks.items():
            self.shell.events.register(event, callback)
        for wrapping in self._wrappings:
            wrapping.put()
        self._thread_hook.put()
        self._comms.put()
        self._reloads.put()
        self._take_up_running()

    def uninstall(self) -> None:
        """Stop catching and leave the shell as it was found."""
        if not self.installed:
            return
        self.installed = False
        for event, callback in self._callbacks.items():
            if callback in self.shell.events.callbacks[event] or _is_wrapped(self.shell, event, callback):
                self.shell.events.unregister(event, callback)
        for wrapping in self._wrappings:
            wrapping.take_away()
        self._thread_hook.take_away()
        self._comms.take_away()
        self._reloads.take_away()
        self._loops.take_away()

    def _take_up_running(self) -> None:
        """The cell that `enable()` is called in was there before the hook."""
        self.cells.find_running(sys._getframe(1))
        if self.cells.current() is not None:
            self._loops.watch()

    # -- what IPython calls -------------------------------------------------------------------------------------------

    def _pre_run_cell(self, info: Any = None) -> None:
        with self._faults:
            self.cells.entered(info.raw_cell, getattr(info, "cell_id", None) or self._cell_id(), info.store_history)
            self._shown().clear()
            self._loops.watch()
            self._reloads.put()

    def _post_run_cell(self, result: Any = None) -> None:
        with self._faults:
            cell = self.cells.current()
            self.cells.left()
            if result is not None:  # None when the run itself was cut off
                self._result(result, cell)
            if self.cells.current() is None:
                self._ended(result)
                self._shown().clear()

    def _ended(self, result: Any) -> None:
        """A cell has ended; one without a number, or without any code, is none of the notebook's."""
        # An interrupted await was judged where it ran: here, outside of its task, it can't be any more.
        stopped, self._threads.stopped = getattr(self._threads, "stopped", None), None
        info = getattr(result, "info", None)
        if info is None or not info.store_history or not info.raw_cell.strip():
            return
        before = result.error_before_exec
        error = as_exception(before if before is not None else result.error_in_exec)
        if error is None or (error is not stopped and kind_of(error, "cell") not in READER_KINDS):
            self.on_cell(error is not None or bool(self._shown()))

    def _result(self, result: Any, cell: Optional[Cell]) -> None:
        """An error that ended a cell, unless `showtraceback` had it already."""
        before = result.error_before_exec
        error = as_exception(before if before is not None else result.error_in_exec)
        if error is None or self._was_shown(error) or self._is_of_front_end():
            return
        if cell is None:
            cell = Cell(self.shell.execution_count, result.info.raw_cell, getattr(result.info, "cell_id", None))
        if result.execution_count is not None:
            cell = cell._replace(execution_count=result.execution_count)
        kind = "syntax" if issubclass(type(before), SyntaxError) else "cell"
        self._capture(Caught(error, traceback_of(error), kind_of(error, kind), cell))

    def _showtraceback(self, shown: "Callable[..., Any]", *args: Any, **kwargs: Any) -> Any:
        """In place of `shell.showtraceback`, which is called as `shown` in any case."""
        with self._faults:
            exc_tuple = kwargs["exc_tuple"] if "exc_tuple" in kwargs else args[0] if args else None
            _, value, traceback = exc_tuple or sys.exc_info()
            error = as_exception(value)
            if error is not None and self._was_shown(error):
                _leave_out_ours(traceback)
            elif error is not None and not self._is_of_front_end():
                self._error_shown(error, traceback, sys._getframe(2))
        return self._pass_on(shown, args, kwargs)

    def _run_file(self, run: "Callable[..., Any]", *args: Any, **kwargs: Any) -> Any:
        """In place of `shell.safe_execfile_ipy`, which runs the cells of another notebook."""
        path = str(args[0] if args else kwargs.get("fname"))
        count = Wrapping(self.shell, "run_cell", self._run_cell_of_file)
        if path.endswith(".ipynb"):
            count.put()
        try:
            return self.cells.run_file(path, lambda: run(*args, **kwargs))
        finally:
            count.take_away()

    def _run_cell_of_file(self, run: "Callable[..., Any]", *args: Any, **kwargs: Any) -> Any:
        """In place of `shell.run_cell` while another notebook runs: its cells are counted, and not what they run."""
        with self._faults:
            if sys._getframe(2).f_code.co_name == "safe_execfile_ipy":
                self.cells.begin_cell_of_file()
        return run(*args, **kwargs)

    def _pass_on(self, shown: "Callable[..., Any]", args: Any, kwargs: Any) -> Any:
        """Call what shows an error; where that fails itself, IPython shows why: no second failure of the notebook."""
        try:
            return shown(*args, **kwargs)
        except BaseException as failed:
            self._shown().append(failed)
            raise

    def _error_shown(
        self, error: BaseException, traceback: Optional[types.TracebackType], caller: Optional[types.FrameType]
    ) -> None:
        cell = self.cells.current()
        if cell is None:
            self._capture(Caught(error, traceback, kind_of(error, "callback"), self._cell_of_traceback(traceback)))
            return
        stumbles = bool(self._shown()) and is_by_cell_function(caller) and not came_from_code(traceback)
        self._shown().append(error)
        if stumbles:  # over an error that was shown: IPython 9 wants its text once more, for the history
            return
        kind = kind_by_caller(caller, lambda: self._is_in_cell(traceback))
        if kind == "cell" and issubclass(type(error), SyntaxError) and is_by_cell_function(caller):
            kind = "syntax"  # the cell's text could not even be made Python
        kind = kind_of(error, kind)
        self._threads.stopped = error if kind in READER_KINDS else None
        self._capture(Caught(error, traceback, kind, cell))

    # -- threads, tasks and comms -------------------------------------------------------------------------------------

    def _thread_failed(self, args: Any) -> None:
        with self._faults:
            error = as_exception(args.exc_value)
            if error is not None and args.exc_type is not SystemExit:
                self._failed_elsewhere(error, args.exc_traceback, "thread")

    def _task_failed(self, context: Dict[str, Any]) -> None:
        with self._faults:
            error = as_exception(dict.get(context, "exception"))
            if error is not None:
                self._failed_elsewhere(error, traceback_of(error), "task")

    def _logged(self, value: Any, traceback: Optional[types.TracebackType]) -> None:
        """An error of a comm, or of a module that is read anew: caught there, and only written down."""
        with self._faults:
            error = as_exception(value)
            if error is not None and not self._was_shown(error):
                self._failed_elsewhere(error, traceback, "callback")

    def _failed_elsewhere(self, error: BaseException, traceback: Optional[types.TracebackType], kind: str) -> None:
        """An error of no cell that runs: it is known by the cell in which the failing code was written."""
        cell = self._cell_of_traceback(traceback)
        if kind != "callback":
            cell = cell._replace(execution_count=COUNTLESS)
        self._capture(Caught(error, traceback, kind_of(error, kind), cell))

    # -- what is known of an error ------------------------------------------------------------------------------------

    def _cell_of_traceback(self, traceback: Optional[types.TracebackType]) -> Cell:
        """The cell in which the failing code was written: that of the outermost frame from a cell."""
        while traceback is not None:
            place = self.cells.place_of(traceback.tb_frame.f_code.co_filename)
            if place is not None and not place.file:
                return self.cells.numbered(place.execution_count) or Cell(place.execution_count, "", None)
            traceback = traceback.tb_next
        return Cell(COUNTLESS, "", None)

    def _is_in_cell(self, traceback: Optional[types.TracebackType]) -> bool:
        """Whether code of a cell is among the frames of `traceback`."""
        while traceback is not None:
            if self.cells.place_of(traceback.tb_frame.f_code.co_filename) is not None:
                return True
            traceback = traceback.tb_next
        return False

    def _was_shown(self, error: BaseException) -> bool:
        return any(error is other for other in self._shown())

    def _shown(self) -> "Deque[BaseException]":
        """The last exceptions shown while the cell of this thread runs: IPython itself keeps the last one."""
        if not hasattr(self._threads, "shown"):
            self._threads.shown = deque(maxlen=_REMEMBERED)
        shown: Deque[BaseException] = self._threads.shown
        return shown

    def _is_of_front_end(self) -> bool:
        """Whether a front end runs code of its own, which is no cell of the notebook.

        Its request says `silent`, or that the code is not to be kept in the history.
        """
        content = self._requested("content")
        return bool(content.get("silent")) or content.get("store_history") is False

    def _cell_id(self) -> Optional[str]:
        """The id of the cell that runs, which IPython 8 and newer tell, as its front end gave it."""
        found = self._requested("metadata").get("cellId")
        return found if type(found) is str else None

    def _requested(self, part: str) -> Dict[str, Any]:
        """A part of the request by which a front end has this run; empty where there is none."""
        get_parent = getattr(self.shell, "get_parent", None)
        request = get_parent() if get_parent is not None else None
        found = request.get(part) if isinstance(request, dict) else None
        return found if isinstance(found, dict) else {}


def _nothing(failed: bool) -> None:
    return


def _is_wrapped(shell: Any, event: str, callback: Callable[..., None]) -> bool:
    """Whether IPython 7 and older hold `callback` inside an adapter of their own."""
    return any(getattr(held, "__wrapped__", None) is callback for held in shell.events.callbacks[event])


def _leave_out_ours(traceback: Optional[types.TracebackType]) -> None:
    """Take our own frames out of a traceback that IPython is about to show: of an error while it showed another."""
    while traceback is not None:
        following = traceback.tb_next
        while following is not None and is_own(module_of(following.tb_frame)):
            following = following.tb_next
        if following is not traceback.tb_next:
            traceback.tb_next = following
        traceback = following

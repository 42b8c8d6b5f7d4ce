"""The hook of IPython 7 and newer: each failure of a notebook reaches `capture` once, whichever way it comes.

No single hook sees them all (docs/capture.md has the table): `post_run_cell` has the errors that end a cell,
`showtraceback` those that IPython shows and goes on (`%run`, a failing `__repr__`, callbacks, `%time` before 9.4),
`threading.excepthook` those of threads, the event loop's exception handler those of tasks that nobody awaits.
`set_custom_exc` has one slot, which Colab uses: it is left alone.
"""

import asyncio
import sys
import threading
import types
from collections import deque
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional, Tuple

from ..contract import COUNTLESS, READER_KINDS
from .cells import Cell, Cells
from .faults import Faults
from .modules import is_ipython, module_of
from .snapshot import as_exception, traceback_of


class Caught(NamedTuple):
    """A failure, on the thread where it happened: handed to `capture`, which must keep no part of it."""

    error: BaseException
    traceback: Optional[types.TracebackType]
    kind: str
    cell: Cell


Capture = Callable[[Caught], None]

_RUN_FUNCTIONS = ("safe_execfile", "safe_execfile_ipy", "safe_run_module")
_CELL_FUNCTIONS = ("run_cell", "_run_cell", "run_cell_async")
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
        self._previous_thread_hook: Any = None
        self._loops: List[Tuple[Any, Any]] = []

    def _events(self) -> Dict[str, Callable[..., None]]:
        return {"pre_run_cell": self._pre_run_cell, "post_run_cell": self._post_run_cell}

    def install(self) -> None:
        """Start catching; a second call does nothing."""
        if self.installed:
            return
        self.installed = True
        for event, callback in self._callbacks.items():
            self.shell.events.register(event, callback)
        self._wrap("showtraceback", self._showtraceback)
        # Python 3.7 has no hook for threads.
        self._previous_thread_hook = getattr(threading, "excepthook", None)
        if self._previous_thread_hook is not None:
            threading.excepthook = self._thread_failed
        self.cells.find_running(sys._getframe(1))
        if self.cells.current() is not None:
            self._watch_loop()

    def uninstall(self) -> None:
        """Stop catching and leave the shell as it was found."""
        if not self.installed:
            return
        self.installed = False
        for event, callback in self._callbacks.items():
            if callback in self.shell.events.callbacks[event] or _is_wrapped(self.shell, event, callback):
                self.shell.events.unregister(event, callback)
        self._unwrap("showtraceback")
        if getattr(threading, "excepthook", None) == self._thread_failed:
            threading.excepthook = self._previous_thread_hook
        for loop, previous in self._loops:
            if loop.get_exception_handler() == self._task_failed:
                loop.set_exception_handler(previous)
        self._loops = []

    # -- what IPython calls -------------------------------------------------------------------------------------------

    def _pre_run_cell(self, info: Any = None) -> None:
        with self._faults:
            self.cells.entered(info.raw_cell, getattr(info, "cell_id", None), info.store_history)
            self._shown().clear()
            self._watch_loop()

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
        info = getattr(result, "info", None)
        if info is None or not info.store_history or not info.raw_cell.strip():
            return
        before = result.error_before_exec
        error = as_exception(before if before is not None else result.error_in_exec)
        if error is None or self._kind(error, "cell") not in READER_KINDS:
            self.on_cell(error is not None or bool(self._shown()))

    def _result(self, result: Any, cell: Optional[Cell]) -> None:
        """An error that ended a cell, unless `showtraceback` had it already."""
        before = result.error_before_exec
        error = as_exception(before if before is not None else result.error_in_exec)
        if error is None or any(error is shown for shown in self._shown()):
            return
        if cell is None:
            cell = Cell(self.shell.execution_count, result.info.raw_cell, getattr(result.info, "cell_id", None))
        if result.execution_count is not None:
            cell = cell._replace(execution_count=result.execution_count)
        kind = "syntax" if issubclass(type(before), SyntaxError) else "cell"
        self._capture(Caught(error, traceback_of(error), self._kind(error, kind), cell))

    def _showtraceback(self, shown: "Callable[..., Any]", *args: Any, **kwargs: Any) -> Any:
        """In place of `shell.showtraceback`, which is called as `shown` in any case."""
        with self._faults:
            exc_tuple = kwargs["exc_tuple"] if "exc_tuple" in kwargs else args[0] if args else None
            _, value, traceback = exc_tuple or sys.exc_info()
            error = as_exception(value)
            if error is not None and not self._is_silent():
                self._error_shown(error, traceback, sys._getframe(2))
        return shown(*args, **kwargs)

    def _error_shown(
        self, error: BaseException, traceback: Optional[types.TracebackType], caller: Optional[types.FrameType]
    ) -> None:
        if any(error is other for other in self._shown()):
            return
        cell = self.cells.current()
        if cell is None:
            self._capture(Caught(error, traceback, "callback", self._cell_of_traceback(traceback)))
            return
        self._shown().append(error)
        kind = _kind_by_caller(caller)
        if (
            kind == "cell"
            and issubclass(type(error), SyntaxError)
            and caller
            and caller.f_code.co_name in _CELL_FUNCTIONS
        ):
            kind = "syntax"  # the cell's text could not even be made Python
        self._capture(Caught(error, traceback, self._kind(error, kind), cell))

    # -- threads and tasks --------------------------------------------------------------------------------------------

    def _thread_failed(self, args: Any) -> None:
        with self._faults:
            error = as_exception(args.exc_value)
            if self.installed and error is not None and args.exc_type is not SystemExit:
                cell = self._cell_of_traceback(args.exc_traceback)._replace(execution_count=COUNTLESS)
                self._capture(Caught(error, args.exc_traceback, self._kind(error, "thread"), cell))
        self._previous_thread_hook(args)

    def _watch_loop(self) -> None:
        """Hear of tasks that fail unawaited on this thread's loop, which begins after the startup files ran."""
        loop = asyncio._get_running_loop()
        if loop is None or any(loop is watched for watched, _ in self._loops):
            return
        self._loops = [(other, previous) for other, previous in self._loops if not other.is_closed()]
        self._loops.append((loop, loop.get_exception_handler()))
        loop.set_exception_handler(self._task_failed)

    def _task_failed(self, loop: Any, context: Dict[str, Any]) -> None:
        with self._faults:
            error = as_exception(context.get("exception"))
            if error is not None and ("future" in context or "task" in context):
                traceback = traceback_of(error)
                cell = self._cell_of_traceback(traceback)._replace(execution_count=COUNTLESS)
                self._capture(Caught(error, traceback, "task", cell))
        previous = next((handler for watched, handler in self._loops if watched is loop), None)
        if previous is not None:
            previous(loop, context)
        else:
            loop.default_exception_handler(context)

    # -- what is known of an error ------------------------------------------------------------------------------------

    def _kind(self, error: BaseException, kind: str) -> str:
        """`kind`, unless the reader stopped the cell: an await that is interrupted raises CancelledError."""
        if issubclass(type(error), SystemExit):
            return "exit"
        if issubclass(type(error), KeyboardInterrupt) or (
            kind == "cell" and issubclass(type(error), asyncio.CancelledError)
        ):
            return "interrupt"
        return kind

    def _cell_of_traceback(self, traceback: Optional[types.TracebackType]) -> Cell:
        """The cell in which the failing code was written: that of the outermost frame from a cell."""
        while traceback is not None:
            place = self.cells.place_of(traceback.tb_frame.f_code.co_filename)
            if place is not None:
                return self.cells.numbered(place.execution_count) or Cell(place.execution_count, "", None)
            traceback = traceback.tb_next
        return Cell(COUNTLESS, "", None)

    def _shown(self) -> "Deque[BaseException]":
        """The last exceptions shown while the cell of this thread runs: IPython itself keeps the last one."""
        if not hasattr(self._threads, "shown"):
            self._threads.shown = deque(maxlen=_REMEMBERED)
        shown: Deque[BaseException] = self._threads.shown
        return shown

    def _is_silent(self) -> bool:
        """Whether a front end runs code of its own, which is no cell of the notebook (`silent` in the request)."""
        get_parent = getattr(self.shell, "get_parent", None)
        content = get_parent().get("content") if get_parent is not None and get_parent() else None
        return bool(isinstance(content, dict) and content.get("silent"))

    # -- wrapping a method of the shell -------------------------------------------------------------------------------

    def _wrap(self, name: str, replacement: Callable[..., Any]) -> None:
        """Put `replacement(shown, ...)` before the shell's method; what was there is called by it."""
        method = getattr(self.shell, name)

        def wrapper(shell: Any, *args: Any, **kwargs: Any) -> Any:
            return replacement(method, *args, **kwargs)

        wrapper._errreport_wrapped = (self.shell.__dict__.get(name), wrapper)  # type: ignore[attr-defined]
        setattr(self.shell, name, types.MethodType(wrapper, self.shell))

    def _unwrap(self, name: str) -> None:
        """Take the wrapper away, unless somebody else has wrapped it since: then it only passes on."""
        current = self.shell.__dict__.get(name)
        wrapped = getattr(current, "_errreport_wrapped", None)
        if wrapped is None:
            return
        if wrapped[0] is None:
            delattr(self.shell, name)
        else:
            setattr(self.shell, name, wrapped[0])


def _nothing(failed: bool) -> None:
    return


def _is_wrapped(shell: Any, event: str, callback: Callable[..., None]) -> bool:
    """Whether IPython 7 and older hold `callback` inside an adapter of their own."""
    return any(getattr(held, "__wrapped__", None) is callback for held in shell.events.callbacks[event])


def _kind_by_caller(caller: Optional[types.FrameType]) -> str:
    """Why an error is shown while a cell runs, by who asks for it.

    IPython itself: `%run`, or the cell (`%time`, a failing `__repr__`). The reader's own code: the cell. Anything else
    that is installed, such as ipywidgets for `with Output():`, shows what a callback raised.
    """
    module = module_of(caller) if caller is not None else None
    if not is_ipython(module):
        return "cell" if module == "__main__" else "callback"
    for _ in range(4):
        if caller is None or not is_ipython(module_of(caller)):
            break
        if caller.f_code.co_name in _RUN_FUNCTIONS:
            return "run"
        caller = caller.f_back
    return "cell"

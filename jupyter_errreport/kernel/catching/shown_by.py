"""Why an error is shown while a cell runs, by who asks for it."""

from types import FrameType, TracebackType
from typing import Callable, Optional

from ..modules import is_ipython, is_own, module_of

_RUN_FUNCTIONS = ("safe_execfile", "safe_execfile_ipy", "safe_run_module")
_CELL_FUNCTIONS = ("run_cell", "_run_cell", "run_cell_async")
_HANDED_ON = (*_RUN_FUNCTIONS, *_CELL_FUNCTIONS, "run_code", "run_ast_nodes", "wrapped", "showtraceback", "CustomTB")
"""Functions of IPython that show an error; others' handlers and patches are called by these."""
_MAGICS = ("run_line_magic", "run_cell_magic")
_CO_NEWLOCALS, _CO_COROUTINE = 0x2, 0x80
_FRAMES_SEARCHED = 200


def kind_by_caller(caller: Optional[FrameType], has_cell: Callable[[], bool]) -> str:
    """`cell`, `syntax`, `run` or `callback`; `has_cell` tells whether the error went through code of a cell.

    IPython itself: `%run`, or the cell (`%time`, a failing `__repr__`), also where a library's handler or patch stands
    in between. The reader's own code: the cell. A library's magic that runs a file: as `%run`. Anything else that is
    installed, such as ipywidgets for `with Output():`, shows what a callback raised.
    """
    asking, above = caller, None
    for _ in range(_FRAMES_SEARCHED):
        if asking is None or is_ipython(module_of(asking)):
            break
        asking, above = asking.f_back, asking
    if above is None:
        return _kind_by_ipython(asking)
    if asking is not None and not _is_code_of_a_cell(above):
        if asking.f_code.co_name in _HANDED_ON:
            return _kind_by_ipython(asking)
        if asking.f_code.co_name in _MAGICS:
            return "cell" if has_cell() else "run"
    return "cell" if caller is not None and module_of(caller) == "__main__" else "callback"


def is_by_cell_function(caller: Optional[FrameType]) -> bool:
    """Whether IPython shows an error that came up before or after the cell's code ran."""
    while caller is not None and not is_ipython(module_of(caller)):
        caller = caller.f_back
    return caller is not None and caller.f_code.co_name in _CELL_FUNCTIONS


def came_from_code(traceback: Optional[TracebackType]) -> bool:
    """Whether an error went through IPython's running of code."""
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name == "run_code" and is_ipython(module_of(frame)):
            return True
        traceback = traceback.tb_next
    return False


def _is_code_of_a_cell(frame: FrameType) -> bool:
    """Whether this is the outermost frame of a cell or of a file that is run, which IPython executes: no function's."""
    flags = frame.f_code.co_flags
    return not flags & _CO_NEWLOCALS or bool(flags & _CO_COROUTINE)


def _kind_by_ipython(caller: Optional[FrameType]) -> str:
    for _ in range(16):
        # Between two functions of IPython that call each other through the shell stand ours.
        if caller is None or not (is_ipython(module_of(caller)) or is_own(module_of(caller))):
            break
        if caller.f_code.co_name in _RUN_FUNCTIONS:
            return "run"
        caller = caller.f_back
    return "cell"

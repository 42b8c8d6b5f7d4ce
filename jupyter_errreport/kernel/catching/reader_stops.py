"""Whether an error is the reader's own doing: an interrupt, a way out, the end of a debugger's session."""

import asyncio
import signal
import sys
from collections import deque
from types import ModuleType
from typing import Any, Iterator

from ...slots import mro_of, names_of_module

CHAIN_SEARCHED = 100
"""Exceptions of a chain among which an interrupt is looked for."""

_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_attributes = BaseException.__dict__["__dict__"].__get__
_exit_code = SystemExit.__dict__["code"].__get__
_GROUP = getattr(sys.modules["builtins"], "BaseExceptionGroup", None)
_cancelling = getattr(asyncio.Task, "cancelling", None)  # since Python 3.11
_INTERRUPTED = (-int(signal.SIGINT), 128 + int(signal.SIGINT))
"""How a child ends that SIGINT ended, and how a shell says so of its own child."""


def kind_of(error: BaseException, kind: str) -> str:
    """`kind`, or `exit` or `interrupt` where the reader stopped the cell.

    `exit`, `quit` and `sys.exit()` are a way out; an exit with a status or a text says that something failed. Whatever
    came from an interrupt is one: `except BaseException: raise RuntimeError` makes no error of a Ctrl-C.
    """
    if issubclass(type(error), SystemExit):
        code = _exit_code(error)
        return "exit" if code is None or (issubclass(type(code), int) and int.__eq__(code, 0)) else kind
    if any(_is_interrupt(other) for other in _chain(error)):
        return "interrupt"
    if kind == "cell" and issubclass(type(error), asyncio.CancelledError) and _is_cancelled():
        return "interrupt"
    return kind


def _is_interrupt(error: BaseException) -> bool:
    cls = type(error)
    if issubclass(cls, KeyboardInterrupt) or _is_of(cls, "bdb", "BdbQuit"):
        return True
    return _is_of(cls, "subprocess", "CalledProcessError") and _return_code(error) in _INTERRUPTED


def _is_of(cls: type, module: str, name: str) -> bool:
    """Whether a class is, or comes from, one of a module that is loaded."""
    holder = sys.modules.get(module)
    base = names_of_module(holder).get(name) if issubclass(type(holder), ModuleType) else None
    return any(other is base for other in mro_of(cls)) if base is not None else False


def _return_code(error: BaseException) -> int:
    """The exit status of the process that failed; 0 where it is no plain number."""
    attributes = _attributes(error)
    code = attributes.get("returncode") if type(attributes) is dict else None
    return code if type(code) is int else 0


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it came from and holds, `raise ... from None` or not."""
    seen, waiting = {id(error)}, deque([error])
    while waiting and len(seen) < CHAIN_SEARCHED:
        current = waiting.popleft()
        yield current
        for other in (_cause(current), _context(current), *_members(current)):
            if issubclass(type(other), BaseException) and id(other) not in seen:
                seen.add(id(other))
                waiting.append(other)


def _members(error: BaseException) -> Any:
    if _GROUP is None or not issubclass(type(error), _GROUP):
        return ()
    return _GROUP.__dict__["exceptions"].__get__(error)[:CHAIN_SEARCHED]


def _is_cancelled() -> bool:
    """Whether it is the cell itself that was cancelled, as an interrupt does it, and not a task that it waited for.

    Called where the cell runs. Before Python 3.11 nobody can tell: then it counts as an interrupt.
    """
    if _cancelling is None:
        return True
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no loop turns here: an interrupt would have been a KeyboardInterrupt
        return False
    return task is not None and (not issubclass(type(task), asyncio.Task) or _cancelling(task) > 0)

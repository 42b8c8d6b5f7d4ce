"""Errors that nobody awaits, as event loops tell of them, whatever handler the user gives a loop."""

import asyncio
from typing import Any, Callable, Dict, List, Tuple

from .wrapping import Wrapping

Failed = Callable[[Dict[str, Any]], None]
_TOLD_OF = ("future", "task", "handle")


class LoopWatch:
    """Calls `failed` with the context of each failing task, future or callback of the loops that were watched."""

    def __init__(self, failed: Failed) -> None:
        self._failed = failed
        self._loops: List[Tuple[Any, Any]] = []
        """Each loop with what takes us away again."""

    def watch(self) -> None:
        """Hear of the loop that runs on this thread; again and again costs nothing."""
        loop = asyncio._get_running_loop()
        if loop is None or any(loop is watched for watched, _ in self._loops):
            return
        self._loops = [(other, put) for other, put in self._loops if not other.is_closed()]
        # The method that tells the loop's handler: the handler itself belongs to the user, who may set another.
        put: Any = Wrapping(loop, "call_exception_handler", self._called)
        try:
            put.put()
        except AttributeError:  # a loop written in C (uvloop)
            put = _Handler(loop, self._tell)
            put.put()
        self._loops.append((loop, put))

    def take_away(self) -> None:
        """Give all loops back."""
        loops, self._loops = self._loops, []
        for _, put in loops:
            put.take_away()

    def _called(self, shown: Callable[..., Any], context: Any, *args: Any) -> Any:
        self._tell(context)
        return shown(context, *args)

    def _tell(self, context: Any) -> None:
        if issubclass(type(context), dict) and any(dict.__contains__(context, name) for name in _TOLD_OF):
            self._failed(context)


class _Handler:
    """A loop's exception handler that passes on to the one that was there."""

    def __init__(self, loop: Any, tell: Callable[[Any], None]) -> None:
        self._loop = loop
        self._tell = tell
        self._handler: Any = None
        self._previous: Any = None

    def put(self) -> None:
        """Stand before the handler that is there now."""
        previous = self._loop.get_exception_handler()

        def handler(loop: Any, context: Any) -> None:
            if self._handler is handler:
                self._tell(context)
            if previous is not None:
                previous(loop, context)
            else:
                loop.default_exception_handler(context)

        self._handler, self._previous = handler, previous
        self._loop.set_exception_handler(handler)

    def take_away(self) -> None:
        """Give the handler back, unless somebody else stands before us."""
        handler, self._handler = self._handler, None
        if self._loop.get_exception_handler() is handler:
            self._loop.set_exception_handler(self._previous)

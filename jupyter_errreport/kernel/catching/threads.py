"""Errors of threads, by `threading.excepthook`; Python 3.7 has none."""

import threading
from typing import Any, Callable, Optional


class ThreadHook:
    """Calls `failed` with what each thread's hook is given, then whatever hook was there before."""

    def __init__(self, failed: Callable[[Any], None]) -> None:
        self._failed = failed
        self._hook: Optional[Callable[[Any], None]] = None
        self._previous: Any = None

    def put(self) -> None:
        """Stand before the hook that is there now."""
        previous = getattr(threading, "excepthook", None)
        if previous is None:
            return

        def hook(args: Any) -> None:
            if self._hook is hook:  # one that others stand before is left in their chain, and only passes on
                self._failed(args)
            previous(args)

        threading.excepthook = self._hook = hook
        self._previous = previous

    def take_away(self) -> None:
        """Give the hook back, unless somebody else stands before us."""
        hook, self._hook = self._hook, None
        if hook is not None and threading.excepthook is hook:
            threading.excepthook = self._previous

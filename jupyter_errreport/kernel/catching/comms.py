"""Errors of comm targets and of their messages, which ipykernel catches and only logs."""

import logging
import sys
from typing import Any, Callable, List

_LOGGED = ("Exception opening comm", "Exception in comm_msg", "Exception in comm_close")
_MODULES = ("comm.base_comm", "ipykernel.comm.manager")


class CommErrors:
    """Calls `failed(value, traceback)` for each; what is logged stays as it is."""

    def __init__(self, shell: Any, failed: Callable[[Any, Any], None]) -> None:
        self._shell = shell
        self._failed = failed
        self._loggers: List[logging.Logger] = []

    def put(self) -> None:
        """Listen to the loggers that this ipykernel tells of them."""
        manager = getattr(getattr(self._shell, "kernel", None), "comm_manager", None)
        logs = [getattr(sys.modules.get(name), "logger", None) for name in _MODULES]
        for found in [*logs, getattr(manager, "log", None)]:
            log: Any = getattr(found, "logger", found)  # an adapter's
            if issubclass(type(log), logging.Logger) and log not in self._loggers:
                self._loggers.append(log)
                log.addFilter(self)

    def take_away(self) -> None:
        """Listen no more."""
        for log in self._loggers:
            log.removeFilter(self)
        self._loggers = []

    def filter(self, record: Any) -> bool:
        """Called by logging with each record; lets all pass."""
        text, raised = record.msg, record.exc_info
        if type(text) is str and text.startswith(_LOGGED) and type(raised) is tuple:
            self._failed(raised[1], raised[2])
        return True

"""Our own mistakes, kept out of the reader's kernel: swallowed, counted, and shown by `%errreport status`."""

import os
import threading
from types import TracebackType
from typing import Optional, Type

from ..contract import FAULTS_VARIABLE


class Faults:
    """A context manager that lets no exception out, and remembers how many there were and where the last one was."""

    def __init__(self) -> None:
        self.count = 0
        self.last = ""
        self._lock = threading.Lock()

    def __enter__(self) -> "Faults":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> bool:
        if kind is None:
            return False
        # A Ctrl-C that happens to land in our code is meant for the reader's cell.
        if kind is KeyboardInterrupt or os.environ.get(FAULTS_VARIABLE):
            return False
        with self._lock:
            self.count += 1
            where = traceback
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            # The type and the place only: a message might hold the reader's data.
            place = f" in {where.tb_frame.f_code.co_name}, line {where.tb_lineno}" if where is not None else ""
            self.last = kind.__name__ + place
        return True

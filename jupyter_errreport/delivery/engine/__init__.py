"""The engine that delivers: from a source of what waits to a receiver, again until the receiver has answered.

    source ──next──► engine ──send──► receiver
       ▲                │
       └─answered, put_off

One engine for what a kernel spooled, for a server's outbox and for a collector's alerts. It knows no thread and no
event loop: whoever drives it calls `turn`, and waits as long as `due_in` says.
"""

from .batch_limit import BatchLimit
from .engine import Engine
from .patience import Patience
from .receiver import Receiver
from .source import NotNow, Source
from .thread import EngineThread

__all__ = ["BatchLimit", "Engine", "EngineThread", "NotNow", "Patience", "Receiver", "Source"]

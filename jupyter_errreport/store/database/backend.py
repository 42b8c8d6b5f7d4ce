"""What `Database` needs of the kind of database that it has: here the kinds meet, and nowhere else they differ."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine


class Lock(Protocol):
    """A lock between processes. Whoever is killed gives it back."""

    def take(self, wait: bool) -> bool:
        """Take the lock, if need be when its owner gives it back; False when it can't be had."""

    def release(self) -> None:
        """Give it back. Safe to call when it was not taken, and from another thread while `take` waits."""

    @property
    def is_held(self) -> bool:
        """Whether it was taken, and is ours still."""

    def __enter__(self) -> "Lock":
        """Wait for it; where it can't be had at all, go on without."""

    def __exit__(self, *exc: object) -> None: ...


class Backend(ABC):
    """One place where errors are kept. Nothing is opened before `open`."""

    kind: str
    name: str
    """What messages call it: never with a password."""
    path: Path | None = None
    """Its file, if it has one of its own."""
    when_slow: str
    """What to say when it does not open in time."""
    shared = False
    """Whether several processes may write to it."""
    journal_mode: str | None = None
    """`wal` once open; None where there is no such thing."""

    @abstractmethod
    def writing_engine(self) -> Engine:
        """An engine for the one connection that writes. Each of its transactions keeps all other writers waiting."""

    @abstractmethod
    def reading_engine(self, connections: int) -> Engine:
        """An engine whose connections refuse to write, and see one state of the database in a transaction."""

    @abstractmethod
    def prepare(self, writing: Engine) -> None:
        """Make sure that it is there and keeps what it is given. Raises `DatabaseUnavailable` and what drivers do."""

    def complete(self, writing: Engine) -> None:  # noqa: B027 - SQLite has nothing to do
        """Its tables are those of this release: get ready for work."""

    @abstractmethod
    def explain(self, error: Exception) -> str:
        """Why it could not be opened, and what to do: sentences for the operator."""

    @abstractmethod
    def lock(self, purpose: str) -> Lock:
        """A lock between all processes that use this database."""

    def listen(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Have `tell` called, on a thread, when another process has written news; what comes back ends that."""
        return lambda: None

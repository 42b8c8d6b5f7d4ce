"""What the handlers need of the server that they run in."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ...event import EventMessageType
from ...store import Database, Limits
from ...store.groups.groups import GroupChange
from ...store.quotas import Quotas
from ...web.pages import Pages
from .intake import Intake
from .listeners import Listeners
from .outgoing import Outgoing
from .tally import Tally
from .turns import Turns


def _nothing(events: list[EventMessageType]) -> None:
    """Nobody wants to know."""


def _uncounted(reasons: Sequence[str]) -> None:
    """Nobody counts."""


def _nobody() -> None:
    """Nobody has to do anything."""


def _nowhere(connection: Connection) -> list[dict[str, Any]]:
    return []


@dataclass
class Service:
    """One server's database, limits and neighbours. Whoever makes it starts and closes the database."""

    database: Database
    limits: Limits | None = None
    dedup_days: float = 90
    accept_verbatim: bool = False
    """Whether to keep messages of kernels whose machine is configured to send all of them."""
    pass_on_to: Sequence[str] = ()
    """What the outbox calls the destinations to which every new event goes on."""
    hints_follow: bool = False
    """Whether errors go on to a collector, whose hints come back with its answer."""
    on_received: Callable[[Sequence[EventMessageType]], Awaitable[None]] | None = None
    """Called on the event loop with events that are about to be stored, which it may complete."""
    on_stored: Callable[[list[EventMessageType]], None] = _nothing
    """Called on the event loop with events that are on disk and were not before. Must not block."""
    on_refused: Callable[[Sequence[str]], None] = _uncounted
    """Called on the event loop with the reasons for which a request, or events of one, were refused. Must not block."""
    on_said: Callable[[], None] = _nobody
    """Called on the event loop when readers have said something of errors. Must not block."""
    on_counted: Callable[[], None] = _nobody
    """Called on the event loop when a session was opened, or cells of one were counted. Must not block."""
    on_deleted: Callable[[], None] = _nobody
    """Called on the event loop when errors were deleted. Must not block."""
    tell_decision: Callable[[dict[str, Any], GroupChange], str] | None = None
    """Tells a collector what was decided about a group, on a thread; why that does not know of it, empty when it does.
    """
    destinations: Callable[[Connection], list[dict[str, Any]]] = _nowhere
    """The state of each place to which errors go on, for `status`. Without secrets."""
    intake: Intake = field(init=False)
    """Through which events go into the database."""
    quotas: Quotas = field(default_factory=Quotas)
    """What is known of sizes and addresses, for the limits."""
    turns: Turns = field(default_factory=Turns)
    """In which large requests are checked."""
    outgoing: Outgoing = field(default_factory=Outgoing)
    """The answers that wait for clients to read them."""
    listeners: Listeners = field(default_factory=Listeners)
    """The open pages that want to know of it."""
    tally: Tally = field(default_factory=Tally)
    warning: str = ""
    """A sentence for `status` when something is wrong that lasts, such as a database in a temporary place."""
    title: str = "Errors"
    version: str = ""
    more_places: Sequence[tuple[str, str]] = ()
    """Pages of the server's own that all pages lead to: for each its address and its name."""
    home_url: str | None = None
    """Where the title of the pages leads; None for the list of errors."""
    has_keys: bool = False
    """Whether authors make keys of their notebooks here, on the pages of those."""
    github_repository: str = ""
    """`owner/name` of the repository in which pages offer to open issues; empty for none."""
    snippet: str = "%load_ext jupyter_errreport\n1 / 0"
    """What to run in a notebook to see a first error here; `{address}` becomes the address of this server."""
    pages: Pages = field(default_factory=Pages)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("jupyter_errreport.api"))

    def __post_init__(self) -> None:
        """Make what goes with the database."""
        self.intake = Intake(self.database)

"""What a keeper of accounts has to do for us: lead a browser there and back, and say who that is."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from .people import Person


class Started(NamedTuple):
    """A login that has begun."""

    url: str
    """Where the browser is led."""
    kept: dict[str, str]
    """What the browser keeps meanwhile, in a signed cookie: it comes back to `finish`."""


class Finished(NamedTuple):
    """A login that has gone well."""

    person: Person
    shown: str
    """What the browser is to show from now on, for `person_of`; empty when we keep the login ourselves."""


class LoginFailed(Exception):  # noqa: N818 - a sentence for the person, not a fault of ours
    """Nobody is logged in; a sentence says why."""


class NoAnswer(Exception):  # noqa: N818
    """The keeper of accounts does not answer, or not now; a sentence says so."""


class TooManyWrongTokens(Exception):  # noqa: N818
    """An address has shown so many tokens that nobody has, that nobody is asked about another for a while."""


class Way(Protocol):
    """One keeper of accounts."""

    @property
    def label(self) -> str:
        """What people call it: Log in with `label`."""

    async def begin(self, state: str) -> Started:
        """Where to send a browser; `state` comes back with it. Raises `NoAnswer`."""

    async def finish(self, arguments: Mapping[str, str], kept: Mapping[str, str]) -> Finished:
        """Who has come back with these arguments of the address. Raises `LoginFailed`, `NoAnswer`."""

    async def person_of(self, shown: str, session_id: str) -> Person | None:
        """Who shows what `finish` gave, today; None when nobody does any more. Raises `NoAnswer`."""

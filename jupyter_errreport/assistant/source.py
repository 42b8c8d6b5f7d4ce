"""Where an assistant's answers come from: a collector by its REST interface, or its database."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar, get_args
from urllib.parse import quote, urlencode

from ..contract import GROUP_STATUSES
from ..delivery import Destination
from ..delivery.asking import NoAnswer, ask
from ..store import Database
from ..store.database.writer import Work
from ..store.errors.errors import list_errors
from ..store.events.filters import Filters
from ..store.groups.groups import GroupFilters, Order, SeveralGroups, find_group, list_groups
from ..store.published.sources import find_source

TIMEOUT = 20.0
"""Seconds to wait for an answer."""
ORDERS: tuple[str, ...] = get_args(Order)

Result = TypeVar("Result")


class CannotRead(Exception):  # noqa: N818 - the name says what is the case
    """There is no answer; the text says why, and what to do."""


class Source(Protocol):
    """All raise `CannotRead`. Filters are those of the REST interface; those that are empty hold nothing back."""

    def groups(self, order: str, limit: int, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """Groups, as `GET groups` lists them."""

    def group(self, group_id: str) -> dict[str, Any] | None:
        """One group, as `GET groups/ID` shows it."""

    def errors(self, limit: int, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """Errors, the newest first, as `GET errors` lists them."""

    def published(self, notebook: str) -> dict[str, Any] | None:
        """The cells that a notebook's author has published, as `GET notebooks/NAME/source` shows them."""


class CollectorSource:
    """A collector, with the rights of a token."""

    def __init__(self, url: str, token: str) -> None:
        self._collector = Destination.collector(url, token)

    def groups(self, order: str, limit: int, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """`GET groups`."""
        return self._list("groups", {"order": order, "limit": str(limit), **filters})

    def group(self, group_id: str) -> dict[str, Any] | None:
        """`GET groups/ID`."""
        found: dict[str, Any] | None = self._get(f"groups/{quote(group_id, safe='')}")
        return found

    def errors(self, limit: int, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """`GET errors`."""
        return self._list("errors", {"limit": str(limit), **filters})

    def published(self, notebook: str) -> dict[str, Any] | None:
        """`GET notebooks/NAME/source`."""
        found: dict[str, Any] | None = self._get(f"notebooks/{quote(notebook, safe='')}/source")
        return found

    def _list(self, path: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        given = urlencode({name: value for name, value in query.items() if value})
        return self._get(f"{path}?{given}") or []

    def _get(self, path: str) -> Any:
        host = self._collector.label
        try:
            (answer,) = ask(self._collector, "GET", [path], TIMEOUT)
        except NoAnswer as error:
            raise CannotRead(f"{error}. Is the collector running, and is --url right?") from error
        if answer.status == 404:
            return None
        if answer.status in (401, 403):
            raise CannotRead(
                f"{host} does not let this token read. Make one: jupyter errreport token create --role read"
            )
        told = answer.json
        if answer.status == 200 and told is not None:
            return told
        why = told.get("message") if isinstance(told, dict) else None
        raise CannotRead(f"{host} answered {answer.status}" + (f": {why}" if isinstance(why, str) else "."))


class DatabaseSource:
    """A collector's database, which is open meanwhile: for whoever may read its file anyway."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def groups(self, order: str, limit: int, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """As `GET groups`."""
        if order not in ORDERS:
            raise CannotRead(f"`order` is one of {', '.join(ORDERS)}.")
        if filters.get("status", "") not in ("", *GROUP_STATUSES):
            raise CannotRead(f"`status` is one of {', '.join(GROUP_STATUSES)}.")
        chosen = GroupFilters(**_given(filters))  # type: ignore[arg-type]
        return self._read(lambda connection: list_groups(connection, chosen, order, limit).items)  # type: ignore[arg-type]

    def group(self, group_id: str) -> dict[str, Any] | None:
        """As `GET groups/ID`."""
        try:
            return self._read(lambda connection: find_group(connection, group_id, None))
        except SeveralGroups as several:
            named = ", ".join(part["group"] for part in several.parts)
            raise CannotRead(f"This id names several groups now: {named}.") from several

    def errors(self, limit: int, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """As `GET errors`."""
        chosen = Filters(**_given(filters))
        return self._read(lambda connection: list_errors(connection, chosen, limit).items)

    def published(self, notebook: str) -> dict[str, Any] | None:
        """As `GET notebooks/NAME/source`."""
        return self._read(lambda connection: find_source(connection, notebook))

    def _read(self, work: Work[Result]) -> Result:
        return self._database.read(work).result(TIMEOUT)


def _given(filters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in filters.items() if value}

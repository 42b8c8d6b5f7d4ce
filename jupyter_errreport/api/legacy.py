"""The protocol of notebook-error-reporter, so that its released client (0.1.1) works unchanged.

There a session is a "usage" and its key the usage's `uuid`. Lists never show a key: they have the public id there.
Ids are numbers there; here they are derived from ours, and fit into what JavaScript can count to.
"""

from typing import Any, ClassVar

from sqlalchemy import Connection

from ..contract import PAGE_LIMIT, PAGE_SIZE
from ..event import EventMessageType, public_session
from ..store.errors.errors import find_error, list_oldest_errors
from ..store.events.filters import Filters, Scope
from ..store.sessions import find_session, list_oldest_sessions
from .http.access import Access
from .http.body import TakesBody
from .http.problem import Problem
from .http.query import read_number
from .http.resource import Resource
from .receiving.brought import BY_KEY, mark
from .receiving.receive import receive_one
from .sessions import opened, unknown_session

_SKIP_LIMIT = 10_000_000
_ERRORS_OF_USAGE = 10_000


class Usages(TakesBody, Resource):
    """`usages/`."""

    access: ClassVar[dict[str, Access]] = {"get": "read", "post": "report"}
    takes_body = True
    depth = 1

    async def post(self) -> None:
        """Open a session."""
        body = self.read_json()
        if isinstance(body, dict):
            body = {name: body[name] for name in ("notebook",) if name in body}
        key, row = await opened(self, body)
        self.answer(_usage(row, key, []))

    async def get(self) -> None:
        """Sessions, oldest first, each with its errors."""
        skip, limit = _skip_and_limit(self)
        scope = self.notebook_scope

        def work(connection: Connection) -> list[dict[str, Any]]:
            return [
                _usage(row, row["session"], _errors_of(connection, row["session"], row["session"], scope))
                for row in list_oldest_sessions(connection, scope, skip, limit)
            ]

        self.answer(await self.read_db(work))


class OneUsage(Resource):
    """`usages/KEY`. Who knows the key may see the session's errors."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}
    depth = 1

    async def get(self, key: str) -> None:
        """A session with its errors, oldest first; also one that has errors but was never opened."""
        session = public_session(key)

        def work(connection: Connection) -> dict[str, Any] | None:
            row = find_session(connection, session)
            errors = _errors_of(connection, session, key, None)  # who has the key is the reader
            if row is None and errors:
                row = {"session": session, "notebook": errors[0]["notebook"], "opened_at": errors[0]["received_at"]}
            return None if row is None else _usage(row, key, errors)

        usage = await self.read_db(work)
        if usage is None:
            raise unknown_session()
        self.answer(usage)


class AllErrors(Resource):
    """`errors/`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}
    depth = 1

    async def get(self) -> None:
        """Errors, oldest first."""
        skip, limit = _skip_and_limit(self)
        filters = Filters(scope=self.notebook_scope)
        items = await self.read_db(lambda connection: list_oldest_errors(connection, filters, skip, limit))
        self.answer([_error(item, item["session"] or "") for item in items])


class UsageError(TakesBody, Resource):
    """`errors/KEY/`."""

    access: ClassVar[dict[str, Access]] = {"post": "report"}
    takes_body = True
    depth = 2

    async def post(self, key: str) -> None:
        """Add an error to a session that is open."""
        session = public_session(key)
        row = await self.read_db(lambda connection: find_session(connection, session))
        if row is None:
            raise unknown_session()

        def complete(event: EventMessageType) -> None:
            event["session"] = session
            mark(event, BY_KEY)
            event["notebook"] = row["notebook"]

        _, outcome = await receive_one(self, self.read_json(), complete, is_raw=True)
        stored = await self.read_db(lambda connection: find_error(connection, outcome.event_id))
        if stored is None or stored["session"] != session:  # rejected, or a duplicate of one that was deleted
            raise Problem(400, outcome.reason or outcome.status, "This error was not stored, and will not be.")
        self.answer(_error(stored, key))


def _usage(row: dict[str, Any], uuid: str, errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": int(row["session"][:13], 16),
        "ip": "",  # there it was the reader's address
        "uuid": uuid,
        "notebook": row["notebook"],
        "timestamp": row["opened_at"],
        "errors": errors,
    }


def _errors_of(connection: Connection, session: str, shown_as: str, scope: Scope) -> list[dict[str, Any]]:
    found = list_oldest_errors(connection, Filters(session=session, scope=scope), 0, _ERRORS_OF_USAGE)
    return [_error(item, shown_as) for item in found]


def _error(item: dict[str, Any], uuid: str) -> dict[str, Any]:
    event_id: str = item["event_id"]
    # The moment of a UUIDv7 (48 bits) and five of its random bits.
    number = int(event_id[:8] + event_id[9:13], 16) << 5 | int(event_id[-2:], 16) & 31
    return {**item, "id": number, "usage_uuid": uuid}


def _skip_and_limit(resource: Resource) -> tuple[int, int]:
    return read_number(resource, "skip", 0, 0, _SKIP_LIMIT), read_number(resource, "limit", PAGE_SIZE, 1, PAGE_LIMIT)

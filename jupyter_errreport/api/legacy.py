"""The protocol of notebook-error-reporter, so that its released client (0.1.1) works unchanged.

There a session is a "usage" and its key the usage's `uuid`. Lists never show a key: they have the public id there.
Ids are numbers there; here they are derived from ours, and fit into what JavaScript can count to.
"""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from sqlalchemy import Connection

from ..contract import PAGE_LIMIT, PAGE_SIZE
from ..event import EventMessageType, public_session
from ..store.errors.errors import find_error, list_oldest_errors
from ..store.events.filters import Filters
from ..store.sessions import find_session, list_oldest_sessions
from .http.access import Access
from .http.body import TakesBody
from .http.error_pages import FIRST, oldest_errors
from .http.exports import TYPES, encoded
from .http.problem import Problem
from .http.query import read_number
from .http.resource import Resource
from .receiving.brought import BY_KEY, mark
from .receiving.receive import receive_one
from .service.outgoing import send
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
        self.answer(_usage(row, key))

    async def get(self) -> None:
        """Sessions, oldest first, each with its errors."""
        skip, limit = _skip_and_limit(self)
        scope = self.notebook_scope
        rows = await self.read_db(lambda connection: list_oldest_sessions(connection, scope, skip, limit))

        async def texts() -> AsyncIterator[str]:
            for index, row in enumerate(rows):
                errors = oldest_errors(self, Filters(session=row["session"], scope=scope), 0, _ERRORS_OF_USAGE)
                yield "," if index else ""
                async for text in _usage_texts(row, row["session"], errors):
                    yield text

        await _send_array(self, texts())


class OneUsage(Resource):
    """`usages/KEY`. Who knows the key may see the session's errors."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}
    depth = 1

    async def get(self, key: str) -> None:
        """A session with its errors, oldest first; also one that has errors but was never opened."""
        session = public_session(key)
        filters = Filters(session=session)  # who has the key is the reader, whatever notebook it is

        def work(connection: Connection) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
            return find_session(connection, session), list_oldest_errors(connection, filters, 0, FIRST)

        row, first = await self.read_db(work)
        if row is None and first:
            row = {"session": session, "notebook": first[0]["notebook"], "opened_at": first[0]["received_at"]}
        if row is None:
            raise unknown_session()
        self.set_header("Content-Type", TYPES["json"])
        await send(self, _usage_texts(row, key, oldest_errors(self, filters, 0, _ERRORS_OF_USAGE, first)))


class AllErrors(Resource):
    """`errors/`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}
    depth = 1

    async def get(self) -> None:
        """Errors, oldest first."""
        skip, limit = _skip_and_limit(self)
        items = oldest_errors(self, Filters(scope=self.notebook_scope), skip, limit)
        await _send_array(self, _joined(encoded(_error(item, item["session"] or "")) async for item in items))


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

        event, outcome = await receive_one(self, self.read_json(), complete, is_raw=True)
        if outcome.is_sampled:
            self.answer(_error({**event, "group": outcome.group, "sampled": True}, key))
            return
        stored = await self.read_db(lambda connection: find_error(connection, outcome.event_id))
        if stored is None or stored["session"] != session:  # rejected, or a duplicate of one that was deleted
            raise Problem(400, outcome.reason or outcome.status, "This error was not stored, and will not be.")
        self.answer(_error(stored, key))


def _usage(row: dict[str, Any], uuid: str) -> dict[str, Any]:
    return {
        "id": int(row["session"][:13], 16),
        "ip": "",  # there it was the reader's address
        "uuid": uuid,
        "notebook": row["notebook"],
        "timestamp": row["opened_at"],
        "errors": [],
    }


async def _usage_texts(row: dict[str, Any], shown_as: str, errors: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    """A session as JSON, piece by piece."""
    yield encoded(_usage(row, shown_as)).removesuffix("]}")
    async for text in _joined(encoded(_error(item, shown_as)) async for item in errors):
        yield text
    yield "]}"


async def _joined(texts: AsyncIterator[str]) -> AsyncIterator[str]:
    comma = ""
    async for text in texts:
        yield comma + text
        comma = ","


async def _send_array(resource: Resource, texts: AsyncIterator[str]) -> None:
    async def whole() -> AsyncIterator[str]:
        yield "["
        async for text in texts:
            yield text
        yield "]"

    resource.set_header("Content-Type", TYPES["json"])
    await send(resource, whole())


def _error(item: dict[str, Any], uuid: str) -> dict[str, Any]:
    event_id: str = item["event_id"]
    # The moment of a UUIDv7 (48 bits) and five of its random bits.
    number = int(event_id[:8] + event_id[9:13], 16) << 5 | int(event_id[-2:], 16) & 31
    return {**item, "id": number, "usage_uuid": uuid}


def _skip_and_limit(resource: Resource) -> tuple[int, int]:
    return read_number(resource, "skip", 0, 0, _SKIP_LIMIT), read_number(resource, "limit", PAGE_SIZE, 1, PAGE_LIMIT)

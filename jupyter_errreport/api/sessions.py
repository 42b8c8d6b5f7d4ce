"""Sessions: open, list, erase."""

import uuid
from typing import Any, ClassVar

from sqlalchemy import Connection

from ..contract import RELEASE_LIMIT, TOO_MANY_SESSIONS
from ..event import public_session
from ..store.events.filters import Filters
from ..store.limits import NotebookLimitError, SessionLimitError
from ..store.paging import encode_cursor
from ..store.sessions import erase_session, list_sessions, open_session
from .http.access import Access
from .http.body import TakesBody
from .http.deletion import delete_in_steps
from .http.fields import checked
from .http.filters import read_error_filters
from .http.problem import Problem, too_many
from .http.query import PAGING, SESSION_FILTERS, read_paging
from .http.resource import Resource
from .receiving.masked import masked_notebook
from .receiving.receive import check_scope
from .receiving.validation import SentSession


class Sessions(TakesBody, Resource):
    """`sessions`."""

    access: ClassVar[dict[str, Access]] = {"get": "read", "post": "report"}
    takes_body = True

    async def post(self) -> None:
        """Open a session or report its counts; its key is told to the caller and to nobody else."""
        key, row = await opened(self, self.read_json())
        self.answer({"uuid": key, **{name: row[name] for name in ("session", "notebook", "opened_at")}})

    async def get(self) -> None:
        """The list, newest first, without keys and addresses."""
        filters = read_error_filters(self, SESSION_FILTERS, PAGING)
        limit, cursor = read_paging(self)
        page = await self.read_db(lambda connection: list_sessions(connection, filters, limit, cursor))
        next_url = self.link_next(encode_cursor(page.next)) if page.next else None
        self.set_header("Vary", "Accept")
        if not self.wants_page:
            self.answer(page.items)
            return
        given = {name: self.get_query_argument(name, "") for name in SESSION_FILTERS}
        later = cursor is not None
        self.answer_page("sessions.html", sessions=page.items, given=given, next_url=next_url, later=later)


class OneSession(Resource):
    """`sessions/KEY`. Who knows the key is the reader whose session it is."""

    access: ClassVar[dict[str, Access]] = {"delete": "open"}

    async def delete(self, key: str) -> None:
        """Erase the session and its errors."""
        session = public_session(key)
        deleted = await delete_in_steps(self, Filters(session=session))
        rest = await self.write_db(lambda connection: erase_session(connection, session))
        if rest is None and not deleted:
            raise unknown_session()
        self.service.on_deleted()
        self.answer({"deleted": deleted + (rest or 0)})


async def opened(resource: Resource, body: Any) -> tuple[str, dict[str, Any]]:
    """Open a session as `body` asks: its key and its row. Raises `Problem`."""
    sent = checked(body, SentSession)
    key = sent.uuid or uuid.uuid4().hex
    notebook = masked_notebook(sent.notebook)
    check_scope(resource, notebook)
    service, address = resource.service, resource.sender_address

    def work(connection: Connection) -> dict[str, Any]:
        return open_session(
            connection,
            public_session(key),
            notebook,
            address,
            service.limits,
            sent.good_cells,
            sent.failed_cells,
            sent.release and sent.release[:RELEASE_LIMIT],
            service.pass_on_to,
        )

    try:
        row = await resource.write_db(work)
    except NotebookLimitError as error:
        raise too_many(
            "limit_notebooks", "There are as many notebooks here as there may be; nothing was stored.", 86_400
        ) from error
    except SessionLimitError as error:
        raise too_many(
            TOO_MANY_SESSIONS,
            f"{'With this token' if resource.token_name else 'From this address'} as many sessions were opened today as"
            " one may; nothing was stored. Try again later.",
            3_600,
        ) from error
    service.on_counted()
    return key, row


def unknown_session() -> Problem:
    """What there is to say of a key that is not here."""
    return Problem(404, "unknown_session", "No session has this key; it may have been erased.")

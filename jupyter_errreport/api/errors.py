"""Errors: add, list, look at one, delete."""

from typing import ClassVar

from ..contract import LISTED_FIELDS
from ..store.errors.errors import came_by, delete_errors, find_error, list_errors
from ..store.events.filters import Filters
from ..store.paging import Cursor, encode_cursor
from ..web.error import error_page
from .http.access import Access
from .http.body import TakesBody
from .http.deletion import delete_in_steps
from .http.error_pages import FIRST, first_page, newest_errors
from .http.exports import FORMATS, answer_list, send_list
from .http.filters import read_error_filters
from .http.problem import Problem
from .http.query import ERROR_FILTERS, PAGING, read_choice, read_paging
from .http.resource import Resource
from .receiving.brought import session_shown
from .receiving.receive import answer_of, receive_many, receive_one

ROWS_OF_A_PAGE = 200
"""Errors that a page shows at most, whatever `limit` says."""


class Errors(TakesBody, Resource):
    """`errors`."""

    access: ClassVar[dict[str, Access]] = {"get": "read", "post": "report", "delete": "admin"}
    takes_body = True
    formats = FORMATS

    async def post(self) -> None:
        """Store one event, an array of events, or a line each; answer once they are on disk."""
        values, single = self.read_events()
        if single:
            _, outcome = await receive_one(self, values[0])
            self.answer(answer_of(outcome))
        else:
            self.answer(await receive_many(self, values))

    async def get(self) -> None:
        """The list, newest first, as data or as a page."""
        filters = read_error_filters(self, ERROR_FILTERS, (*PAGING, "all"))
        limit, cursor = read_paging(self)
        is_whole = read_choice(self, "all", ("true",)) is not None
        self.set_header("Vary", "Accept")
        if is_whole and not self.wants_page:
            page = await self.read_db(lambda connection: list_errors(connection, filters, FIRST, cursor))
            await send_list(self, newest_errors(self, filters, page, None), LISTED_FIELDS)
            return
        if not self.wants_page:
            await self._answer_list(filters, limit, cursor)
            return
        limit = min(limit, ROWS_OF_A_PAGE)
        page = await self.read_db(lambda connection: list_errors(connection, filters, limit, cursor))
        next_url = self.link_next(encode_cursor(page.next)) if page.next else None
        self.answer_page(
            "errors.html",
            errors=page.items,
            next_url=next_url,
            given={name: self.get_query_argument(name, "") for name in ERROR_FILTERS},
            later=cursor is not None,
            snippet=self.first_steps,
        )

    async def _answer_list(self, filters: Filters, limit: int, cursor: Cursor | None) -> None:
        page, end = await first_page(self, filters, limit, cursor)
        if end.next:
            self.link_next(encode_cursor(end.next))
        if page.next is None:
            answer_list(self, page.items, LISTED_FIELDS)
        else:
            await send_list(self, newest_errors(self, filters, page, end.next), LISTED_FIELDS)

    async def delete(self) -> None:
        """Delete what matches the filters; without any only with `all=true`."""
        filters = read_error_filters(self, ERROR_FILTERS, ("all",))
        everything = self.get_query_argument("all", "")
        if everything not in ("", "true"):
            raise Problem(400, "bad_all", "`all` can only be `true`; nothing was deleted.")
        given = any(getattr(filters, name) is not None for name in ERROR_FILTERS)
        if not given and not everything:
            raise Problem(
                400, "no_filter", "Without a filter this would delete every error; nothing was deleted. Add all=true."
            )
        deleted = await delete_in_steps(self, filters)
        self.service.on_deleted()
        self.answer({"deleted": deleted})


class OneError(Resource):
    """`errors/ID`."""

    access: ClassVar[dict[str, Access]] = {"get": "read", "delete": "admin"}
    depth = 1

    async def get(self, event_id: str) -> None:
        """One error, as JSON or as a page."""
        scope = self.notebook_scope
        self.set_header("Vary", "Accept")
        if self.wants_page:
            shown = await self.read_db(lambda connection: error_page(connection, event_id, scope))
            if shown is None:
                raise unknown_error()
            self.answer_page("error.html", **shown)
            return
        error = await self.read_db(lambda connection: find_error(connection, event_id, scope))
        if error is None:
            raise unknown_error()
        self.answer(error)

    async def is_own(self, *which: str) -> bool:
        """Whether the error came with the token that the caller alone has, or is of the session whose key they show."""
        session, token = session_shown(self), None if self.has_public_token else self.brought_by
        if session is None and token is None:
            return False
        return await self.read_db(lambda connection: came_by(connection, which[0], session, token))

    async def delete(self, event_id: str) -> None:
        """Delete one error; one's own also when it is another notebook's now."""
        filters = read_error_filters(self, (), (), of_all=await self.is_own(event_id))
        deleted = await self.write_db(lambda connection: delete_errors(connection, filters, event_id))
        if not deleted:
            raise unknown_error()
        self.service.on_deleted()
        self.answer({"deleted": deleted})


def unknown_error() -> Problem:
    """What there is to say of an id that is not here."""
    return Problem(404, "unknown_error", "There is no error of this id; it may have been deleted.")

"""Groups of equal errors: list, look at one, decide about it, merge and split."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, get_args

from msgspec import Meta, Struct

from ..contract import DECISION_LIMIT, GROUP_FIELDS, NUMBER_LIMIT, RELEASE_LIMIT, GroupStatus
from ..store.database.writer import Work
from ..store.groups.groups import (
    GroupChange,
    GroupFilters,
    Order,
    SeveralGroups,
    change_group,
    find_group,
    list_groups,
)
from ..store.groups.regroupings import RegroupingError, merge, split
from ..store.paging import Cursor, encode_cursor
from ..web.group import group_page
from ..web.groups import groups_page
from .github import issue_url
from .http.access import Access
from .http.body import TakesBody
from .http.exports import FORMATS, answer_list, send_list
from .http.fields import Id, checked, refuse
from .http.filters import read_group_filters
from .http.problem import Problem
from .http.query import GROUP_FILTERS, PAGING, read_choice, read_paging
from .http.resource import Resource, Result

ORDERS: tuple[Order, ...] = get_args(Order)
READ_AT_ONCE = 100
"""Groups of a whole list that are in memory."""
Text = Annotated[str, Meta(max_length=DECISION_LIMIT)]
Many = Annotated[int, Meta(ge=1, le=NUMBER_LIMIT)]


class SentUntil(Struct, forbid_unknown_fields=True):
    """For how long a group is ignored."""

    sessions: Many


class SentChange(Struct, forbid_unknown_fields=True):
    """What somebody decides about a group."""

    status: GroupStatus | None = None
    release: str | None = None
    until: Literal["again"] | SentUntil | None = None
    note: Text | None = None
    hint: Text | None = None


class SentMerge(Struct, forbid_unknown_fields=True):
    """Into which group one goes."""

    into: Id


class SentSplit(Struct, forbid_unknown_fields=True):
    """Which errors of a group become a group of their own."""

    fingerprint: Id
    notebook: str = ""
    """A group is of one: what clients send that know of several changes nothing."""
    cell: str = ""


class Groups(Resource):
    """`groups`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}
    formats = FORMATS

    async def get(self) -> None:
        """The groups, by `order`, the newest or largest first, as data or as a page."""
        filters = read_group_filters(self, ("order", "all", *PAGING))
        order: Order = read_choice(self, "order", ORDERS) or "last_seen"
        limit, cursor = read_paging(self, by_number=order in ("count", "sessions"))
        if read_choice(self, "all", ("true",)) and not self.wants_page:
            self.set_header("Vary", "Accept")
            await send_list(self, self._all(filters, order, cursor), GROUP_FIELDS)
            return
        page = await self.read_db(lambda connection: list_groups(connection, filters, order, limit, cursor))
        next_url = self.link_next(encode_cursor(page.next)) if page.next else None
        self.set_header("Vary", "Accept")
        if not self.wants_page:
            answer_list(self, page.items, GROUP_FIELDS)
            return
        given = {name: self.get_query_argument(name, "") for name in ("status", "order", *GROUP_FILTERS)}
        shown = await self.read_db(lambda connection: groups_page(connection, page.items, given["since"]))
        later = cursor is not None
        self.answer_page("groups.html", **shown, given=given, next_url=next_url, later=later, snippet=self.first_steps)

    async def _all(self, filters: GroupFilters, order: Order, cursor: Cursor | None) -> AsyncIterator[dict[str, Any]]:
        """The groups, read some at a time; one that moves up meanwhile may be missed, or come twice."""
        while True:
            page = await self.read_db(
                partial(list_groups, filters=filters, order=order, limit=READ_AT_ONCE, cursor=cursor)
            )
            for item in page.items:
                yield item
            cursor = page.next
            if cursor is None:
                return


class OneGroup(TakesBody, Resource):
    """`groups/ID`."""

    access: ClassVar[dict[str, Access]] = {"get": "read", "patch": "author"}
    takes_body = True
    depth = 1

    async def get(self, group_id: str) -> None:
        """A group, or the one that it was merged into, with where and when it happens."""
        self.set_header("Vary", "Accept")
        if not self.wants_page:
            self.answer(await find(self, group_id))
            return
        scope = self.notebook_scope
        try:
            shown = await self.read_db(lambda connection: group_page(connection, group_id, scope))
        except SeveralGroups as several:
            raise _several(several) from several
        if shown is None:
            raise unknown_group()
        repository, may_decide = self.service.github_repository, await self.may("author")
        self.answer_page(
            "group.html",
            **shown,
            issue_url=issue_url(repository, shown["group"]) if repository else "",
            may_decide=may_decide,
            kept_here=self.get_query_argument("kept", "") == "here" and self.service.tell_decision is not None,
            xsrf=self.xsrf_token.decode("ascii") if may_decide else "",
        )

    async def patch(self, group_id: str) -> None:
        """Resolve, ignore or open it; write the note or the hint. Answers the group as it is then."""
        self.answer(await decide(self, group_id, checked_change(self.read_json())))


class Merge(TakesBody, Resource):
    """`groups/ID/merge`."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    takes_body = True
    depth = 2

    async def post(self, group_id: str) -> None:
        """Make this group part of another, for what came and what will come; answers that one."""
        wanted, scope = checked(self.read_json(), SentMerge).into, self.notebook_scope
        one, into = [(await find(self, name))["group"] for name in (group_id, wanted)]
        await regroup(self, lambda connection: merge(connection, one, into, scope))
        self.answer(await find(self, into))


class Split(TakesBody, Resource):
    """`groups/ID/split`."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    takes_body = True
    depth = 2

    async def post(self, group_id: str) -> None:
        """Make a part of this group a group of its own, for good; answers that one."""
        sent, scope = checked(self.read_json(), SentSplit), self.notebook_scope
        one = (await find(self, group_id))["group"]
        new = await regroup(self, lambda connection: split(connection, one, sent.fingerprint, sent.cell, scope))
        self.answer(await find(self, new))


def checked_change(body: Any) -> GroupChange:
    """What a request's body decides. Raises `Problem` for what can't be decided."""
    sent = checked(body, SentChange)
    if sent.until is not None and sent.status != "ignored":
        refuse("until", 'goes with "status": "ignored"')
    if sent.release is not None and sent.status != "resolved":
        refuse("release", 'goes with "status": "resolved"')
    return GroupChange(
        status=sent.status,
        release=sent.release and sent.release[:RELEASE_LIMIT],
        until_again=sent.until == "again",
        until_sessions=sent.until.sessions if isinstance(sent.until, SentUntil) else None,
        note=sent.note,
        hint=sent.hint,
    )


async def decide(resource: Resource, group_id: str, change: GroupChange) -> dict[str, Any]:
    """Change a group; as it is then. Raises `Problem` when there is none that the caller may see."""
    current, scope = (await find(resource, group_id))["group"], resource.notebook_scope
    await resource.write_db(lambda connection: change_group(connection, current, change, scope))
    return await find(resource, current)


async def find(resource: Resource, group_id: str) -> dict[str, Any]:
    """The group. Raises `Problem` when there is none that the caller may see, or several are called so."""
    scope = resource.notebook_scope
    try:
        group = await resource.read_db(lambda connection: find_group(connection, group_id, scope))
    except SeveralGroups as several:
        raise _several(several) from several
    if group is None:
        raise unknown_group()
    return group


async def regroup(resource: Resource, work: Work[Result]) -> Result:
    """What a merge or a split gives. Raises `Problem` when it would change nothing."""
    try:
        return await resource.write_db(work)
    except RegroupingError as error:
        raise Problem(409, "nothing_to_regroup", str(error)) from error


def _several(several: SeveralGroups) -> Problem:
    return Problem(
        409,
        "several_groups",
        "This id is of a time when notebooks shared groups; it names several now. Ask for the one of your notebook.",
        groups=several.parts,
    )


def unknown_group() -> Problem:
    """What there is to say of an id that is not here."""
    return Problem(404, "unknown_group", "There is no group of this id; its errors may have been deleted.")

"""Groups of equal errors: list, look at one, decide about it, merge and split."""

from typing import Annotated, Any, ClassVar, Literal, get_args

from msgspec import Meta, Struct

from ..store.cursor import encode_cursor
from ..store.groups import GroupChange, GroupFilters, Order, Status, change_group, find_group, list_groups
from ..store.regroupings import RegroupingError, merge, split
from ..store.writer import Work
from .access import Access
from .body import TakesBody
from .problem import Problem
from .query import GROUP_FILTERS, PAGING, read_choice, read_filters, read_paging
from .resource import Resource, Result
from .validation import RELEASE_LIMIT, Id, checked, refuse

ORDERS: tuple[Order, ...] = get_args(Order)
STATUSES: tuple[Status, ...] = get_args(Status)
TEXT_LIMIT = 2_000
"""Characters of a note or a hint."""

Text = Annotated[str, Meta(max_length=TEXT_LIMIT)]
Many = Annotated[int, Meta(ge=1, le=1_000_000)]


class SentUntil(Struct, forbid_unknown_fields=True):
    """For how long a group is ignored."""

    sessions: Many


class SentChange(Struct, forbid_unknown_fields=True):
    """What somebody decides about a group."""

    status: Status | None = None
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
    notebook: str | None = None


class Groups(Resource):
    """`groups`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}

    async def get(self) -> None:
        """The groups, by `order`, the newest or largest first."""
        given = read_filters(self, GROUP_FILTERS, ("status", "order", *PAGING))
        filters = GroupFilters(read_choice(self, "status", STATUSES), **given, scope=self.notebook_scope)
        order: Order = read_choice(self, "order", ORDERS) or "last_seen"
        limit, cursor = read_paging(self)
        page = await self.read_db(lambda connection: list_groups(connection, filters, order, limit, cursor))
        if page.next:
            self.link_next(encode_cursor(page.next))
        self.answer(page.items)


class OneGroup(TakesBody, Resource):
    """`groups/ID`."""

    access: ClassVar[dict[str, Access]] = {"get": "read", "patch": "author"}
    takes_body = True
    depth = 1

    async def get(self, group_id: str) -> None:
        """A group, or the one that it was merged into, with where and when it happens."""
        self.answer(await find(self, group_id))

    async def patch(self, group_id: str) -> None:
        """Resolve, ignore or open it; write the note or the hint. Answers the group as it is then."""
        sent = checked(self.read_json(), SentChange)
        if sent.until is not None and sent.status != "ignored":
            refuse("until", 'goes with "status": "ignored"')
        if sent.release is not None and sent.status != "resolved":
            refuse("release", 'goes with "status": "resolved"')
        change = GroupChange(
            status=sent.status,
            release=sent.release and sent.release[:RELEASE_LIMIT],
            until_again=sent.until == "again",
            until_sessions=sent.until.sessions if isinstance(sent.until, SentUntil) else None,
            note=sent.note,
            hint=sent.hint,
        )
        current = (await find(self, group_id))["group"]
        await self.write_db(lambda connection: change_group(connection, current, change))
        self.answer(await find(self, current))


class Merge(TakesBody, Resource):
    """`groups/ID/merge`."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    takes_body = True
    depth = 2

    async def post(self, group_id: str) -> None:
        """Make this group part of another, for what came and what will come; answers that one."""
        into = checked(self.read_json(), SentMerge).into
        for wanted in (group_id, into):
            await find(self, wanted)
        await regroup(self, lambda connection: merge(connection, group_id, into))
        self.answer(await find(self, into))


class Split(TakesBody, Resource):
    """`groups/ID/split`."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    takes_body = True
    depth = 2

    async def post(self, group_id: str) -> None:
        """Make a part of this group a group of its own, for good; answers that one."""
        sent = checked(self.read_json(), SentSplit)
        await find(self, group_id)
        new = await regroup(self, lambda connection: split(connection, group_id, sent.fingerprint, sent.notebook))
        self.answer(await find(self, new))


async def find(resource: Resource, group_id: str) -> dict[str, Any]:
    """The group. Raises `Problem` when there is none that the caller may see."""
    scope = resource.notebook_scope
    group = await resource.read_db(lambda connection: find_group(connection, group_id, scope))
    if group is None:
        raise Problem(404, "unknown_group", "There is no group of this id; its errors may have been deleted.")
    return group


async def regroup(resource: Resource, work: Work[Result]) -> Result:
    """What a merge or a split gives. Raises `Problem` when it would change nothing."""
    try:
        return await resource.write_db(work)
    except RegroupingError as error:
        raise Problem(409, "nothing_to_regroup", str(error)) from error

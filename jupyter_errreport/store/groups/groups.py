"""Lists groups of equal errors, tells all that is known of one, and keeps what people decide about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, FromClause, RowMapping, and_, func, or_, select, text, update

from ...contract import GroupStatus
from ..database.clock import stamp
from ..events.filters import Scope, after, contains, in_scope
from ..figures.sampled import sampled_of_groups
from ..group_schema import former_groups, group_cells, group_days, group_fingerprints, group_releases, groups
from ..naming import is_notebook
from ..news import tell_others
from ..paging import Cursor, Page, page_of
from .former_groups import parts_of
from .published_releases import newest_published

Order = Literal["last_seen", "first_seen", "count", "sessions"]
CELL_LIMIT = 200
"""Cells of a group that are told, those with the most errors first."""
ELSEWHERE_LIMIT = 50
"""Groups of the same error in other notebooks that are told."""
LOOKED_AT = 10
"""How many of the first groups are looked at one by one, for each that a search wants."""
_HIDDEN = ("group_id", "wakes_again", "wakes_at_sessions", "cell_free")


@dataclass(frozen=True)
class GroupFilters:
    """All that are given must hold. `since` and `until` (not included) are moments of `last_seen`."""

    status: GroupStatus | None = None
    notebook: str | None = None
    error_name: str | None = None
    since: str | None = None
    until: str | None = None
    q: str | None = None
    """Text that stands in the first error's name, message or first line, or in the author's note, in any case."""
    scope: Scope = None
    """Not a filter of the reader's."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """What the database must ask of a row of `groups`."""
        found: list[ColumnElement[bool]] = []
        if self.status is not None:
            found.append(groups.c.status == self.status)
            if self.status != "open":  # which only the words of an index tell a planner that it may be used
                found.append(groups.c.status != text("'open'"))
        if self.error_name is not None:
            found.append(groups.c.error_name == self.error_name)
        if self.since is not None:
            found.append(groups.c.last_seen >= self.since)
        if self.until is not None:
            found.append(groups.c.last_seen < self.until)
        if self.q:
            found.append(self._contains(self.q))
        if self.notebook is not None:
            found.append(is_notebook(groups.c.notebook, self.notebook))
        return [*found, in_scope(groups, self.scope)]

    def _contains(self, text: str) -> ColumnElement[bool]:
        if self.notebook is not None:
            return _has(groups, text)
        # All groups, as they lie in their table: in the order of the list each would have to be fetched by itself.
        searched = groups.alias("searched")
        return groups.c.group_id.in_(select(searched.c.group_id).where(_has(searched, text)))


@dataclass(frozen=True)
class GroupChange:
    """What somebody decides about a group; what is None stays."""

    status: GroupStatus | None = None
    release: str | None = None
    """With `resolved`: the newest release that still has it. None for the one that was published last
    among those in which it was seen."""
    until_again: bool = False
    """With `ignored`: only until it happens again."""
    until_sessions: int | None = None
    """With `ignored`: only until so many more sessions have it."""
    note: str | None = None
    hint: str | None = None


def list_groups(
    connection: Connection, filters: GroupFilters, order: Order, limit: int, cursor: Cursor | None = None
) -> Page:
    """The groups that come first by `order` (the newest, or the largest) behind `cursor`, at most `limit`."""
    query = select(groups).order_by(groups.c[order].desc(), groups.c.group_id.desc())
    if cursor is not None:
        query = query.where(after(groups, order, "group_id", cursor))
    wanted = limit + 1
    rows: Sequence[RowMapping] = ()
    if filters.q:  # a word that many groups have is found among the first
        first = query.with_only_columns(groups.c.group_id).limit(LOOKED_AT * wanted).correlate(None)
        among = query.where(*replace(filters, q=None).conditions(), _has(groups, filters.q))
        among = among.where(groups.c.group_id.in_(first)).limit(wanted)
        rows = connection.execute(among).mappings().all()
    if len(rows) < wanted:
        rows = connection.execute(query.where(*filters.conditions()).limit(wanted)).mappings().all()
    page = page_of([_shown(row) for row in rows], limit, order, "group")
    counted = sampled_of_groups(connection, [item["group"] for item in page.items])
    return page._replace(items=[{**item, "sampled": counted[item["group"]]} for item in page.items])


class SeveralGroups(Exception):  # noqa: N818 - the name says what is the case
    """An id of former times names more than one group now."""

    def __init__(self, parts: list[dict[str, Any]]) -> None:
        super().__init__()
        self.parts = parts
        """Of each `group` and `notebook`, the newest first."""


def find_group(connection: Connection, group_id: str, scope: Scope) -> dict[str, Any] | None:
    """A group, or what became of it, with all its figures; None when there is none in the notebooks `scope`.

    Its `cells`, `days`, `releases` and `fingerprints` are as the tables have them; `elsewhere` are the groups of the
    same error in other notebooks. Raises `SeveralGroups`.
    """
    parts = parts_of(connection, group_id, scope)
    if len(parts) > 1:
        raise SeveralGroups(parts)
    group_id = parts[0]["group"] if parts else group_id
    query = select(groups).where(groups.c.group_id == group_id, in_scope(groups, scope))
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return {
        **_shown(row),
        "sampled": sampled_of_groups(connection, [group_id])[group_id],
        "cells": _cells(connection, row),
        "days": days_of_groups(connection, [group_id])[group_id],
        "releases": _rows(connection, group_releases, group_id, group_releases.c.last_seen.desc()),
        "fingerprints": _rows(connection, group_fingerprints, group_id, group_fingerprints.c.count.desc()),
        "elsewhere": _elsewhere(connection, row, scope),
    }


def groups_by_id(connection: Connection, group_ids: Collection[str], scope: Scope) -> dict[str, dict[str, Any]]:
    """The groups of these ids as lists show them, by id; a group that was merged by the id it had before, too."""
    wanted = list(set(group_ids))
    found: dict[str, dict[str, Any]] = {}
    query = select(groups).where(in_scope(groups, scope))
    led = query.add_columns(former_groups.c.former_id).join(
        former_groups, former_groups.c.group_id == groups.c.group_id
    )
    for row in connection.execute(led.where(former_groups.c.former_id.in_(wanted))).mappings():
        found[row["former_id"]] = _shown({name: row[name] for name in row if name != "former_id"})
    for row in connection.execute(query.where(groups.c.group_id.in_(wanted))).mappings():
        found[row["group_id"]] = _shown(row)
    return found


def days_of_groups(
    connection: Connection, group_ids: Sequence[str], since: str = ""
) -> dict[str, list[dict[str, Any]]]:
    """For each group the days (from `since` on) on which it happened, oldest first, and how often."""
    found: dict[str, list[dict[str, Any]]] = {group_id: [] for group_id in group_ids}
    query = select(group_days.c.group_id, group_days.c.day, group_days.c.count)
    query = query.where(group_days.c.group_id.in_(group_ids), group_days.c.day >= since[:10])
    for row in connection.execute(query.order_by(group_days.c.group_id, group_days.c.day)):
        found[row.group_id].append({"day": row.day, "count": row.count})
    return found


def change_group(connection: Connection, group_id: str, change: GroupChange, scope: Scope) -> bool:
    """Keep a decision; False when there is no such group in the notebooks `scope`."""
    values: dict[str, Any] = {name: getattr(change, name) for name in ("note", "hint")}
    values = {name: value for name, value in values.items() if value is not None}
    its = and_(groups.c.group_id == group_id, in_scope(groups, scope))
    row = connection.execute(select(groups).where(its)).mappings().first()
    if row is None:
        return False
    if change.hint is not None:
        values["hint_from"] = None
    if change.status is not None:
        values |= {
            "status": change.status,
            "status_at": stamp(),
            "resolved_release": None,
            "wakes_again": change.status == "ignored" and change.until_again,
            "wakes_at_sessions": None,
        }
        if change.status == "resolved":
            values["resolved_release"] = change.release or newest_published(connection, row["notebook"], group_id)
        elif change.status == "ignored" and change.until_sessions is not None:
            values["wakes_at_sessions"] = row["sessions"] + change.until_sessions
    if values:
        connection.execute(update(groups).where(its).values(values))
        tell_others(connection)
    return True


def _has(table: FromClause, text: str) -> ColumnElement[bool]:
    of = table.c
    first = func.lower(of.error_name + "\n" + of.error_message + "\n" + of.first_line)
    return or_(contains(first, text), and_(of.note != "", contains(func.lower(of.note), text)))


def _elsewhere(connection: Connection, group: Any, scope: Scope) -> list[dict[str, Any]]:
    """The groups of the same error in other notebooks that the reader may see, the newest first."""
    here = select(group_fingerprints.c.fingerprint).where(group_fingerprints.c.group_id == group["group_id"])
    same = select(group_fingerprints.c.group_id).where(group_fingerprints.c.fingerprint.in_(here))
    query = select(groups.c.group_id.label("group"), groups.c.notebook, groups.c.count)
    query = query.where(groups.c.group_id.in_(same), groups.c.notebook != group["notebook"], in_scope(groups, scope))
    query = query.order_by(groups.c.last_seen.desc(), groups.c.group_id).limit(ELSEWHERE_LIMIT)
    return [dict(row) for row in connection.execute(query).mappings()]


def _shown(row: Any) -> dict[str, Any]:
    """A group as lists show it."""
    shown = {name: row[name] for name in row if name not in _HIDDEN}
    until: Any = None
    if row["wakes_again"]:
        until = "again"
    elif row["wakes_at_sessions"] is not None:
        until = {"sessions": max(0, row["wakes_at_sessions"] - row["sessions"])}
    return {"group": row["group_id"], **shown, "ignored_until": until}


def _cells(connection: Connection, group: Any) -> list[dict[str, Any]]:
    query = select(group_cells).where(group_cells.c.group_id == group["group_id"])
    query = query.order_by(group_cells.c.count.desc(), group_cells.c.cell).limit(CELL_LIMIT)
    return [{"notebook": group["notebook"], **shown_cell(row)} for row in connection.execute(query).mappings()]


def shown_cell(row: Any) -> dict[str, Any]:
    """A cell's figures, with its usual number (None for none) in place of the sum."""
    kept = {name: row[name] for name in row if name not in ("group_id", "execution_sum", "events")}
    return {**kept, "execution_count": round(row["execution_sum"] / row["events"]) if row["execution_sum"] else None}


def _rows(connection: Connection, table: Any, group_id: str, order: Any) -> list[dict[str, Any]]:
    query = select(table).where(table.c.group_id == group_id).order_by(order)
    return [
        {name: value for name, value in row.items() if name not in ("group_id", "events")}
        for row in connection.execute(query).mappings()
    ]

"""Which group an error belongs to when somebody decided it by hand: groups merged into one, or parts split off.

A decision is kept as a rule about a fingerprint, so that errors to come obey it too.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select, update

from . import rollups
from .group_schema import group_fingerprints, groups, regroupings
from .rows import row_of_group
from .schema import errors

_AT_ONCE = 400  # SQLite before 3.32 takes 999 parameters


class RegroupingError(Exception):
    """What was asked for would change nothing; the text says why."""


def groups_of(connection: Connection, events: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The group of each (fingerprint, notebook): its fingerprint's own, unless a rule says another."""
    wanted = set(events)
    prints = sorted({fingerprint for fingerprint, _ in wanted})
    rules: dict[tuple[str, str], str] = {}
    for start in range(0, len(prints), _AT_ONCE):
        query = select(regroupings).where(regroupings.c.fingerprint.in_(prints[start : start + _AT_ONCE]))
        rules.update({(rule.fingerprint, rule.notebook): rule.group_id for rule in connection.execute(query)})
    return {key: rules.get(key) or rules.get((key[0], "")) or key[0] for key in wanted}


def current_group(connection: Connection, group_id: str) -> str:
    """The group that `group_id` was merged into, else itself."""
    return groups_of(connection, [(group_id, "")])[group_id, ""]


def merge(connection: Connection, group_id: str, into: str) -> None:
    """Make one group of two, for what came and what will come. Raises `RegroupingError`.

    The other's note and hint are kept where this one has none.
    """
    if group_id == into:
        raise RegroupingError("A group can't be merged into itself.")
    one, other = (_group(connection, wanted) for wanted in (group_id, into))
    prints = {group_id, *_fingerprints(connection, group_id)}
    known = set(connection.scalars(select(regroupings.c.fingerprint).where(regroupings.c.notebook == "")))
    connection.execute(update(regroupings).where(regroupings.c.group_id == group_id).values(group_id=into))
    fresh = [{"fingerprint": name, "notebook": "", "group_id": into} for name in sorted(prints - known)]
    if fresh:
        connection.execute(insert(regroupings), fresh)
    rollups.move(connection, errors.c.group_id == group_id, into)
    kept = {name: one[name] for name in ("note", "hint") if one[name] and not other[name]}
    first = {"first_seen": min(one["first_seen"], other["first_seen"])}
    connection.execute(update(groups).where(groups.c.group_id == into).values(**kept, **first))
    connection.execute(delete(groups).where(groups.c.group_id == group_id))


def split(connection: Connection, group_id: str, fingerprint: str, notebook: str | None = None) -> str:
    """Take the errors of one fingerprint (in one notebook) out of a group, for good; the id of the group they are now.

    Raises `RegroupingError`.
    """
    _group(connection, group_id)
    new = fingerprint if notebook is None else _part(fingerprint, notebook)
    if new == group_id:
        raise RegroupingError("This fingerprint gave the group its id and stays; split the others off instead.")
    chosen = (errors.c.group_id == group_id) & (errors.c.fingerprint == fingerprint)
    if notebook is not None:
        chosen &= errors.c.notebook == notebook
    oldest = select(errors).where(chosen).order_by(errors.c.received_at, errors.c.event_id).limit(1)
    row = connection.execute(oldest).mappings().first()
    if row is None:
        raise RegroupingError("No error of this group has that fingerprint in that notebook; nothing was split off.")
    rule = (regroupings.c.fingerprint == fingerprint) & (regroupings.c.notebook == (notebook or ""))
    connection.execute(delete(regroupings).where(rule))
    connection.execute(insert(regroupings).values(fingerprint=fingerprint, notebook=notebook or "", group_id=new))
    if connection.execute(select(groups.c.group_id).where(groups.c.group_id == new)).first() is None:
        connection.execute(insert(groups).values(row_of_group(row, new)))
    rollups.move(connection, chosen, new)
    return new


def _group(connection: Connection, group_id: str) -> dict[str, str]:
    row = connection.execute(select(groups).where(groups.c.group_id == group_id)).mappings().first()
    if row is None:
        raise RegroupingError("There is no group of this id; it may have been merged into another.")
    return dict(row)


def _fingerprints(connection: Connection, group_id: str) -> list[str]:
    its = group_fingerprints.c.group_id == group_id
    return list(connection.scalars(select(group_fingerprints.c.fingerprint).where(its)))


def _part(fingerprint: str, notebook: str) -> str:
    """The id of the group that one notebook's errors of a fingerprint are."""
    text = f"{fingerprint}\x1f{notebook}".encode("utf-8", "replace")
    return hashlib.blake2b(text, digest_size=16, person=b"errreport-group").hexdigest()

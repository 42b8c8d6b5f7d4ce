"""Which group an error belongs to when somebody decided it by hand: groups merged into one, or parts split off.

A decision is kept as a rule about a fingerprint, so that errors to come obey it too.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, select, update

from . import rollups
from .comments import move_comments
from .group_schema import group_fingerprints, groups, regroupings
from .parts import in_parts
from .rows import row_of_group
from .schema import errors


class RegroupingError(Exception):
    """What was asked for would change nothing; the text says why."""


class Place(NamedTuple):
    """What a rule can be about: errors of a fingerprint, in one notebook, in one cell of it; "" for all."""

    fingerprint: str
    notebook: str = ""
    cell: str = ""


def groups_of(connection: Connection, places: Iterable[Place]) -> dict[Place, str]:
    """The group of the errors of each place: its fingerprint's own, unless a rule (the narrowest) says another."""
    wanted = set(places)
    prints = sorted({place.fingerprint for place in wanted})
    rules: dict[Place, str] = {}
    for part in in_parts(prints):
        query = select(regroupings).where(regroupings.c.fingerprint.in_(part))
        for rule in connection.execute(query):
            rules[Place(rule.fingerprint, rule.notebook, rule.cell)] = rule.group_id
    return {place: _ruled(rules, place) for place in wanted}


def current_group(connection: Connection, group_id: str) -> str:
    """The group that `group_id` was merged into, else itself."""
    return groups_of(connection, [Place(group_id)])[Place(group_id)]


def merge(connection: Connection, group_id: str, into: str) -> None:
    """Make one group of two, for what came and what will come. Raises `RegroupingError`.

    The other's note and hint are kept where this one has none.
    """
    if group_id == into:
        raise RegroupingError("A group can't be merged into itself.")
    one, other = (_group(connection, wanted) for wanted in (group_id, into))
    prints = {group_id, *_fingerprints(connection, group_id)}
    whole = (regroupings.c.notebook == "") & (regroupings.c.cell == "")
    known = set(connection.scalars(select(regroupings.c.fingerprint).where(whole)))
    connection.execute(update(regroupings).where(regroupings.c.group_id == group_id).values(group_id=into))
    fresh = [{**Place(name)._asdict(), "group_id": into} for name in sorted(prints - known)]
    if fresh:
        connection.execute(insert(regroupings), fresh)
    rollups.move(connection, errors.c.group_id == group_id, into)
    move_comments(connection, group_id)
    kept = {name: one[name] for name in ("note", "hint") if one[name] and not other[name]}
    if "hint" in kept:
        kept["hint_from"] = one["hint_from"]
    first = {"first_seen": min(one["first_seen"], other["first_seen"])}
    connection.execute(update(groups).where(groups.c.group_id == into).values(**kept, **first))
    connection.execute(delete(groups).where(groups.c.group_id == group_id))


def split(connection: Connection, group_id: str, place: Place) -> str:
    """Take the errors of one place out of a group, for good; the id of the group they are now.

    Raises `RegroupingError`.
    """
    _group(connection, group_id)
    new = place.fingerprint if place == Place(place.fingerprint) else _part(place)
    if new == group_id:
        raise RegroupingError("This fingerprint gave the group its id and stays; split the others off instead.")
    chosen = (errors.c.group_id == group_id) & (errors.c.fingerprint == place.fingerprint)
    if place.notebook:
        chosen &= errors.c.notebook == place.notebook
    if place.cell:
        chosen &= place.cell == rollups.CELL
    oldest = select(errors).where(chosen).order_by(errors.c.received_at, errors.c.event_id).limit(1)
    row = connection.execute(oldest).mappings().first()
    if row is None:
        raise RegroupingError("No error of this group has that fingerprint there; nothing was split off.")
    rule = and_(*(regroupings.c[name] == value for name, value in place._asdict().items()))
    connection.execute(delete(regroupings).where(rule))
    connection.execute(insert(regroupings).values(**place._asdict(), group_id=new))
    if connection.execute(select(groups.c.group_id).where(groups.c.group_id == new)).first() is None:
        connection.execute(insert(groups).values(row_of_group(row, new)))
    rollups.move(connection, chosen, new)
    move_comments(connection, group_id)
    return new


def _group(connection: Connection, group_id: str) -> dict[str, str]:
    row = connection.execute(select(groups).where(groups.c.group_id == group_id)).mappings().first()
    if row is None:
        raise RegroupingError("There is no group of this id; it may have been merged into another.")
    return dict(row)


def _fingerprints(connection: Connection, group_id: str) -> list[str]:
    its = group_fingerprints.c.group_id == group_id
    return list(connection.scalars(select(group_fingerprints.c.fingerprint).where(its)))


def _ruled(rules: Mapping[Place, str], place: Place) -> str:
    fingerprint, notebook, _ = place
    for known in (place, Place(fingerprint, notebook), Place(fingerprint)):
        if known in rules:
            return rules[known]
    return fingerprint


def _part(place: Place) -> str:
    """The id of the group that a part of a fingerprint's errors is."""
    text = "\x1f".join(place).encode("utf-8", "replace")
    return hashlib.blake2b(text, digest_size=16, person=b"errreport-group").hexdigest()

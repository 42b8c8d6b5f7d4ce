"""Which group an error belongs to: that of its notebook and fingerprint, unless it was decided otherwise.

A decision (groups merged into one, parts split off, an edited cell that stays with its origin) is kept as a rule about
a fingerprint in a notebook, so that errors to come obey it too.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, select, update

from ...event import group_id as natural_id
from ..database.statements import Statement, listed
from ..events.comments import move_comments
from ..events.filters import Scope, in_scope
from ..figures import rollups
from ..figures.sampled import move_sampled
from ..group_schema import groups, regroupings
from ..news import tell_others
from ..schema import errors
from .edited_cells import move_cells
from .former_groups import forget_former, lead_on
from .samples import group_of_errors, renew_samples


class RegroupingError(Exception):
    """What was asked for would change nothing; the text says why."""


class Place(NamedTuple):
    """What a rule can be about: errors of a fingerprint in a notebook (its identity), in one cell of it; "" for all."""

    notebook: str
    fingerprint: str
    cell: str = ""

    @property
    def origin(self) -> str:
        """The group that these errors are by themselves."""
        return natural_id(self.notebook, self.fingerprint)


_RULES = Statement("SELECT origin, cell, group_id FROM regroupings WHERE origin {any}")


def groups_of(connection: Connection, places: Iterable[Place]) -> dict[Place, str]:
    """The group of the errors of each place: their own, unless a rule (the narrower one first) says another."""
    origins = {place: place.origin for place in places}
    rules = {
        (origin, cell): group_id
        for origin, cell, group_id in _RULES.rows(connection, listed(sorted(set(origins.values()))))
    }
    return {
        place: rules.get((origin, place.cell)) or rules.get((origin, "")) or origin for place, origin in origins.items()
    }


def add_rule(connection: Connection, place: Place, group_id: str, alike: str | None = None) -> None:
    """Have the errors of a place belong to a group from now on; `alike` is its cell, where likeness says so."""
    forget_rule(connection, place)
    row = {**place._asdict(), "origin": place.origin, "group_id": group_id, "alike": alike}
    connection.execute(insert(regroupings).values(**row))


def forget_rule(connection: Connection, place: Place) -> None:
    """Have the errors of a place belong where they did before there was a rule about it."""
    its = (regroupings.c.origin == place.origin) & (regroupings.c.cell == place.cell)
    connection.execute(delete(regroupings).where(its))


def merge(connection: Connection, group_id: str, into: str, scope: Scope) -> None:
    """Make one group of two of a notebook, for what came and what will come. Raises `RegroupingError`.

    The other's note and hint are kept where this one has none.
    """
    if group_id == into:
        raise RegroupingError("A group can't be merged into itself.")
    one, other = (_group(connection, wanted, scope) for wanted in (group_id, into))
    if one["notebook"] != other["notebook"]:
        raise RegroupingError("These groups belong to two notebooks: what is decided about one holds in that one only.")
    connection.execute(update(regroupings).where(regroupings.c.group_id == group_id).values(group_id=into))
    own = (regroupings.c.origin == group_id) & (regroupings.c.cell == "")
    if connection.execute(select(regroupings.c.origin).where(own)).first() is None:
        rule = {"origin": group_id, "cell": "", "notebook": one["notebook"], "fingerprint": "", "group_id": into}
        connection.execute(insert(regroupings).values(**rule))
    rollups.move(connection, errors.c.group_id == group_id, into)
    move_comments(connection, group_id)
    move_cells(connection, group_id, into)
    kept = {name: one[name] for name in ("note", "hint") if one[name] and not other[name]}
    if "hint" in kept:
        kept["hint_from"] = one["hint_from"]
    first = {"first_seen": min(one["first_seen"], other["first_seen"])}
    connection.execute(update(groups).where(groups.c.group_id == into).values(**kept, **first))
    move_sampled(connection, group_id, into)
    connection.execute(delete(groups).where(groups.c.group_id == group_id))
    lead_on(connection, group_id, into)
    tell_others(connection)


def split(connection: Connection, group_id: str, fingerprint: str, cell: str, scope: Scope) -> str:
    """Take the errors of a fingerprint, or of one cell among them, out of a group, for good; the group they are now.

    Raises `RegroupingError`.
    """
    place = Place(str(_group(connection, group_id, scope)["notebook"]), fingerprint, cell)
    new = part_id(place) if cell else place.origin
    if new == group_id:
        raise RegroupingError("This fingerprint gave the group its id and stays; split the others off instead.")
    chosen = (errors.c.group_id == group_id) & (errors.c.fingerprint == fingerprint)
    if cell:
        chosen &= cell == rollups.CELL
    made = group_of_errors(connection, chosen, new)
    if made is None:
        raise RegroupingError("No error of this group has that fingerprint there; nothing was split off.")
    if cell:
        add_rule(connection, place, new)
    else:
        _free(connection, place, group_id)
    if connection.execute(select(groups.c.group_id).where(groups.c.group_id == new)).first() is None:
        connection.execute(insert(groups).values(made))
    forget_former(connection, new)
    rollups.move(connection, chosen, new)
    move_comments(connection, group_id)
    move_cells(connection, group_id, new, those_of_errors=True)
    renew_samples(connection, [group_id, new])
    tell_others(connection)
    return new


def _free(connection: Connection, place: Place, group_id: str) -> None:
    """Have no rule lead the errors of a fingerprint into this group any more, but into their own."""
    its = regroupings.c.origin == place.origin
    whole = select(regroupings.c.group_id, regroupings.c.alike).where(its, regroupings.c.cell == "")
    rule = connection.execute(whole).first()
    if rule is None or rule.group_id == group_id:
        connection.execute(delete(regroupings).where(its, regroupings.c.group_id == group_id))
        if rule is not None and rule.alike is not None:  # what somebody has parted likeness does not join again
            add_rule(connection, place._replace(cell=""), place.origin)
    else:  # the rest of them is in a third group: only these cells of it are meant
        these = and_(its, regroupings.c.group_id == group_id)
        connection.execute(update(regroupings).where(these).values(group_id=place.origin))


def _group(connection: Connection, group_id: str, scope: Scope) -> dict[str, str]:
    query = select(groups).where(groups.c.group_id == group_id, in_scope(groups, scope))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise RegroupingError("There is no group of this id; it may have been merged into another.")
    return dict(row)


def part_id(place: Place) -> str:
    """The id of the group that a cell's errors of a fingerprint are."""
    text = "\x1f".join(place).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(text, digest_size=16, person=b"errreport-group").hexdigest()

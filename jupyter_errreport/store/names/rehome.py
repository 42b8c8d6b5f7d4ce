"""Moves errors and sessions from one notebook to another, when it turns out or is taken back that the two are one.

Figures stay exact, and what was decided about groups goes along: to the group of the same errors there, unless that one
has decisions of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, or_, select, union, update

from ...event import group_id as natural_id
from ..events.comments import move_comments
from ..figures.of_thinned import is_any, of_thinned
from ..figures.rollups import CELL, move_to_notebook
from ..figures.sampled import move_sampled
from ..figures.session_figures import add_sessions, take_sessions
from ..group_schema import alerts, group_fingerprints, groups, regroupings, thinned
from ..groups.edited_cells import keep_cells
from ..groups.former_groups import forget_former, lead_on
from ..groups.regroupings import Place, add_rule, groups_of, part_id
from ..groups.samples import group_of_errors, renew_samples
from ..paging import in_parts
from ..schema import errors, sessions

_DECIDED = ("status", "status_at", "resolved_release", "wakes_again", "regressed_at", "note", "hint", "hint_from")


class _Part(NamedTuple):
    """Errors of one group, fingerprint and cell."""

    group: str
    fingerprint: str
    cell: str


def move_errors(connection: Connection, chosen: ColumnElement[bool], notebook: str, to: str) -> int:
    """Have errors of one notebook be another's; how many events."""
    sizes = _sizes(connection, chosen)
    if not sizes:
        return 0
    targets = _targets(connection, list(sizes), notebook, to)
    before = {row["group_id"]: dict(row) for row in _rows(connection, {part.group for part in sizes})}
    sources: dict[str, Counter[str]] = defaultdict(Counter)
    for part, size in sizes.items():
        sources[targets[part]][part.group] += size
    cells = _cells(connection, chosen, targets, before, to)
    parts = [(chosen & its, group) for its, group in _conditions(sizes, targets)]
    known = {row["group_id"] for row in _rows(connection, set(sources))}
    made = set(known)
    for part_chosen, group in parts:
        if group not in made:
            made.add(group)
            _make(connection, part_chosen, group, to)
    move_to_notebook(connection, chosen, to, parts)
    for group, of in sorted(sources.items()):
        main = max(of, key=lambda source: (of[source], source))
        _decide(connection, group, before[main], is_new=group not in known)
    led: dict[str, Counter[str]] = defaultdict(Counter)
    for group, of in sources.items():
        for source, size in of.items():
            led[source][group] += size
    for source, groups_now in sorted(led.items()):
        move_comments(connection, source)
        if not is_any(connection, errors.c.group_id == source):
            move_sampled(connection, source, max(groups_now, key=lambda group: (groups_now[group], group)), to)
        _leave(connection, source, sorted(groups_now), to)
    keep_cells(connection, cells)
    renew_samples(connection, [*before, *sources])
    return sum(sizes.values())


def _sizes(connection: Connection, chosen: ColumnElement[bool]) -> dict[_Part, int]:
    """How many events each part has, those included whose texts are not kept."""
    sizes: Counter[_Part] = Counter()
    kept = (errors.c.group_id, errors.c.fingerprint, CELL)
    rest = tuple(map(of_thinned, kept))
    for columns, events, its in (
        (kept, func.count(), chosen),
        (rest, func.sum(thinned.c.events), of_thinned(chosen)),
    ):
        query = select(*columns, events).where(its).group_by(*columns)
        sizes.update({_Part(*row[:3]): int(row[3]) for row in connection.execute(query)})
    return dict(sizes)


def move_sessions(connection: Connection, chosen: ColumnElement[bool], names: list[str], to: str) -> None:
    """Have sessions of some names be another notebook's, which has none of these names yet."""
    take_sessions(connection, chosen)
    connection.execute(update(sessions).where(chosen).values(identity=to))
    add_sessions(connection, (sessions.c.identity == to) & sessions.c.notebook.in_(names))


def _targets(connection: Connection, parts: list[_Part], notebook: str, to: str) -> dict[_Part, str]:
    """The group of each part in the other notebook: as it was decided there, else as it was decided here."""
    places = {part: Place(to, part.fingerprint, part.cell) for part in parts}
    found = groups_of(connection, places.values())
    known = {row["group_id"] for row in _rows(connection, set(found.values()))}
    targets: dict[_Part, str] = {}
    for part, place in sorted(places.items()):
        target, here = found[place], Place(notebook, part.fingerprint, part.cell)
        if target == place.origin and target not in known and part.group != here.origin:
            target = _counterpart(connection, part, notebook, to)
            rules = select(regroupings.c.cell, regroupings.c.alike).where(regroupings.c.origin == here.origin)
            alike = {row.cell: row.alike for row in connection.execute(rules)}
            cell = part.cell if part.cell in alike else ""
            if target != place.origin:
                add_rule(connection, place._replace(cell=cell), target, alike.get(cell))
        targets[part] = target
    return targets


def _conditions(sizes: Mapping[_Part, int], targets: Mapping[_Part, str]) -> Iterator[tuple[ColumnElement[bool], str]]:
    """Which errors go to which group, in the order in which to move them: cells that go elsewhere than most come first.

    A query asks for a limited number of them at once, since a group may have any number of cells.
    """
    mains: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for part, size in sizes.items():
        mains[part[:2]][targets[part]] += size
    main_of = {these: max(found, key=lambda to: (found[to], to)) for these, found in mains.items()}
    for part in sorted(sizes):
        if targets[part] != main_of[part[:2]]:
            yield _these(*part[:2]) & (part.cell == CELL), targets[part]
    by_target: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for these in sorted(main_of):
        by_target[main_of[these]].append(these)
    for target, found_there in sorted(by_target.items()):
        for some in in_parts(found_there):
            yield or_(*(_these(*these) for these in some)), target


def _these(group: str, fingerprint: str) -> ColumnElement[bool]:
    return (errors.c.group_id == group) & (errors.c.fingerprint == fingerprint)


def _counterpart(connection: Connection, part: _Part, notebook: str, to: str) -> str:
    """What the group in which somebody put these errors is in the other notebook."""
    if part.group == part_id(Place(notebook, part.fingerprint, part.cell)):
        return part_id(Place(to, part.fingerprint, part.cell))
    query = select(group_fingerprints.c.fingerprint).where(group_fingerprints.c.group_id == part.group)
    for fingerprint in connection.scalars(query):
        if natural_id(notebook, fingerprint) == part.group:
            place = Place(to, fingerprint)
            return groups_of(connection, [place])[place]
    return natural_id(to, part.group)


def _cells(
    connection: Connection,
    chosen: ColumnElement[bool],
    targets: Mapping[_Part, str],
    before: Mapping[str, Mapping[str, Any]],
    to: str,
) -> dict[tuple[str, str, str], str]:
    """In which groups the cells are that errors are told apart by, by their ids."""
    asked = (errors.c.group_id, errors.c.fingerprint, CELL, errors.c.cell_id)
    its = chosen & errors.c.cell_id.is_not(None)
    kept, rest = select(*asked).where(its), select(*map(of_thinned, asked)).where(of_thinned(its))
    found = {}
    for group, fingerprint, cell, cell_id in connection.execute(union(kept, rest)).all():
        if free := before[group]["cell_free"]:
            found[to, free, cell_id] = targets[_Part(group, fingerprint, cell)]
    return found


def _make(connection: Connection, chosen: ColumnElement[bool], group: str, notebook: str) -> None:
    """Have a group to which these errors can be moved."""
    made = group_of_errors(connection, chosen, group)
    if made is not None:
        connection.execute(insert(groups).values({**made, "notebook": notebook}))
    forget_former(connection, group)


def _decide(connection: Connection, group: str, source: Mapping[str, Any], is_new: bool) -> None:
    """Have what was decided about the group that errors came from hold for the one that they are in."""
    its = groups.c.group_id == group
    row = connection.execute(select(groups).where(its)).mappings().one()
    if is_new:
        kept = {name: source[name] for name in _DECIDED}
        kept["first_seen"] = min(row["first_seen"], source["first_seen"])
        if source["wakes_at_sessions"] is not None:
            kept["wakes_at_sessions"] = row["sessions"] + max(0, source["wakes_at_sessions"] - source["sessions"])
    else:
        kept = {name: source[name] for name in ("note", "hint") if source[name] and not row[name]}
        if "hint" in kept:
            kept["hint_from"] = source["hint_from"]
    if kept:
        connection.execute(update(groups).where(its).values(kept))


def _leave(connection: Connection, source: str, groups_now: list[str], notebook: str) -> None:
    """Have a group that lost its last error lead to those that have them."""
    its = groups.c.group_id == source
    left = connection.execute(select(groups.c.events).where(its)).scalar()
    if left:
        return
    connection.execute(delete(groups).where(its))
    lead_on(connection, source, *groups_now)
    connection.execute(update(alerts).where(alerts.c.group_id == source).values(notebook=notebook))


def _rows(connection: Connection, group_ids: set[str]) -> Iterator[RowMapping]:
    for part in in_parts(sorted(group_ids)):
        yield from connection.execute(select(groups).where(groups.c.group_id.in_(part))).mappings().all()

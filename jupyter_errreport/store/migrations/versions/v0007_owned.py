"""Groups belong to notebooks: they are divided, and what was decided about them goes along to each part.

Never changed after a release.
"""
# ruff: noqa: S608 - SQL made of constants of this file

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

from jupyter_errreport.contract import notebook_identity, notebook_pattern
from jupyter_errreport.event import fingerprint, fingerprint_of, fingerprint_parts, group_id

revision = "0007"
down_revision = "0006"

_FIGURES = (
    *("group_days", "group_sessions", "group_releases", "group_cells", "group_fingerprints", "regroupings", "groups"),
    *("notebooks", "notebook_days", "notebook_releases", "notebook_cells", "cell_sessions"),
)


def _key(name: str, length: int = 64) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=True)


def _text(name: str, length: int | None = 64, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text if length is None else sa.String(length), nullable=nullable)


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _moments(*names: str) -> list[sa.Column[str]]:
    return [_text(name, 27) for name in names]


class _Place(NamedTuple):
    """What tells errors of one notebook apart: the group that they were in, their fingerprint now, their cell."""

    notebook: str
    old: str
    fingerprint: str
    cell: str


class _Part(NamedTuple):
    """What becomes of a group in one notebook."""

    notebook: str
    old: str
    name: str
    """One of its fingerprints, where the group is not one that was made by hand; it is divided by them."""


def upgrade() -> None:
    """Name notebooks by their identity, divide the groups, and count everything anew."""
    connection = op.get_bind()
    olds = {row.group_id: row for row in connection.execute(sa.text("SELECT * FROM groups"))}
    rules = connection.execute(sa.text("SELECT fingerprint, notebook, cell, group_id FROM regroupings")).all()
    by_hand = {rule.group_id for rule in rules}
    merged = {rule.fingerprint: rule.group_id for rule in rules if not rule.notebook and not rule.cell}
    _name_notebooks(connection)
    events = _events(connection)
    ids = _ids(events, by_hand)
    _regroup_errors(connection, ids)
    for table in _FIGURES:
        op.drop_table(table)
    _make_tables()
    for statement in _COUNTED:
        op.execute(statement)
    _add_rules(connection, events, ids)
    parts = _parts_of(events, ids)
    _decide(connection, olds, parts)
    _lead_on(connection, olds, merged, parts)
    _remember_cells(connection)


def _name_notebooks(connection: sa.Connection) -> None:
    """Give everything that has a notebook's name its identity."""
    for table in ("errors", "sessions"):
        op.add_column(table, _text("identity", 200, nullable=True))
        names = connection.scalars(sa.text(f"SELECT DISTINCT notebook FROM {table}")).all()
        renamed = [{"old": name, "new": notebook_identity(name)} for name in names]
        if renamed:
            connection.execute(sa.text(f"UPDATE {table} SET identity = :new WHERE notebook = :old"), renamed)
        with op.batch_alter_table(table) as batch:
            batch.alter_column("identity", nullable=False)
    op.drop_index("errors_by_notebook", "errors")
    op.create_index("errors_by_notebook", "errors", ["identity", "received_at", "event_id"])
    op.drop_index("sessions_by_notebook", "sessions")
    op.create_index("sessions_by_notebook", "sessions", ["identity", "opened_at", "session"])
    _rename(connection, "alerts", "notebook", notebook_identity)
    _rename(connection, "tokens", "notebook", notebook_pattern)
    _join_sources(connection)


def _rename(connection: sa.Connection, table: str, column: str, name_of: Any) -> None:
    names = connection.scalars(sa.text(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")).all()
    renamed = [{"old": name, "new": name_of(name)} for name in names if name_of(name) != name]
    if renamed:
        connection.execute(sa.text(f"UPDATE {table} SET {column} = :new WHERE {column} = :old"), renamed)


def _join_sources(connection: sa.Connection) -> None:
    """Make one history of what was published under several names of a notebook, in the order of time."""
    versions = connection.execute(
        sa.text("SELECT notebook, version FROM sources ORDER BY published_at, notebook")
    ).all()
    numbers: Counter[str] = Counter()
    moved = []
    for row in versions:
        identity = notebook_identity(row.notebook)
        numbers[identity] += 1
        moved.append({"old": row.notebook, "was": row.version, "new": identity, "number": -numbers[identity]})
    for table in ("sources", "source_cells") if moved else ():
        its = "WHERE notebook = :old AND version = :was"
        # By way of negative numbers: what is free at the end may still be taken now.
        connection.execute(sa.text(f"UPDATE {table} SET notebook = :new, version = :number {its}"), moved)
        connection.execute(sa.text(f"UPDATE {table} SET version = -version"))


_PAGE = sa.text(
    "SELECT event_id, identity, group_id, error_name, error_message, traceback, language, cell_hash, execution_count"
    " FROM errors WHERE event_id > :last ORDER BY event_id LIMIT 1000"
)


def _pages(connection: sa.Connection) -> Iterator[list[tuple[str, _Place]]]:
    """All errors, with where each belongs."""
    last = ""
    while page := connection.execute(_PAGE, {"last": last}).all():
        last = page[-1].event_id
        yield [(row.event_id, _place(row)) for row in page]


def _place(row: Any) -> _Place:
    frames = json.loads(row.traceback)
    made = fingerprint(row.error_name, row.error_message, frames, row.language, row.cell_hash)
    cell = row.cell_hash or (f"[{row.execution_count}]" if row.execution_count >= 0 else "")
    return _Place(row.identity, row.group_id, made, cell)


def _events(connection: sa.Connection) -> Counter[_Place]:
    """How many events there are of each place."""
    counted: Counter[_Place] = Counter()
    for page in _pages(connection):
        counted.update(place for _, place in page)
    return counted


def _part(place: _Place, by_hand: set[str]) -> _Part:
    return _Part(place.notebook, place.old, "" if place.old in by_hand else place.fingerprint)


def _ids(events: Counter[_Place], by_hand: set[str]) -> dict[_Place, str]:
    """The new group of each place.

    A group by hand stays one in each notebook. Of several parts that have errors of one fingerprint the one with the
    most is that fingerprint's own group; the others are told from it by their cells.
    """
    sizes: dict[tuple[str, str], Counter[_Part]] = defaultdict(Counter)
    for place, number in events.items():
        sizes[place.notebook, place.fingerprint][_part(place, by_hand)] += number
    owned: dict[_Part, Counter[str]] = defaultdict(Counter)
    for (_, made), parts in sizes.items():
        part, number = max(parts.items(), key=lambda item: (item[1], item[0]))
        owned[part][made] += number
    found = {}
    for place in sorted(events):
        part = _part(place, by_hand)
        if part in owned:
            main = max(owned[part].items(), key=lambda item: (item[1], item[0]))[0]
            found[place] = group_id(place.notebook, main)
        else:
            found[place] = group_id(place.notebook, f"{place.old}\x1f{part.name}")
    return found


def _regroup_errors(connection: sa.Connection, ids: dict[_Place, str]) -> None:
    update = sa.text("UPDATE errors SET fingerprint = :fingerprint, group_id = :group_id WHERE event_id = :event_id")
    for page in _pages(connection):
        connection.execute(
            update,
            [
                {"event_id": event_id, "fingerprint": place.fingerprint, "group_id": ids[place]}
                for event_id, place in page
            ],
        )
    op.execute(
        "UPDATE comments SET group_id = (SELECT errors.group_id FROM errors WHERE errors.event_id = comments.event_id)"
        " WHERE event_id IN (SELECT event_id FROM errors)"
    )


def _add_rules(connection: sa.Connection, events: Counter[_Place], ids: dict[_Place, str]) -> None:
    """Have errors to come go where those are that were joined or parted by hand."""
    sizes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for place, number in events.items():
        sizes[place.notebook, place.fingerprint][ids[place]] += number
    rules = {}
    for place in events:
        origin = group_id(place.notebook, place.fingerprint)
        groups = sizes[place.notebook, place.fingerprint]
        main = origin if origin in groups else max(groups.items(), key=lambda item: (item[1], item[0]))[0]
        rule = {"notebook": place.notebook, "fingerprint": place.fingerprint, "origin": origin}
        if main != origin:
            rules[origin, ""] = {**rule, "cell": "", "group_id": main}
        if ids[place] != main and place.cell:
            rules[origin, place.cell] = {**rule, "cell": place.cell, "group_id": ids[place]}
    _insert(connection, "regroupings", [rules[key] for key in sorted(rules)])


def _parts_of(events: Counter[_Place], ids: dict[_Place, str]) -> dict[str, Counter[tuple[str, str]]]:
    """What each former group is now: pairs of a notebook and a group."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for place, number in events.items():
        found[place.old][place.notebook, ids[place]] += number
    return found


def _decide(connection: sa.Connection, olds: dict[str, Any], parts: dict[str, Counter[tuple[str, str]]]) -> None:
    """Have what was decided about a group, said of it and told of it hold for each of its parts."""
    former = []
    for old, row in olds.items():
        if not parts[old]:  # nothing but a decision was left of it
            alone = group_id(notebook_identity(row.notebook), old)
            parts[old][notebook_identity(row.notebook), alone] = 0
            _insert(connection, "groups", [_without_errors(row, alone)])
        for (_, new), _ in sorted(parts[old].items()):
            connection.execute(_DECIDED, {**_decision(row), "group_id": new, "alone": len(parts[old]) == 1})
            former.append({"former_id": old, "group_id": new})
        _alert_of(connection, old, parts[old])
    _insert(connection, "former_groups", former)
    quiet = connection.execute(sa.text("SELECT destination, group_id, quiet_until FROM told_groups")).all()
    connection.execute(sa.text("DELETE FROM told_groups"))
    latest: dict[tuple[str, str], str] = {}
    for row in quiet:
        for _, new in parts.get(row.group_id, ()):
            latest[row.destination, new] = max(latest.get((row.destination, new), ""), row.quiet_until)
    rows = [{"destination": to, "group_id": new, "quiet_until": until} for (to, new), until in latest.items()]
    _insert(connection, "told_groups", rows)


def _lead_on(
    connection: sa.Connection,
    olds: dict[str, Any],
    merged: dict[str, str],
    parts: dict[str, Counter[tuple[str, str]]],
) -> None:
    """Have the ids of groups that were merged lead to the parts of what they were merged into."""
    for old, into in merged.items():
        if old not in olds and parts[into]:
            _alert_of(connection, old, parts[into])
            _insert(
                connection, "former_groups", [{"former_id": old, "group_id": new} for _, new in sorted(parts[into])]
            )


def _alert_of(connection: sa.Connection, old: str, parts: Counter[tuple[str, str]]) -> None:
    """Have alerts of a former group be about its part in their notebook; of several about the largest."""
    of_notebook: dict[str, tuple[int, str]] = {}
    for (notebook, new), number in parts.items():
        of_notebook[notebook] = max(of_notebook.get(notebook, (-1, "")), (number, new))
    update = sa.text("UPDATE alerts SET group_id = :new WHERE group_id = :old AND notebook = :notebook")
    rows = [{"old": old, "new": new, "notebook": notebook} for notebook, (_, new) in of_notebook.items()]
    connection.execute(update, rows)
    most = {"old": old, "new": max(of_notebook.values())[1]}
    connection.execute(sa.text("UPDATE alerts SET group_id = :new WHERE group_id = :old"), most)


_DECIDED = sa.text(
    "UPDATE groups SET status = :status, status_at = :status_at, resolved_release = :resolved_release,"
    " wakes_again = :wakes_again, regressed_at = :regressed_at, note = :note, hint = :hint, hint_from = :hint_from,"
    " wakes_at_sessions = CASE WHEN :more IS NULL THEN NULL ELSE sessions + :more END,"
    " first_seen = CASE WHEN :alone AND :first_seen < first_seen THEN :first_seen ELSE first_seen END"
    " WHERE group_id = :group_id"
).bindparams(sa.bindparam("more", type_=sa.Integer), sa.bindparam("alone", type_=sa.Boolean))


def _decision(row: Any) -> dict[str, Any]:
    names = ("status", "status_at", "resolved_release", "regressed_at", "note", "hint", "hint_from", "first_seen")
    more = None if row.wakes_at_sessions is None else max(0, row.wakes_at_sessions - row.sessions)
    return {**{name: getattr(row, name) for name in names}, "wakes_again": bool(row.wakes_again), "more": more}


def _without_errors(row: Any, new: str) -> dict[str, Any]:
    names = ("error_name", "error_message", "first_line", "kind", "language", "first_seen", "last_seen", "status_at")
    values = {name: getattr(row, name) for name in names}
    more = {"status": "open", "wakes_again": False, "note": "", "hint": "", "cell": "", "count": 0, "events": 0}
    return {**values, **more, "group_id": new, "notebook": notebook_identity(row.notebook), "sessions": 0}


def _remember_cells(connection: sa.Connection) -> None:
    """Note of which groups the cell is a part, and in which groups errors of which cells are."""
    query = sa.text(
        "SELECT errors.group_id, identity, cell_id, error_name, error_message, traceback, language, cell_hash"
        " FROM errors WHERE cell_hash IS NOT NULL AND event_id > :last ORDER BY event_id LIMIT 1000"
    )
    page_end = sa.text(
        "SELECT MAX(event_id) FROM (SELECT event_id FROM errors WHERE cell_hash IS NOT NULL AND event_id > :last"
        " ORDER BY event_id LIMIT 1000) AS page"
    )
    free: dict[str, str] = {}
    cells: dict[tuple[str, str, str], str] = {}
    last = ""
    while rows := connection.execute(query, {"last": last}).all():
        for row in rows:
            frames = json.loads(row.traceback)
            parts = fingerprint_parts(row.error_name, row.error_message, frames, row.language, row.cell_hash)
            if parts.cell:
                made = fingerprint_of(parts._replace(cell=""))
                free.setdefault(row.group_id, made)
                if row.cell_id:
                    cells.setdefault((row.identity, made, row.cell_id), row.group_id)
        last = connection.execute(page_end, {"last": last}).scalar_one()
    if free:
        update = sa.text("UPDATE groups SET cell_free = :free WHERE group_id = :group_id")
        connection.execute(update, [{"group_id": group, "free": made} for group, made in free.items()])
    names = ("notebook", "cell_free", "cell_id")
    rows_of_cells = [{**dict(zip(names, key, strict=True)), "group_id": group} for key, group in cells.items()]
    _insert(connection, "cell_groups", rows_of_cells)


def _insert(connection: sa.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        values = ", ".join(f":{name}" for name in names)
        connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"), rows)


def _make_tables() -> None:
    op.create_table(
        "groups",
        _key("group_id"),
        _text("notebook", 200),
        _text("error_name", 200),
        _text("error_message", None),
        _text("first_line", None),
        _text("cell"),
        _text("cell_free", nullable=True),
        _text("kind", 16),
        _text("language", 40),
        *_numbers("count", "events", "sessions"),
        *_moments("first_seen", "last_seen"),
        _text("status", 16),
        *_moments("status_at"),
        _text("resolved_release", 100, nullable=True),
        sa.Column("wakes_again", sa.Boolean, nullable=False),
        sa.Column("wakes_at_sessions", sa.Integer),
        _text("regressed_at", 27, nullable=True),
        _text("note", None),
        _text("hint", None),
        _text("hint_from", 200, nullable=True),
    )
    op.create_index("groups_by_notebook", "groups", ["notebook", "last_seen", "group_id"])
    for order in ("last_seen", "first_seen", "count", "sessions"):
        op.create_index(f"groups_by_{order}", "groups", [order, "group_id"])
        op.create_index(f"groups_by_status_and_{order}", "groups", ["status", order, "group_id"])
    op.create_table(
        "regroupings", _key("origin"), _key("cell"), _text("notebook", 200), _text("fingerprint"), _text("group_id")
    )
    op.create_index("regroupings_by_group", "regroupings", ["group_id"])
    op.create_table("former_groups", _key("former_id"), _key("group_id"))
    op.create_index("former_groups_by_group", "former_groups", ["group_id"])
    op.create_table("cell_groups", _key("notebook", 200), _key("cell_free"), _key("cell_id"), _text("group_id"))
    op.create_index("cell_groups_by_group", "cell_groups", ["group_id"])
    op.create_table("group_days", _key("group_id"), _key("day", 10), *_numbers("count", "events"))
    op.create_table("group_sessions", _key("group_id"), _key("session"), *_numbers("events"))
    seen = ("first_seen", "last_seen")
    op.create_table(
        "group_releases", _key("group_id"), _key("release", 100), *_numbers("count", "events"), *_moments(*seen)
    )
    op.create_table(
        "group_cells",
        _key("group_id"),
        _key("cell"),
        _text("first_line", None),
        *_numbers("count", "events", "execution_sum"),
        *_moments(*seen),
    )
    op.create_table("group_fingerprints", _key("group_id"), _key("fingerprint"), *_numbers("count", "events"))
    op.create_index("group_fingerprints_by_fingerprint", "group_fingerprints", ["fingerprint", "group_id"])
    figures = ("count", "events", "sessions", "failed_sessions")
    op.create_table("notebooks", _key("notebook", 200), *_numbers(*figures), *_moments(*seen))
    op.create_index("notebooks_by_last_seen", "notebooks", ["last_seen", "notebook"])
    op.create_table("notebook_days", _key("notebook", 200), _key("day", 10), *_numbers(*figures))
    op.create_index("notebook_days_by_day", "notebook_days", ["day", "notebook"])
    op.create_table(
        "notebook_releases", _key("notebook", 200), _key("release", 100), *_numbers(*figures), *_moments(*seen)
    )
    op.create_table(
        "notebook_cells",
        _key("notebook", 200),
        _key("cell"),
        _text("first_line", None),
        *_numbers("count", "events", "sessions", "execution_sum"),
        *_moments(*seen),
    )
    op.create_table("cell_sessions", _key("notebook", 200), _key("cell"), _key("session"), *_numbers("events"))


_CELL = (
    "CASE WHEN cell_hash IS NOT NULL THEN cell_hash"
    " WHEN execution_count >= 0 THEN '[' || CAST(execution_count AS VARCHAR) || ']' ELSE '' END"
)
_PLACE = "SUM(CASE WHEN execution_count > 0 THEN execution_count ELSE 0 END)"
_DAY, _OPENED = "SUBSTR(received_at, 1, 10)", "SUBSTR(opened_at, 1, 10)"
_COUNT, _SEEN = "SUM(count), COUNT(*)", "MIN(received_at), MAX(received_at)"


def _of_notebooks(table: str, key: str, of_error: str, of_session: str, with_moments: bool) -> str:
    """Figures of errors and of sessions, joined by their keys."""
    errors = (
        f"SELECT identity, {of_error} AS part, SUM(count) AS n, COUNT(*) AS events, 0 AS s, 0 AS f,"
        f" MIN(received_at) AS a, MAX(received_at) AS b FROM errors GROUP BY identity, {of_error}"
    )
    sessions = (
        f"SELECT identity, {of_session} AS part, 0 AS n, 0 AS events, COUNT(*) AS s,"
        " SUM(CASE WHEN errors > 0 THEN 1 ELSE 0 END) AS f, MIN(opened_at) AS a, MAX(opened_at) AS b"
        f" FROM sessions GROUP BY identity, {of_session}"
    )
    columns = f"notebook, {key}count, events, sessions, failed_sessions" + (", first_seen, last_seen" * with_moments)
    part = "part, " if key else ""
    grouped = "identity, part" if key else "identity"
    return (
        f"INSERT INTO {table} ({columns}) SELECT identity, {part}SUM(n), SUM(events), SUM(s), SUM(f)"
        f"{', MIN(a), MAX(b)' * with_moments} FROM ({errors} UNION ALL {sessions}) AS figures"
        f" WHERE part IS NOT NULL GROUP BY {grouped}"
    )


_COUNTED = (
    "INSERT INTO groups (group_id, notebook, error_name, error_message, first_line, cell, kind, language, count,"
    " events, sessions, first_seen, last_seen, status, status_at, wakes_again, note, hint)"
    f" SELECT first.group_id, first.identity, first.error_name, first.error_message, first.first_line, {_CELL},"
    " first.kind, first.language, figures.count, figures.events, figures.sessions, figures.first_seen,"
    " figures.last_seen, 'open', figures.first_seen, FALSE, '', ''"
    " FROM (SELECT group_id, SUM(count) AS count, COUNT(*) AS events, COUNT(DISTINCT session) AS sessions,"
    " MIN(received_at) AS first_seen, MAX(received_at) AS last_seen FROM errors GROUP BY group_id) AS figures"
    " JOIN errors AS first ON first.event_id = (SELECT event_id FROM errors WHERE group_id = figures.group_id"
    " ORDER BY received_at, event_id LIMIT 1)",
    f"INSERT INTO group_days (group_id, day, count, events) SELECT group_id, {_DAY}, {_COUNT} FROM errors"
    f" GROUP BY group_id, {_DAY}",
    "INSERT INTO group_sessions (group_id, session, events) SELECT group_id, session, COUNT(*) FROM errors"
    " WHERE session IS NOT NULL GROUP BY group_id, session",
    "INSERT INTO group_releases (group_id, release, count, events, first_seen, last_seen)"
    f" SELECT group_id, release, {_COUNT}, {_SEEN} FROM errors WHERE release IS NOT NULL GROUP BY group_id, release",
    "INSERT INTO group_cells (group_id, cell, first_line, count, events, execution_sum, first_seen, last_seen)"
    f" SELECT group_id, {_CELL}, MAX(first_line), {_COUNT}, {_PLACE}, {_SEEN} FROM errors GROUP BY group_id, {_CELL}",
    f"INSERT INTO group_fingerprints (group_id, fingerprint, count, events) SELECT group_id, fingerprint, {_COUNT}"
    " FROM errors GROUP BY group_id, fingerprint",
    _of_notebooks("notebooks", "", "''", "''", with_moments=True),
    _of_notebooks("notebook_days", "day, ", _DAY, _OPENED, with_moments=False),
    _of_notebooks("notebook_releases", "release, ", "release", "release", with_moments=True),
    "INSERT INTO notebook_cells (notebook, cell, first_line, count, events, sessions, execution_sum, first_seen,"
    f" last_seen) SELECT identity, {_CELL}, MAX(first_line), {_COUNT}, COUNT(DISTINCT session), {_PLACE}, {_SEEN}"
    f" FROM errors GROUP BY identity, {_CELL}",
    f"INSERT INTO cell_sessions (notebook, cell, session, events) SELECT identity, {_CELL}, session, COUNT(*)"
    f" FROM errors WHERE session IS NOT NULL GROUP BY identity, {_CELL}, session",
)

"""Whatever is stored, thinned out, deleted, merged, split, erased: figures are those that counting anew would give."""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from errreport_collector.guards.rates import LimitedRates
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, Table, delete, select

from jupyter_errreport.event import new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store import group_schema as figures
from jupyter_errreport.store.errors.errors import delete_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.groups.regroupings import RegroupingError, merge, split
from jupyter_errreport.store.limits import Limits
from jupyter_errreport.store.names.said import NamingError, join_name, part_name
from jupyter_errreport.store.naming import Naming, notebook_of
from jupyter_errreport.store.published.sources import PublishedCell, publish_source, withdraw_source
from jupyter_errreport.store.quotas import Quotas
from jupyter_errreport.store.retention import thin
from jupyter_errreport.store.schema import errors, sessions, texts
from jupyter_errreport.store.schema import settings as remembered
from jupyter_errreport.store.sessions import erase_session, open_session

NOTEBOOKS = ("dock", "Copy of dock (1).ipynb", "fold", "my fold")
SESSIONS, PRINTS = ("s1", "s2", "s3"), ("f1", "f2", "f3")
CELLS = ("c1", "c2", "c3", "c4")
RELEASES = st.sampled_from(("1.0", None))
COUNTED = Limits(max_errors_per_session=10**6, max_errors_without_session=0)
"""Of what comes in no session, only the number is kept."""


class FiguresMachine(RuleBasedStateMachine):
    def __init__(self, place: str) -> None:
        super().__init__()
        self.database = Database(place)
        self.database.start()
        self.quotas = Quotas(LimitedRates())
        self.groups: list[str] = []

    def teardown(self) -> None:
        self.database.close()

    @rule(
        made=st.lists(
            st.fixed_dictionaries(
                {
                    "notebook": st.sampled_from(NOTEBOOKS),
                    "session": st.sampled_from((*SESSIONS, None)),
                    "fingerprint": st.sampled_from(PRINTS),
                    "cell_hash": st.sampled_from((*CELLS, None)),
                    "execution_count": st.sampled_from((-1, 3, 4)),
                    "release": RELEASES,
                    "count": st.integers(1, 5),
                    "cell_id": st.sampled_from(("id1", "id2", None)),
                    # Without a word of its own: the cell takes part, and edited cells stay together.
                    "error_message": st.sampled_from(("one", "two", "<str>")),
                }
            ),
            min_size=1,
            max_size=6,
        ),
        limits=st.sampled_from((None, COUNTED)),
    )
    def store(self, made: list[dict[str, Any]], limits: Limits | None) -> None:
        events: list[Any] = []
        for fields in made:
            given = {name: value for name, value in fields.items() if value is not None}
            events.append(
                {
                    "event_id": new_event_id(),
                    "timestamp": "2026-11-24T08:00:00.000000Z",
                    "kind": "cell",
                    "language": "python",
                    "error_name": "ValueError",
                    "first_line": f"dock({fields['cell_hash']})",
                    "traceback": [],
                    "chain": [],
                    **given,
                }
            )

        def work(connection: Connection) -> None:
            insert_errors(connection, events, limits, 90, (), self.quotas, ["192.0.2.1"] * len(events))

        self.database.write(work).result(60)

    @rule(
        session=st.sampled_from(SESSIONS), notebook=st.sampled_from(NOTEBOOKS), release=st.sampled_from(("1.0", None))
    )
    def open(self, session: str, notebook: str, release: str | None) -> None:
        self.database.write(
            lambda connection: open_session(connection, session, notebook, "::1", None, 1, 0, release)
        ).result(60)

    @rule(session=st.sampled_from(SESSIONS))
    def erase(self, session: str) -> None:
        self.database.write(lambda connection: erase_session(connection, session)).result(60)

    @precondition(lambda self: self.groups)
    @rule(data=st.data(), notebook=st.sampled_from(NOTEBOOKS))
    def delete(self, data: st.DataObject, notebook: str) -> None:
        filters = Filters(notebook=notebook, group=data.draw(st.sampled_from(self.groups)))
        self.database.write(lambda connection: delete_errors(connection, filters)).result(60)

    @rule()
    def thin(self) -> None:
        """All that may go, from the beginning: what was thinned out at first may be another group's now."""

        def work(connection: Connection) -> None:
            connection.execute(delete(remembered).where(remembered.c.name == "thinned_until"))
            thin(connection, "9")

        self.database.write(work).result(60)

    @precondition(lambda self: self.groups)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        one, other = (data.draw(st.sampled_from(self.groups)) for _ in "12")
        self._regroup(lambda connection: merge(connection, one, other, None))

    @precondition(lambda self: self.groups)
    @rule(data=st.data(), fingerprint=st.sampled_from(PRINTS), cell=st.sampled_from(("", "c1", "[3]")))
    def split(self, data: st.DataObject, fingerprint: str, cell: str) -> None:
        group = data.draw(st.sampled_from(self.groups))
        self._regroup(lambda connection: split(connection, group, fingerprint, cell, None))

    @rule(name=st.sampled_from(NOTEBOOKS), notebook=st.sampled_from(NOTEBOOKS))
    def join(self, name: str, notebook: str) -> None:
        self._regroup(lambda connection: join_name(connection, name, notebook))

    @rule(name=st.sampled_from(NOTEBOOKS), notebook=st.sampled_from(NOTEBOOKS))
    def part(self, name: str, notebook: str) -> None:
        self._regroup(lambda connection: part_name(connection, name, notebook))

    @rule(notebook=st.sampled_from(NOTEBOOKS), cells=st.sets(st.sampled_from(CELLS), min_size=1))
    def publish(self, notebook: str, cells: set[str]) -> None:
        published = [PublishedCell(f"f({cell}, {cell})", cell, "f()") for cell in sorted(cells)]
        self.database.write(lambda connection: publish_source(connection, notebook, published, "python")).result(60)

    @rule(notebook=st.sampled_from(NOTEBOOKS))
    def withdraw(self, notebook: str) -> None:
        self.database.write(lambda connection: withdraw_source(connection, notebook)).result(60)

    def _regroup(self, work: Any) -> None:
        with contextlib.suppress(RegroupingError, NamingError):
            self.database.write(work).result(60)

    @invariant()
    def figures_add_up(self) -> None:
        self.database.read(self._compare).result(60)

    def _compare(self, connection: Connection) -> None:
        self.groups = sorted(connection.scalars(select(errors.c.group_id).distinct()))
        compare_figures(connection)
        compare_names(connection)


def compare_names(connection: Connection) -> None:
    """All is where its name belongs; or, of a copy, where its cells are published."""
    for table in (errors, sessions):
        for row in connection.execute(select(table)).mappings():
            naming = Naming(connection, (row["notebook"],))
            copied = naming.copied(row["notebook"]) if table is errors and row["cell_hash"] else None
            assert row["identity"] in (naming.of_name(row["notebook"])[0], copied)
    for name in connection.scalars(select(figures.sampled.c.notebook).distinct()).all():
        assert not name or notebook_of(connection, name) == name


def compare_figures(connection: Connection) -> None:
    """Count all figures anew, and compare."""
    rows = [{**_of_notebook(row), "events": 1} for row in connection.execute(select(errors)).mappings()]
    rows += [_of_notebook(row) for row in connection.execute(select(figures.thinned)).mappings()]
    opened = [_of_notebook(row) for row in connection.execute(select(sessions)).mappings()]
    ledger = [dict(row) for row in connection.execute(select(figures.sampled)).mappings()]
    for row in rows:
        number = row["execution_count"]
        row["cell"] = row["cell_hash"] or (f"[{number}]" if number >= 0 else "")
        row["day"] = row["received_at"][:10]
    for session in opened:
        session["day"] = session["opened_at"][:10]
    for table in (
        texts,
        figures.groups,
        figures.group_days,
        figures.group_sessions,
        figures.group_releases,
        figures.group_cells,
        figures.group_fingerprints,
        figures.notebooks,
        figures.notebook_days,
        figures.notebook_releases,
        figures.notebook_cells,
        figures.cell_sessions,
    ):
        assert _kept(connection, table) == _counted(table, rows, opened, ledger), table.name
    for row in connection.execute(select(figures.groups).where(figures.groups.c.events > 0)).mappings():
        own = [error for error in rows if error["group_id"] == row["group_id"]]
        counted = {one["notebook"] for one in ledger if one["group_id"] == row["group_id"]}
        assert {error["notebook"] for error in own} | counted == {row["notebook"]}
        assert not own or (row["first_line"], row["cell"]) in [(error["first_line"], error["cell"]) for error in own]


def _of_notebook(row: Any) -> dict[str, Any]:
    return {**row, "notebook": row["identity"]}


def _kept(connection: Connection, table: Table) -> dict[Any, Any]:
    rows = connection.execute(select(table)).mappings()
    # A group stays for what was decided about it.
    return {_key(table, row): _measures(table, row) for row in rows if table is not figures.groups or row["events"]}


def _counted(
    table: Table, rows: list[dict[str, Any]], opened: list[dict[str, Any]], ledger: list[dict[str, Any]]
) -> dict[Any, Any]:
    sums: dict[Any, Counter[str]] = defaultdict(Counter)
    seen: dict[Any, set[str]] = defaultdict(set)
    for row in rows:
        key = _key(table, row)
        if None in key:
            continue
        places = row.get("execution_sum", max(0, row["execution_count"]))
        sums[key] += Counter(count=row["count"], events=row["events"], execution_sum=places)
        if row["session"]:
            seen[key].add(row["session"])
    if table in (figures.groups, figures.group_days, figures.notebooks, figures.notebook_days):
        for row in ledger:
            if "" not in (key := _key(table, row)):
                sums[key] += Counter(count=row["count"], events=row["events"])
    if "failed_sessions" in table.c:
        for session in opened:
            key = _key(table, session)
            if None not in key:
                sums[key] += Counter(sessions=1, failed_sessions=int(session["errors"] > 0))
    elif "sessions" in table.c:
        for key in sums:
            sums[key]["sessions"] = len(seen[key])
    return {key: _measures(table, {**dict.fromkeys(_MEASURES, 0), **counter}) for key, counter in sums.items()}


_MEASURES = ("count", "events", "sessions", "failed_sessions", "execution_sum")


def _key(table: Table, row: Any) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _measures(table: Table, row: Any) -> tuple[int, ...]:
    return tuple(row[name] for name in _MEASURES if name in table.c)


def test_figures_are_those_of_counting_anew(new_place: Callable[[], str]) -> None:
    on_server = "://" in new_place()  # where a new database takes as long as many steps, and shrinking minutes
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: FiguresMachine(new_place()),
        settings=settings(
            max_examples=8 if on_server else 25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[phase for phase in Phase if not (on_server and phase in (Phase.shrink, Phase.explain))],
        ),
    )

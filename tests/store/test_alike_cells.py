"""A cell that its author edits keeps its group where both versions are published; two cells of one never share one."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from jupyter_errreport.event import EventMessageType, fingerprint, new_event_id
from jupyter_errreport.source import cell_hash
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.errors import delete_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.group_schema import group_cells, groups
from jupyter_errreport.store.groups.groups import GroupChange, change_group
from jupyter_errreport.store.groups.regroupings import merge, split
from jupyter_errreport.store.published.lineages import edits_of
from jupyter_errreport.store.published.sources import PublishedCell, publish_source, withdraw_source
from jupyter_errreport.store.schema import source_cells

from .test_figures_machine import compare_figures

Make = Callable[..., EventMessageType]

LOAD = "stations = load('stations.csv')\nstations['B']"
EDITED = "stations = load('stations.csv', sep=';')\nprint(stations.head())\nstations['B']"
MONTHS = "months = calendar(2026)\nmonths[13]"


def publish(database: Database, notebook: str, *sources: str) -> None:
    cells = [PublishedCell(source, cell_hash(source), source.splitlines()[0]) for source in sources]
    database.write(lambda connection: publish_source(connection, notebook, cells, "python")).result(60)


def failing(source: str, notebook: str = "dock", error_name: str = "KeyError", **more: Any) -> EventMessageType:
    frames: Any = [{"filename": "<cell 3>", "fun_name": "<module>", "lineno": 1}]
    cell = cell_hash(source)
    event: Any = {
        "event_id": new_event_id(),
        "timestamp": "2026-11-24T08:00:00.000000Z",
        "notebook": notebook,
        "kind": "cell",
        "language": "python",
        "error_name": error_name,
        "error_message": "<str>",
        "first_line": source.splitlines()[0],
        "execution_count": 3,
        "count": 1,
        "traceback": frames,
        "chain": [],
        "cell_hash": cell,
        "fingerprint": fingerprint(error_name, "<str>", frames, "python", cell),
        **more,
    }
    return event  # type: ignore[no-any-return]


def fail(database: Database, *sources: str, **more: Any) -> list[str]:
    """The groups of errors in these cells, which arrive at once."""
    events = [failing(source, **more) for source in sources]
    outcomes = database.write(lambda connection: insert_errors(connection, events, None, 90)).result(60)
    return [outcome.group for outcome in outcomes]


def test_an_edited_cell_stays_with_its_origin_when_both_are_published(database: Database) -> None:
    publish(database, "dock", LOAD, MONTHS)
    before = fail(database, LOAD, MONTHS)
    publish(database, "dock", EDITED, MONTHS)
    assert fail(database, EDITED, MONTHS) == before
    assert fail(database, EDITED, error_name="IndexError") != before[:1]
    database.read(compare_figures).result(60)


def test_so_does_the_old_cell_of_a_copy_that_arrives_later_or_at_once(database: Database) -> None:
    publish(database, "dock", LOAD, MONTHS)
    publish(database, "dock", EDITED, MONTHS)
    edited, old, months = fail(database, EDITED, LOAD, MONTHS)
    assert edited == old != months
    assert fail(database, LOAD) == [old]


def test_what_came_before_its_cell_was_published_is_joined_unless_somebody_has_decided(database: Database) -> None:
    publish(database, "dock", LOAD, MONTHS)
    (origin, _), (edit,) = fail(database, LOAD, MONTHS), fail(database, EDITED)
    (other,) = fail(database, EDITED, error_name="IndexError")
    (decided,) = fail(database, LOAD, error_name="IndexError")
    change = GroupChange(hint="Run it again.")
    database.write(lambda connection: change_group(connection, other, change, None)).result(60)
    publish(database, "dock", EDITED, MONTHS)
    database.read(compare_figures).result(60)
    assert edit != origin
    assert fail(database, EDITED, LOAD) == [origin, origin]
    assert fail(database, EDITED, LOAD, error_name="IndexError") == [other, decided]
    publish(database, "dock", EDITED, MONTHS, LOAD)
    assert fail(database, EDITED, LOAD) == [edit, origin]
    database.read(compare_figures).result(60)


def test_an_edit_of_an_edit_is_the_same_cell(database: Database) -> None:
    again = EDITED.replace("head()", "head().round()")
    for source in (LOAD, EDITED, again):
        publish(database, "dock", MONTHS, source)
    assert len(set(fail(database, LOAD, EDITED, again))) == 1


@pytest.mark.parametrize("published", [(LOAD,), (EDITED,), ()])
def test_where_only_one_is_published_nothing_is_joined(database: Database, published: tuple[str, ...]) -> None:
    for source in published:
        publish(database, "dock", source, MONTHS)
    assert len(set(fail(database, LOAD, EDITED))) == 2


def test_a_cell_that_has_little_in_common_is_another(database: Database) -> None:
    publish(database, "dock", LOAD)
    publish(database, "dock", MONTHS)
    assert len(set(fail(database, LOAD, MONTHS))) == 2


def test_what_is_as_like_two_cells_is_neither() -> None:
    one, two = "a = f(x, y)\nb", "a = f(x, y)\nc"
    assert edits_of({"new": "a = f(x, y)\nd"}, {"one": one, "two": two}) == {}
    assert edits_of({"new": one + "\n1"}, {"one": one, "two": two}) == {"new": "one"}
    assert edits_of({"new 1": one + "\n1", "new 2": one + "\n2"}, {"one": one}) == {}


def test_cells_that_turn_out_to_be_two_are_parted_again(database: Database) -> None:
    publish(database, "dock", LOAD)
    publish(database, "dock", EDITED)
    assert len(set(fail(database, LOAD, EDITED))) == 1
    publish(database, "dock", LOAD, EDITED)
    database.read(compare_figures).result(60)
    assert len(set(fail(database, LOAD, EDITED))) == 2
    database.read(_no_two_of_one_version).result(60)


def test_what_a_person_parted_stays_parted(database: Database) -> None:
    publish(database, "dock", LOAD)
    publish(database, "dock", EDITED)
    (group, same) = fail(database, LOAD, EDITED)
    made = failing(EDITED)["fingerprint"]
    part = database.write(lambda connection: split(connection, group, made, "", None)).result(60)
    publish(database, "dock", EDITED, MONTHS)
    assert (fail(database, LOAD, EDITED), group) == ([same, part], same)
    database.write(lambda connection: delete_errors(connection, Filters(group=part))).result(60)
    assert fail(database, LOAD, EDITED) == [group, part]


def test_what_a_person_merged_stays_merged(database: Database) -> None:
    publish(database, "dock", LOAD, MONTHS)
    one, other = fail(database, LOAD, MONTHS)
    database.write(lambda connection: merge(connection, one, other, None)).result(60)
    publish(database, "dock", LOAD, MONTHS, EDITED)
    assert fail(database, LOAD, MONTHS) == [other, other]


def test_the_likeness_of_one_notebook_says_nothing_of_another(database: Database) -> None:
    publish(database, "dock", LOAD)
    publish(database, "dock", EDITED)
    publish(database, "fold", LOAD)
    assert len(set(fail(database, LOAD, EDITED, notebook="fold"))) == 2


NAMES = st.sampled_from(("a", "b", "c", "load", "plot", "df"))
LINES = st.builds("{} = {}({}, {})".format, NAMES, NAMES, NAMES, st.integers(0, 3))


@st.composite
def families(draw: st.DrawFn) -> list[str]:
    """Cells, each with some edits of it: a line more, a line less, a word changed."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        cell = draw(st.lists(LINES, min_size=1, max_size=4))
        found.append("\n".join(cell))
        for _ in range(draw(st.integers(1, 3))):
            how, where, line = draw(st.tuples(st.sampled_from("+-w"), st.integers(0, 3), LINES))
            cell = list(cell)
            if how == "+":
                cell.insert(where, line)
            elif how == "-" and len(cell) > 1:
                del cell[where % len(cell)]
            else:
                cell[where % len(cell)] += f" + {draw(NAMES)}"
            found.append("\n".join(cell))
    return found


@pytest.fixture(scope="module")
def shared(module_place: str) -> Any:
    database = Database(module_place)
    database.start()
    yield database
    database.close()


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), sources=families())
def test_two_cells_of_one_version_are_never_joined(shared: Database, data: st.DataObject, sources: list[str]) -> None:
    notebook = f"book {new_event_id()}"
    some = st.lists(st.sampled_from(sources), min_size=1, max_size=4, unique=True)
    for step in data.draw(
        st.lists(st.sampled_from(("publish", "publish", "fail", "withdraw")), min_size=2, max_size=8)
    ):
        chosen = data.draw(some)
        if step == "publish":
            publish(shared, notebook, *chosen)
        elif step == "fail":
            fail(shared, *chosen, notebook=notebook)
        else:
            shared.write(lambda connection: withdraw_source(connection, notebook)).result(60)
        shared.read(lambda connection: _no_two_of_one_version(connection, notebook)).result(60)
    fail(shared, *sources, notebook=notebook)
    shared.read(lambda connection: _no_two_of_one_version(connection, notebook)).result(60)
    publish(shared, notebook, *sources)
    shared.read(lambda connection: _no_two_of_one_version(connection, notebook)).result(60)


def _no_two_of_one_version(connection: Connection, notebook: str = "dock") -> None:
    versions: dict[int, set[str]] = {}
    its = source_cells.c.notebook == notebook
    for row in connection.execute(select(source_cells).where(its, source_cells.c.cell_hash.is_not(None))):
        versions.setdefault(row.version, set()).add(row.cell_hash)
    lineages = connection.execute(select(source_cells).where(its, source_cells.c.cell_hash.is_not(None))).all()
    for version in versions:
        found = {row.cell_hash: row.lineage for row in lineages if row.version == version}
        assert len(set(found.values())) == len(found)
    for group in connection.scalars(select(groups.c.group_id).where(groups.c.notebook == notebook)):
        cells = set(connection.scalars(select(group_cells.c.cell).where(group_cells.c.group_id == group)))
        for pair in combinations(sorted(cells), 2):
            assert not any(set(pair) <= standing for standing in versions.values())

"""Which of an author's published cells is shown for a reader's error."""

from collections.abc import Callable
from typing import Any

from jupyter_errreport.event import EventMessageType, group_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.errors import delete_errors, find_error
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.groups.groups import find_group
from jupyter_errreport.store.published.author_cells import author_cell_of_error, author_cell_of_group
from jupyter_errreport.store.published.sources import (
    VERSIONS_KEPT,
    PublishedCell,
    cells_in_order,
    find_source,
    publish_source,
    withdraw_source,
)

Make = Callable[..., EventMessageType]

IMPORT = PublishedCell("import dock\n", "h-import", "import dock")
LOAD = PublishedCell("#@title Load\nresidues = read('/data/smith.pdb')\ndock(residues)", "h-load", "#@title Load")
PLOT = PublishedCell("plot(energy)", "h-plot", "plot(energy)")


def publish(database: Database, *cells: PublishedCell, release: str | None = None) -> dict[str, Any]:
    return database.write(lambda connection: publish_source(connection, "dock", cells, "python", release)).result(5)


def author_cell(database: Database, event: EventMessageType) -> dict[str, Any] | None:
    database.write(lambda connection: insert_errors(connection, [event], None, 90)).result(5)
    error = database.read(lambda connection: find_error(connection, event["event_id"])).result(5)
    assert error is not None
    return database.read(lambda connection: author_cell_of_error(connection, error)).result(5)


def frame(place: str, line: int) -> dict[str, Any]:
    return {"filename": place, "fun_name": "f", "lineno": line}


def test_the_cell_of_the_same_hash_has_the_failing_line_marked(database: Database, event: Make) -> None:
    publish(database, IMPORT, LOAD, PLOT, release="1.0")
    traceback = [frame("<cell 3>", 3), frame("dock/core.py", 812)]
    found = author_cell(database, event(cell_hash="h-load", execution_count=3, traceback=traceback))
    assert found is not None
    assert (found["version"], found["release"], found["number"]) == (1, "1.0", 2)
    assert (found["versions"], found["changed"]) == ([1], False)
    assert found["published_at"]
    assert found["lines"] == [
        {"n": 1, "text": "#@title Load", "failed": False},
        {"n": 2, "text": "residues = read('/data/smith.pdb')", "failed": False},
        {"n": 3, "text": "dock(residues)", "failed": True},
    ]


def test_the_innermost_line_of_this_cell_is_the_failing_one(database: Database, event: Make) -> None:
    publish(database, PublishedCell("def f():\n    1 / 0\nf()\n", "h", "def f():"))
    traceback = [frame("<cell 4>", 3), frame("<cell 4>", 2), frame("<cell 2>", 1)]
    found = author_cell(database, event(cell_hash="h", execution_count=4, traceback=traceback))
    assert found is not None
    assert [line["n"] for line in found["lines"] if line["failed"]] == [2]


def test_lines_are_counted_without_the_empty_ones_at_the_top(database: Database, event: Make) -> None:
    publish(database, PublishedCell("\n  \na = 1\n1 / 0", "h", "a = <int>"))
    found = author_cell(database, event(cell_hash="h", execution_count=1, traceback=[frame("<cell 1>", 2)]))
    assert found is not None
    assert [line["text"] for line in found["lines"] if line["failed"]] == ["1 / 0"]


def test_no_line_is_marked_when_the_traceback_names_none_of_the_cells(database: Database, event: Make) -> None:
    publish(database, LOAD)
    for traceback in ([], [frame("<cell 9>", 1)], [frame("<cell 3>", 99)]):
        found = author_cell(database, event(cell_hash="h-load", execution_count=3, traceback=traceback))
        assert found is not None
        assert not [line for line in found["lines"] if line["failed"]]


def test_of_several_versions_the_one_of_the_readers_release_is_shown_else_the_newest(
    database: Database, event: Make
) -> None:
    for release, literal in (("1.0", "old"), ("1.1", "middle"), (None, "new")):
        publish(database, PublishedCell(f"read('{literal}')", "h", "read(<str>)"), release=release)
    shown = {release: author_cell(database, event(cell_hash="h", release=release)) for release in ("1.0", "9", None)}
    assert {release: found and found["lines"][0]["text"] for release, found in shown.items()} == {
        "1.0": "read('old')",
        "9": "read('new')",
        None: "read('new')",
    }
    assert shown["1.0"] is not None
    assert shown["1.0"]["versions"] == [3, 2, 1]


def test_a_cell_that_left_the_newest_version_is_still_known(database: Database, event: Make) -> None:
    publish(database, IMPORT, LOAD)
    publish(database, IMPORT)
    found = author_cell(database, event(cell_hash="h-load"))
    assert found is not None
    assert (found["version"], found["changed"]) == (1, False)


def test_a_changed_cell_is_shown_by_the_most_alike_first_line_and_no_line_is_marked(
    database: Database, event: Make
) -> None:
    publish(database, IMPORT, LOAD, PLOT)
    found = author_cell(database, event(cell_hash="h-other", first_line="plot(energies)", execution_count=3))
    assert found is not None
    assert (found["changed"], found["number"]) == (True, 3)
    assert not [line for line in found["lines"] if line["failed"]]


def test_of_equal_first_lines_the_cell_in_the_same_place_is_taken(database: Database, event: Make) -> None:
    same = [PublishedCell(f"%%time\nstep({number})\nextra()", f"h{number}", "%%time") for number in range(5)]
    publish(database, *same)
    found = author_cell(database, event(cell_hash="other", first_line="%%time", execution_count=4))
    assert found is not None
    assert (found["changed"], found["number"]) == (True, 4)


def test_nothing_is_shown_where_nothing_fits(database: Database, event: Make) -> None:
    assert author_cell(database, event(cell_hash="h-load")) is None
    publish(database, IMPORT, LOAD, PLOT)
    assert author_cell(database, event(cell_hash="x", first_line="completely(different) + thing")) is None
    assert author_cell(database, event(cell_hash=None, first_line="")) is None
    assert author_cell(database, event(cell_hash="h-load", notebook="fold", first_line="")) is None


def test_a_group_is_shown_in_the_cell_that_its_title_is_of(database: Database, event: Make) -> None:
    publish(database, IMPORT, LOAD, PLOT)
    of_load = {"cell_hash": "h-load", "execution_count": 2, "first_line": "#@title Load"}
    events = [
        event(**of_load, traceback=[frame("<cell 2>", 2)]),
        event(cell_hash="h-plot", execution_count=3),
        event(cell_hash="h-plot", execution_count=3),
        event(notebook="fold", cell_hash="h-import"),
    ]
    database.write(lambda connection: insert_errors(connection, events, None, 90)).result(5)
    group_of_both = group_id("dock", "f" * 32)
    group = database.read(lambda connection: find_group(connection, group_of_both, None)).result(5)
    assert group is not None
    assert (group["first_line"], group["cell"]) == ("#@title Load", "h-load")
    found = database.read(lambda connection: author_cell_of_group(connection, group)).result(5)
    assert found is not None
    assert [line["text"] for line in found["lines"] if line["failed"]] == ["residues = read('/data/smith.pdb')"]
    first = events[0]["event_id"]
    database.write(lambda connection: delete_errors(connection, Filters(), first)).result(5)
    group = database.read(lambda connection: find_group(connection, group_of_both, None)).result(5)
    assert group is not None
    assert (group["first_line"], group["cell"]) == ("dock(<str>)", "h-plot"), "a cell that it still happens in"
    found = database.read(lambda connection: author_cell_of_group(connection, group)).result(5)
    assert found is not None
    assert [line["text"] for line in found["lines"]] == PLOT.source.splitlines()


def test_equal_cells_make_no_new_version(database: Database) -> None:
    assert publish(database, IMPORT, LOAD)["is_new"]
    again = publish(database, IMPORT, LOAD, release="1.1")
    assert (again["is_new"], again["version"], again["release"]) == (False, 1, "1.1")
    assert publish(database, IMPORT, LOAD)["release"] == "1.1"
    assert publish(database, LOAD, IMPORT)["version"] == 2
    assert publish(database, IMPORT, LOAD)["version"] == 3


def test_the_newest_versions_are_kept(database: Database) -> None:
    for number in range(VERSIONS_KEPT + 2):
        publish(database, PublishedCell(f"step({number})", f"h{number}", "step(<int>)"))
    source = database.read(lambda connection: find_source(connection, "dock")).result(5)
    assert source is not None
    assert [row["version"] for row in source["versions"]] == list(range(VERSIONS_KEPT + 2, 2, -1))
    assert database.read(lambda connection: find_source(connection, "dock", 2)).result(5) is None
    assert database.write(lambda connection: withdraw_source(connection, "dock")).result(5) == VERSIONS_KEPT
    assert database.read(lambda connection: find_source(connection, "dock")).result(5) is None
    assert database.read(lambda connection: cells_in_order(connection, "dock")).result(5) == []


def test_all_cells_of_the_newest_version_are_in_order(database: Database) -> None:
    publish(database, PLOT)
    publish(database, IMPORT, PublishedCell("# only words", None, "# only words"), LOAD)
    assert database.read(lambda connection: cells_in_order(connection, "dock")).result(5) == [
        {"number": 1, "cell": "h-import", "first_line": "import dock"},
        {"number": 2, "cell": None, "first_line": "# only words"},
        {"number": 3, "cell": "h-load", "first_line": "#@title Load"},
    ]

"""Which notebook a name is: what authors say of it and take back, and copies that are known by their cells."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select

from jupyter_errreport.event import EventMessageType, fingerprint
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import stamp
from jupyter_errreport.store.errors.errors import delete_errors, list_errors
from jupyter_errreport.store.errors.insert import Outcome, insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.group_schema import alerts, notebooks
from jupyter_errreport.store.groups.groups import GroupChange, GroupFilters, change_group, find_group, list_groups
from jupyter_errreport.store.groups.regroupings import merge, split
from jupyter_errreport.store.names.copies import ENOUGH
from jupyter_errreport.store.names.listing import list_names, similar_notebooks
from jupyter_errreport.store.names.said import NamingError, Said, join_name, part_name
from jupyter_errreport.store.notebooks import find_notebook
from jupyter_errreport.store.outbox.alerts import add_alert, list_alerts
from jupyter_errreport.store.published.author_cells import author_cell_of_error
from jupyter_errreport.store.published.sources import PublishedCell, find_source, publish_source, withdraw_source
from jupyter_errreport.store.sessions import list_sessions, open_session
from jupyter_errreport.store.tokens import create_token, list_tokens

from .test_figures_machine import compare_figures, compare_names

Make = Callable[..., EventMessageType]


class Author:
    """What readers send, and what an author does about it."""

    def __init__(self, database: Database, make: Make) -> None:
        self.database, self._make = database, make

    def fails(self, notebook: str, error_name: str = "ValueError", cell: str = "c1", **more: Any) -> Outcome:
        message, frames = more.pop("message", "bad residue"), self._make()["traceback"]
        made = fingerprint(error_name, message, frames, "python", cell)
        fields = {"error_name": error_name, "error_message": message, "cell_hash": cell, "first_line": f"{cell}()"}
        event = self._make(notebook=notebook, fingerprint=made, **fields, **more)
        (outcome,) = self.write(insert_errors, [event], None, 90)
        self.check()
        found: Outcome = outcome
        return found

    def write(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return self.database.write(lambda connection: work(connection, *arguments)).result(60)

    def read(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return self.database.read(lambda connection: work(connection, *arguments)).result(60)

    def join(self, name: str, notebook: str) -> Said:
        said: Said = self.write(join_name, name, notebook)
        self.check()
        return said

    def part(self, name: str, notebook: str) -> Said:
        said: Said = self.write(part_name, name, notebook)
        self.check()
        return said

    def publish(self, notebook: str, *cells: str) -> None:
        published = [PublishedCell(f"{cell}_source()", cell, f"{cell}()") for cell in cells]
        self.write(publish_source, notebook, published, "python")

    def decide(self, group: str, **decided: Any) -> None:
        assert self.write(change_group, group, GroupChange(**decided), None)

    def groups(self, notebook: str | None = None) -> dict[str, dict[str, Any]]:
        page = self.read(list_groups, GroupFilters(notebook=notebook), "last_seen", 100)
        return {group["group"]: group for group in page.items}

    def counts(self) -> dict[str, int]:
        """How many events there are of each notebook."""
        query = select(notebooks.c.notebook, notebooks.c.events).where(notebooks.c.events > 0)
        return dict(self.read(lambda connection: [tuple(row) for row in connection.execute(query)]))

    def check(self) -> None:
        def work(connection: Connection) -> None:
            compare_figures(connection)
            compare_names(connection)

        self.read(work)


@pytest.fixture
def author(database: Database, event: Make) -> Author:
    return Author(database, event)


def test_a_name_that_is_joined_is_the_notebook_for_what_came_and_what_comes(author: Author) -> None:
    author.fails("course")
    author.fails("my course (1).ipynb", session="s")
    author.write(open_session, "s", "lessons/my course.ipynb", "::1", None)
    said = author.join("my course.ipynb", "course.ipynb")
    assert said == Said("my course", "course", "my course", 1)
    author.fails("Copy of my course.ipynb")
    assert author.counts() == {"course": 3}
    assert len(author.groups("my course")) == len(author.groups("course")) == 1
    assert [row["session"] for row in author.read(list_sessions, Filters(notebook="course"), 10).items] == ["s"]
    names = {error["notebook"] for error in author.read(list_errors, Filters(notebook="my course"), 10).items}
    assert names == {"course", "my course (1).ipynb", "Copy of my course.ipynb"}
    found = author.read(find_notebook, "my course")
    assert (found["notebook"], found["events"], found["sessions"]) == ("course", 3, 1)
    assert {name["name"]: name["how"] for name in author.read(list_names, "course")} == {
        "my course": "said",
        "my course (1)": "copy",
        "Copy of my course": "copy",
    }


def test_it_can_be_taken_back_with_what_came_meanwhile(author: Author) -> None:
    for notebook in ("course", "lab", "lab"):
        author.fails(notebook)
    before = author.counts()
    author.join("lab", "course")
    author.fails("lab (2)")
    assert author.part("lab", "course") == Said("lab", "lab", "course", 3)
    assert author.counts() == {**before, "lab": 3}
    author.fails("lab")
    assert author.counts() == {**before, "lab": 4}
    assert author.read(list_names, "course") == []


def test_two_lessons_are_parted_and_joined_again(author: Author) -> None:
    for name in ("Lesson.ipynb", "Lesson (1).ipynb", "Lesson (2).ipynb", "Copy of Lesson (2).ipynb"):
        author.fails(name)
    assert author.counts() == {"Lesson": 4}
    assert author.part("Lesson (2).ipynb", "Lesson") == Said("Lesson (2)", "Lesson (2)", "Lesson", 2)
    author.fails("week/Lesson (2).ipynb")
    assert author.counts() == {"Lesson": 2, "Lesson (2)": 3}
    author.write(create_token, "author", "Lesson (2).ipynb")
    author.write(create_token, "author", "Lesson (3).ipynb")
    assert {token["notebook"] for token in author.read(list_tokens)} == {"Lesson (2)", "Lesson"}
    author.join("Lesson (2)", "Lesson")
    author.fails("Lesson (2)")
    assert author.counts() == {"Lesson": 6}


def test_decisions_go_along_and_come_back(author: Author) -> None:
    here, there = author.fails("course", "KeyError", "c1"), author.fails("lab", "KeyError", "c2")
    both = [author.fails(notebook, "OSError").group for notebook in ("course", "lab")]
    author.decide(there.group, hint="Run the first cell.", note="ask Ann", status="resolved")
    author.decide(both[0], hint="Upload it.")
    author.decide(both[1], hint="Not this.", note="mine")
    author.join("lab", "course")
    moved = next(group for group in author.groups().values() if group["first_line"] == "c2()")
    assert (moved["notebook"], moved["hint"], moved["note"], moved["status"]) == (
        "course",
        "Run the first cell.",
        "ask Ann",
        "resolved",
    )
    assert author.read(find_group, there.group, None)["group"] == moved["group"]  # an old link leads on
    assert author.groups()[both[0]]["hint"] == "Upload it."
    assert author.groups()[both[0]]["note"] == "mine"
    assert author.fails("lab", "KeyError", "c2").hint == "Run the first cell."
    assert len(author.groups()) == 3
    author.part("lab", "course")
    found = author.groups("lab")
    assert found[there.group]["hint"] == "Run the first cell."
    assert {group["notebook"] for group in author.groups("course").values()} == {"course"}
    assert set(author.groups("course")) == {here.group, both[0]}
    of_alerts = author.read(lambda connection: set(connection.scalars(select(alerts.c.group_id))))
    assert all(author.read(find_group, group, None) for group in of_alerts if group)


def test_what_was_merged_and_split_stays_so_in_the_other_notebook(author: Author) -> None:
    one, two = author.fails("lab", "KeyError", "c1").group, author.fails("lab", "KeyError", "c2").group
    author.write(merge, one, two, None)
    words = author.fails("lab", "ValueError", "c1").group
    author.fails("lab", "ValueError", "c2")
    made = author.read(find_group, words, None)["fingerprints"][0]["fingerprint"]
    part = author.write(split, words, made, "c2", None)
    assert len({one, two, words, part}) == 4
    author.join("lab", "course")
    assert len(author.groups("course")) == 3
    sent = [author.fails("course", *what) for what in (("KeyError", "c1"), ("KeyError", "c2"))]
    assert sent[0].group == sent[1].group
    assert author.fails("course", "ValueError", "c1").group != author.fails("course", "ValueError", "c2").group
    assert len(author.groups("course")) == 3
    author.part("lab", "course")
    assert set(author.groups("lab")) == {two, words, part}


def test_a_name_of_a_name_is_the_last_one_and_comes_back_alone(author: Author) -> None:
    for notebook in ("a", "b", "c"):
        author.fails(notebook)
    author.join("a", "b")
    author.join("b", "c")
    assert author.counts() == {"c": 3}
    assert author.join("a", "c").moved == 0
    author.part("b", "c")
    assert author.counts() == {"b": 2, "c": 1}
    author.part("a", "b")
    assert author.counts() == {"a": 1, "b": 1, "c": 1}


def test_what_belongs_to_nobody_is_joined_with_nothing(author: Author) -> None:
    author.fails("Untitled3.ipynb")
    for name, notebook in (("Untitled3", "course"), ("course", "Untitled"), ("unknown", "course")):
        with pytest.raises(NamingError, match="belong to nobody"):
            author.join(name, notebook)
    with pytest.raises(NamingError, match="own name"):
        author.part("course", "course")
    with pytest.raises(NamingError, match="no such name") as problem:
        author.part("lab", "course")
    assert problem.value.is_unknown


def test_what_is_published_under_a_joined_name_is_shown(author: Author) -> None:
    author.publish("lab", "c1")
    author.fails("course", cell="c1")
    author.join("lab", "course")
    (error,) = author.read(list_errors, Filters(notebook="course"), 10).items
    assert author.read(author_cell_of_error, error)["lines"][0]["text"] == "c1_source()"
    assert author.read(find_source, "course")["notebook"] == "lab"
    author.publish("course", "c2")
    assert author.read(find_source, "course")["notebook"] == "course"
    assert author.read(author_cell_of_error, error)["changed"] is False
    author.write(withdraw_source, "course")
    author.part("lab", "course")
    assert author.read(find_source, "course") is None
    assert author.read(find_source, "lab") is not None


CELLS = ("c1", "c2", "c3", "c4", "c5")


def test_a_copy_under_any_name_is_known_by_its_cells(author: Author) -> None:
    author.publish("course", *CELLS)
    hint = author.fails("course", cell="c3").group
    author.decide(hint, hint="Upload it.")
    outcomes = [author.fails("thermo WS26 final", cell=cell) for cell in CELLS[:ENOUGH]]
    assert author.counts() == {"course": 1 + ENOUGH}
    assert (outcomes[-1].group, outcomes[-1].hint) == (hint, "Upload it.")
    assert author.fails("thermo WS26 final (1).ipynb", cell="c5").hint == "Upload it."
    assert author.counts() == {"course": 2 + ENOUGH}
    assert author.read(list_names, "course") == [{"name": "thermo WS26 final", "how": "cells"}]
    assert author.read(find_notebook, "thermo WS26 final")["notebook"] == "course"
    # In cells that are the reader's own, their errors are the reader's own.
    author.fails("thermo WS26 final", cell="mine")
    assert author.counts() == {"course": 2 + ENOUGH, "thermo WS26 final": 1}


def test_what_was_recognised_can_be_taken_back_for_good(author: Author) -> None:
    author.publish("course", *CELLS)
    for cell in CELLS[:4]:
        author.fails("other", cell=cell)
    assert author.part("other", "course") == Said("other", "other", "course", 4)
    for cell in CELLS:
        author.fails("other", cell=cell)
    assert author.counts() == {"other": 9}
    author.join("other", "course")
    assert author.counts() == {"course": 9}


def test_few_cells_or_less_than_most_are_no_copy(author: Author) -> None:
    author.publish("course", *CELLS)
    for cell in (*CELLS[: ENOUGH - 1], *CELLS[: ENOUGH - 1]):
        author.fails("two", cell=cell)
    for cell in ("x1", "x2", "x3", "x4", *CELLS[:ENOUGH]):
        author.fails("mixed", cell=cell)
    assert author.counts() == {"two": 2 * (ENOUGH - 1), "mixed": 4 + ENOUGH}


def test_cells_that_several_notebooks_have_prove_nothing(author: Author) -> None:
    author.publish("course", *CELLS)
    author.publish("other course", *CELLS[1:])
    for cell in CELLS:
        author.fails("third", cell=cell)
    assert author.counts() == {"third": 5}


@pytest.mark.parametrize("owned", ["published", "said", "token", "nobody's"])
def test_nobody_can_make_a_notebook_of_somebodys_a_copy(author: Author, owned: str) -> None:
    name = "Untitled" if owned == "nobody's" else "theirs"
    author.fails(name, cell="own")
    author.publish("course", *CELLS)
    if owned == "published":
        author.publish(name, "own")
    elif owned == "said":
        author.join("their copy", name)
    elif owned == "token":
        author.write(create_token, "read", "their*")
    before = author.counts()[name]
    for cell in CELLS:
        author.fails(name, cell=cell)
    assert author.counts() == {name: before + len(CELLS)}


def test_a_stranger_moves_nothing_but_what_names_published_cells(author: Author) -> None:
    author.publish("course", *CELLS)
    for cell in ("own 1", "own 2"):
        author.fails("theirs", cell=cell)
    author.decide(author.fails("theirs", "KeyError", "own 1").group, hint="theirs")
    for cell in CELLS:
        author.fails("theirs", cell=cell)
    assert author.counts() == {"theirs": 3, "course": len(CELLS)}
    assert author.fails("theirs", "KeyError", "own 1").hint == "theirs"


def test_a_copy_that_its_author_joins_elsewhere_goes_there_whole(author: Author) -> None:
    author.publish("course", *CELLS)
    for cell in (*CELLS, "mine"):
        author.fails("copy", cell=cell)
    author.fails("lab")
    assert author.counts() == {"course": 5, "copy": 1, "lab": 1}
    author.join("copy", "lab")
    assert author.counts() == {"lab": 7}
    author.part("copy", "lab")
    assert author.counts() == {"copy": 6, "lab": 1}


def test_a_recognised_copy_follows_its_origin(author: Author) -> None:
    author.publish("course", *CELLS)
    for cell in (*CELLS, "mine"):
        author.fails("copy", cell=cell)
    author.fails("new course")
    author.join("course", "new course")
    author.fails("copy", cell="c1")
    assert author.counts() == {"new course": 7, "copy": 1}
    author.part("course", "new course")
    assert author.counts() == {"course": 6, "copy": 1, "new course": 1}


def test_names_that_are_much_like_it_are_told(author: Author) -> None:
    for name in ("thermodynamics", "thermodynamics 2026", "poetry", "Untitled thermodynamics"):
        author.fails(name)
    assert author.read(similar_notebooks, "thermodynamcs", None) == ["thermodynamics", "thermodynamics 2026"]
    assert author.read(similar_notebooks, "thermodynamcs", "poe*") == []
    author.publish("thermodynamcs", "c1")
    assert author.read(find_notebook, "thermodynamcs")["count"] == 0
    assert author.read(find_notebook, "thermodynamcs", "poe*") is None


def test_releases_that_were_published_under_a_joined_name_are_known(author: Author) -> None:
    later = "2100-01-01T00:00:00.000000Z"
    cells = [PublishedCell("f()", "c1", "f()")]
    author.write(publish_source, "my course", cells, "python", "beta")
    author.write(publish_source, "my course", [*cells, *cells], "python", "gamma")
    group = author.fails("my course", release="gamma").group
    author.fails("my course", release="beta")
    author.fails("course")
    author.join("my course", "course")
    (group,) = author.groups("course")
    author.decide(group, status="resolved")
    assert author.read(find_group, group, None)["resolved_release"] == "gamma"
    author.fails("my course", release="beta", timestamp=later)
    assert author.read(find_group, group, None)["status"] == "resolved", "an older release has it, as is known"
    author.write(publish_source, "course", cells, "python", "delta")
    author.fails("course", release="delta", timestamp=later)
    assert author.read(find_group, group, None)["status"] == "open"


def test_alerts_of_a_joined_notebook_are_the_others_and_stay(author: Author) -> None:
    moment = author.write(lambda connection: stamp())
    author.fails("course")
    author.fails("my course", "KeyError")
    details = {"groups": 1, "last": moment}
    author.write(add_alert, "storm", "my course", None, moment, details)
    author.write(add_alert, "share", "other", None, moment)
    author.join("my course", "course")
    gone = author.fails("other").group
    author.write(lambda connection: delete_errors(connection, Filters(group=gone)))
    found = {(alert["kind"], alert["notebook"]) for alert in author.read(list_alerts, 10)}
    assert found == {("new", "course"), ("storm", "course"), ("share", "other")}

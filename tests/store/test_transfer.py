"""A database that is moved into another is the same there."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_errreport.event import EventMessageType
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.sessions import open_session
from jupyter_errreport.store.settings import secret
from jupyter_errreport.store.transfer import TransferError, transfer
from tests.support.postgresql import PostgreSQLServer

from .contents import everything_of
from .test_figures_machine import compare_figures

pytestmark = pytest.mark.needs("postgresql")
Make = Callable[..., EventMessageType]
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


def started(place: str | Path) -> Database:
    database = Database(place)
    database.start()
    return database


def fill(database: Database, event: Make, count: int = 3) -> None:
    made = [event(session=f"s{n % 2}", error_message=f"message {n} „ä“ 😀", count=n + 1) for n in range(count)]
    database.write(lambda connection: secret(connection, "salt")).result(5)
    database.write(lambda connection: open_session(connection, "s0", "dock", "::1", None)).result(5)
    database.write(lambda connection: insert_errors(connection, made, None, 90)).result(20)


@pytest.mark.parametrize("forth", [True, False])
def test_each_row_is_the_same_in_either_direction(
    tmp_path: Path, postgresql: PostgreSQLServer, event: Make, monkeypatch: pytest.MonkeyPatch, forth: bool
) -> None:
    monkeypatch.setattr("jupyter_errreport.store.transfer.AT_ONCE", 7)
    places = [tmp_path / "old.sqlite", postgresql.fresh()]
    source, target = map(started, places if forth else reversed(places))
    fill(source, event, 20)
    counts = transfer(source, target)
    assert counts["errors"] == 20
    assert everything_of(target) == everything_of(source)
    target.read(compare_figures).result(5)
    fill(target, event)
    target.read(compare_figures).result(5)
    source.close()
    target.close()


def test_a_target_that_holds_something_is_left_alone(tmp_path: Path, postgresql: PostgreSQLServer, event: Make) -> None:
    source, target = started(tmp_path / "old.sqlite"), started(postgresql.fresh())
    fill(source, event)
    target.write(lambda connection: secret(connection, "salt")).result(5)
    before = everything_of(target)
    with pytest.raises(TransferError, match="settings"):
        transfer(source, target)
    assert everything_of(target) == before
    source.close()
    target.close()


def test_a_copy_that_differs_is_not_kept(
    tmp_path: Path, postgresql: PostgreSQLServer, event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = started(tmp_path / "old.sqlite"), started(postgresql.fresh())
    empty = everything_of(target)
    fill(source, event)
    monkeypatch.setattr("jupyter_errreport.store.transfer._copy", lambda table, old, new: 0)
    with pytest.raises(TransferError, match="not the same"):
        transfer(source, target)
    assert everything_of(target) == empty
    source.close()
    target.close()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9), max_size=9)
)
def test_any_text_is_sorted_and_kept_alike(
    names: list[str], tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQLServer
) -> None:
    places = [tmp_path_factory.mktemp("x") / "old.sqlite", postgresql.fresh()]
    source, target = map(started, places)
    for name in set(names):
        source.write(lambda connection, name=name: secret(connection, name)).result(5)  # type: ignore[misc]
    assert transfer(source, target)["settings"] == len(set(names))
    assert everything_of(target) == everything_of(source)
    source.close()
    target.close()
    postgresql.drop(str(places[1]))


@pytest.mark.needs("installed wheel")
def test_the_command_says_what_it_moved_and_refuses_what_is_not_there(
    tmp_path: Path, postgresql: PostgreSQLServer, event: Make
) -> None:
    def migrate(source: Path, target: str) -> "subprocess.CompletedProcess[str]":
        command = [
            Path(sys.executable).parent / "jupyter",
            "errreport",
            "migrate",
            f"--from={source}",
            f"--to={target}",
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    url = postgresql.fresh("template1")
    missing = migrate(tmp_path / "nowhere.sqlite", url)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "no database at" in missing.stderr
    assert not (tmp_path / "nowhere.sqlite").exists()
    source = started(tmp_path / "old.sqlite")
    fill(source, event)
    rows = everything_of(source)
    source.close()
    assert migrate(tmp_path / "old.sqlite", url).returncode == 0
    target = started(url)
    assert everything_of(target) == rows
    target.close()
    again = migrate(tmp_path / "old.sqlite", url)
    assert again.returncode == 1
    assert "not empty" in again.stderr

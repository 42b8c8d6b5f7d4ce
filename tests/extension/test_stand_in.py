"""A database that can't be had: another one takes its place, and gives back what it kept."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.event import EventMessageType
from jupyter_errreport.extension import stand_in
from jupyter_errreport.extension.stand_in import Opened, open_database
from jupyter_errreport.store import Database
from jupyter_errreport.store.database import filesystem, migrate
from jupyter_errreport.store.errors.errors import count_everything
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.outbox import outbox
from tests.crash.small_disk import SmallDisk
from tests.forwarding.conftest import event
from tests.support.jupyter_servers import jupyter_server
from tests.support.receiver import receiver
from tests.support.waiting import wait_for


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def locked(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr("jupyter_errreport.store.database.sqlite.BUSY_SECONDS", 0.1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    return holder.close


def hanging(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr(stand_in, "OPEN_SECONDS", 4.0)  # for the one in its place too, which has to be made in it
    release = threading.Event()
    real = stand_in.Database._open

    def opening(self: Database) -> Any:
        if self.path == path:
            release.wait(60)
        return real(self)

    monkeypatch.setattr(Database, "_open", opening)

    def free() -> None:
        release.set()
        monkeypatch.setattr(Database, "_open", real)

    return free


def on_nfs(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    mounts = path.with_name("mountinfo")
    mounts.write_text(
        f"1 1 0:1 / {path.parent} rw - nfs4 filer:/ rw\n2 1 0:1 / {tempfile.gettempdir()} rw - ext4 x rw\n"
    )
    monkeypatch.setattr(filesystem, "MOUNTS", mounts)
    return lambda: monkeypatch.setattr(filesystem, "MOUNTS", Path("/nowhere"))


def no_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """As read-only and full disks are: nothing can be made there (root may write anywhere, so a file is in the way)."""
    path.parent.rmdir()
    path.parent.write_text("")

    def free() -> None:
        path.parent.unlink()
        path.parent.mkdir()

    return free


def store(opened: Opened, *events: EventMessageType) -> None:
    opened.database.write(lambda connection: outbox.register(connection, "c", "collector", "c")).result(5)
    opened.database.write(lambda connection: insert_errors(connection, events, None, 90, ("c",))).result(5)


def close(opened: Opened) -> None:
    opened.database.close()
    if opened.lock:
        opened.lock.release()


def ids(database: Database) -> list[str]:
    return sorted(
        sent["event_id"] for sent in database.read(lambda connection: outbox.next_events(connection, "c", 99)).result(5)
    )


@pytest.mark.parametrize("trouble", [locked, hanging, on_nfs, no_folder])
def test_errors_are_kept_elsewhere_and_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Callable[..., Callable[[], None]]
) -> None:
    (tmp_path / "data").mkdir()
    place = tmp_path / "data" / "errors.sqlite"
    free = trouble(place, monkeypatch)
    opened = open_database(str(place))
    assert opened.database.path.parent.parent == tmp_path / "tmp"
    assert str(opened.database.path) in opened.warning and str(place) in opened.warning
    sent = [event() for _ in range(3)]
    store(opened, *sent)
    done = {sent[0]["event_id"]: "stored"}
    opened.database.write(lambda connection: outbox.settle(connection, "c", done, "")).result(5)
    close(opened)

    again = open_database(str(place))  # the same one at the next start
    assert again.warning
    assert again.database.path == opened.database.path
    assert again.database.read(count_everything).result(5).events == 3
    close(again)

    free()
    proper = open_database(str(place))
    assert (proper.warning, proper.database.path) == ("", place)
    assert proper.database.read(count_everything).result(5).events == 3
    # What was passed on is not passed on again.
    assert ids(proper.database) == sorted(item["event_id"] for item in sent[1:])
    close(proper)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """The disk of the folder `data`."""
    (tmp_path / "data").mkdir()
    small = SmallDisk(tmp_path / "data")
    assert not small.problem
    yield small
    small.close()


def of_this_release(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(place)
    database.start()
    database.close()


def of_an_older_release(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = migrate.command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(migrate.command, "upgrade", lambda config, _: upgrade(config, "0001"))
        of_this_release(place, monkeypatch)


def no_database(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pass


@pytest.mark.needs("a disk to fill")
@pytest.mark.parametrize("before", [no_database, of_this_release, of_an_older_release])
def test_on_a_full_disk_nothing_is_made_or_migrated_and_the_database_is_as_good_as_before(
    tmp_path: Path, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch, before: Callable[..., None]
) -> None:
    place = tmp_path / "data" / "errors.sqlite"
    before(place, monkeypatch)
    disk.fill()
    opened = open_database(str(place))
    assert "Is its disk full" in opened.warning
    store(opened, event())
    close(opened)
    disk.empty()
    proper = open_database(str(place))
    assert (proper.warning, proper.database.path) == ("", place)
    assert proper.database.read(count_everything).result(5).events == 1
    close(proper)


@pytest.mark.needs("a disk to fill")
@pytest.mark.needs("installed wheel")
def test_a_jupyter_server_with_a_full_disk_starts_and_forwards_and_says_so(tmp_path: Path, disk: SmallDisk) -> None:
    place = tmp_path / "data" / "errors.sqlite"
    disk.fill()
    with receiver() as to:
        settings = [f"--JupyterErrReport.db={place}", f"--JupyterErrReport.collector_url={to.url}"]
        python, temporary = Path(sys.executable), str(tmp_path / "tmp")
        sent = {"error_name": "E", "notebook": "n", "event_id": event()["event_id"]}
        with jupyter_server(python, tmp_path / "home", *settings, TMPDIR=temporary) as server:
            answer = server.session.post(f"{server.url}/errreport/errors", json=[sent], timeout=20)
            assert [one["status"] for one in answer.json()] == ["stored"]
            wait_for(lambda: to.ids() == [sent["event_id"]], "the event to be forwarded")
            status = server.get("/errreport/status").json()
            assert status["status"] == "degraded"
            assert str(place) in status["message"] and "Is its disk full" in status["message"]
        disk.empty()
        with jupyter_server(python, tmp_path / "later", *settings, TMPDIR=temporary) as server:
            assert server.get("/errreport/status").json()["status"] == "ok"
            assert [one["event_id"] for one in server.errors()] == [sent["event_id"]]
        assert to.ids() == [sent["event_id"]]


def test_a_stand_in_that_another_server_uses_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    place = tmp_path / "data" / "errors.sqlite"
    free = on_nfs(place, monkeypatch)
    working = open_database(str(place))
    free()
    proper = open_database(str(place))
    assert proper.warning == ""
    store(working, event())
    close(working)
    close(proper)
    later = open_database(str(place))
    assert later.database.read(count_everything).result(5).events == 1
    close(later)


def test_a_stand_in_that_can_not_be_read_is_said_so_and_left(tmp_path: Path) -> None:
    place = tmp_path / "errors.sqlite"
    kept = stand_in._usual_place(str(place))
    kept.parent.mkdir(mode=0o700)
    kept.write_text("no database " * 100)
    opened = open_database(str(place))
    assert opened.database.path == place
    assert str(kept) in opened.warning
    assert kept.exists()
    store(opened, event())
    close(opened)


def test_a_folder_that_others_could_have_made_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "tmp" / f"errreport-{os.getuid()}"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    opened = open_database("/proc/errreport/errors.sqlite")
    assert opened.warning
    assert opened.database.path.parent != folder
    assert opened.database.path.parent.stat().st_mode & 0o077 == 0
    close(opened)


def test_without_any_place_it_says_so_and_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/proc/errreport")
    opened = open_database("/proc/errreport/errors.sqlite")
    assert "nothing is stored" in opened.warning
    close(opened)


@pytest.mark.parametrize("place", ["mysql://host/db", "sqlite://"])
def test_a_setting_that_is_no_file_is_named(place: str) -> None:
    opened = open_database(place)
    assert "path" in opened.warning
    close(opened)

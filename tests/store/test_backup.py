"""Backups are made while a collector takes errors, and restored where it was or elsewhere."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_errreport.event import new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.backup import BackupError, back_up, restore
from tests.support.collectors import Collector

from .test_figures_machine import compare_figures


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = [str(Path(sys.executable).parent / "jupyter"), "errreport", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60)


def empty(place: str) -> str:
    """A place whose database has not even tables."""
    if "://" in place:
        import psycopg

        with psycopg.connect(place) as server:
            server.execute("DROP SCHEMA public CASCADE")
            server.execute("CREATE SCHEMA public")
    return place


@pytest.mark.needs("installed wheel")
def test_what_was_answered_before_a_backup_under_load_is_in_it(tmp_path: Path, new_place: Callable[[], str]) -> None:
    collector = Collector(Path(sys.executable), tmp_path, "--no-limits", db=new_place())
    answered: list[str] = []
    enough, ended = threading.Event(), threading.Event()

    def send(number: int) -> None:
        turn = 0
        while not ended.is_set():
            turn += 1
            sent = {"error_name": f"E{turn % 7}", "notebook": f"n{number}", "session": f"s{turn % 5}", "count": 2}
            answer = collector.post("errors", {**sent, "event_id": new_event_id()}).json()
            assert answer["status"] == "stored"
            answered.append(answer["event_id"])
            if len(answered) > 60:
                enough.set()

    senders = [threading.Thread(target=send, args=[number]) for number in range(4)]
    for sender in senders:
        sender.start()
    try:
        assert enough.wait(30)
        before = set(answered)
        file = tmp_path / "backup"
        made = command("backup", "--db", collector.db, file)
        assert made.returncode == 0, made.stderr
        during = len(answered)
    finally:
        ended.set()
        for sender in senders:
            sender.join(30)
        collector.stop()
    assert during > len(before), "the collector went on meanwhile"
    assert file.stat().st_mode & 0o077 == 0
    place = empty(new_place())
    restored = command("restore", "--db", place, file)
    assert restored.returncode == 0, restored.stderr
    if "://" not in place:
        with sqlite3.connect(place) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        copy.close()
    database = Database(place)
    database.start()
    database.read(compare_figures).result(20)
    database.close()
    again = Collector(Path(sys.executable), tmp_path, "--no-limits", db=place)
    try:
        assert before <= {row[0] for row in again.sql("SELECT event_id FROM errors")}
        one = {"error_name": "E1", "event_id": min(before)}
        assert again.post("errors", one).json()["status"] == "duplicate"
        assert again.post("errors", {"error_name": "new"}).json()["status"] == "stored"
    finally:
        again.kill()


def made(path: Path) -> Path:
    database = Database(path)
    database.start()
    database.close()
    return path


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    made(tmp_path / "a.sqlite")
    (tmp_path / "there").write_text("mine")
    with pytest.raises(BackupError, match="there already"):
        back_up(str(tmp_path / "a.sqlite"), tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"


def test_nothing_is_made_of_no_database(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no database"):
        back_up(str(tmp_path / "a.sqlite"), tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_another_programs_file_is_no_backup(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE a (b)")
    other.close()
    with pytest.raises(BackupError, match="not a collector's"):
        restore(tmp_path / "other", str(tmp_path / "b.sqlite"))
    with pytest.raises(BackupError, match="not a collector's"):
        back_up(str(tmp_path / "other"), tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    back_up(str(made(tmp_path / "a.sqlite")), tmp_path / "copy")
    damaged = bytearray((tmp_path / "copy").read_bytes())
    damaged[4096 * 3 : 4096 * 3 + 2000] = b"\xff" * 2000
    (tmp_path / "copy").write_bytes(damaged)
    with pytest.raises(BackupError, match=r"damaged|can't be read"):
        restore(tmp_path / "copy", str(tmp_path / "b.sqlite"))
    assert not (tmp_path / "b.sqlite").exists()


def test_a_database_that_is_there_is_moved_aside_only_when_asked_and_not_in_use(tmp_path: Path) -> None:
    place = made(tmp_path / "a.sqlite")
    back_up(str(place), tmp_path / "copy")
    with pytest.raises(BackupError, match="--replace"):
        restore(tmp_path / "copy", str(place))
    running = Database(place)
    running.start()
    running.write(lambda connection: None).result(10)
    with pytest.raises(BackupError, match="in use"):
        restore(tmp_path / "copy", str(place), replace=True)
    running.close()
    restore(tmp_path / "copy", str(place), replace=True)
    assert len(list(tmp_path.glob("a.sqlite.2*"))) == 1
    made(place)


def test_without_postgresqls_client_the_command_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump --format=custom") as refused:
        back_up("postgresql://me:secret@db.example.org/errors", tmp_path / "copy")
    assert "secret" not in str(refused.value)
    assert "db.example.org" in str(refused.value)

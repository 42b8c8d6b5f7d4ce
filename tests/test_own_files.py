"""What somebody else put where we keep something is refused with a sentence, and never followed."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.files import Files
from jupyter_errreport.delivery.http.servers import Unreachable, read_connection
from jupyter_errreport.delivery.places import Place, in_memory
from jupyter_errreport.delivery.spool import Spool, key_of
from jupyter_errreport.event import new_event_id
from jupyter_errreport.extension.stand_in import open_database
from jupyter_errreport.own_files import NotOwn, read_own
from jupyter_errreport.store import Database, DatabaseUnavailable
from jupyter_errreport.store.database.locks.file_lock import FileLock
from jupyter_errreport.store.database.sqlite import BESIDE

NOBODY = 65534
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="giving files away takes root")
HERE = Destination.collector("https://errors.example.org")

Spoil = Callable[[Path], None]


def linked(path: Path) -> None:
    target = path.with_name("target")
    path.replace(target)
    path.symlink_to(target)


def given_away(path: Path) -> None:
    os.chown(path, NOBODY, NOBODY)


def opened_to_all(path: Path) -> None:
    path.chmod(0o666)


def opened_to_a_group(path: Path) -> None:
    path.chmod(0o660)


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


SPOILT = [
    pytest.param(linked, "is a link", id="link"),
    pytest.param(given_away, "belongs to another user", id="another's", marks=as_root),
    pytest.param(opened_to_all, "can be written by other users", id="0666"),
    pytest.param(opened_to_a_group, "can be written by other users", id="0660"),
    pytest.param(piped, "is a link or a device", id="pipe"),
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database that was used, and closed."""
    path = tmp_path / "errors.sqlite"
    used = Database(path)
    used.start()
    used.close()
    return path


@pytest.mark.parametrize(("spoil", "words"), SPOILT)
def test_a_database_that_is_not_ones_own_is_refused(database: Path, spoil: Spoil, words: str) -> None:
    spoil(database)
    before = database.lstat()
    with pytest.raises(DatabaseUnavailable, match=words) as refused:
        Database(database).start()
    assert str(database) in str(refused.value)
    assert database.lstat() == before
    assert [path.name for path in database.parent.iterdir() if path.suffix == ".sqlite-wal"] == []


@pytest.mark.parametrize("suffix", BESIDE)
@pytest.mark.parametrize(("spoil", "words"), SPOILT)
def test_nor_is_one_with_a_file_beside_it_that_is_not(database: Path, suffix: str, spoil: Spoil, words: str) -> None:
    beside = database.with_name(database.name + suffix)
    beside.touch(0o600)
    spoil(beside)
    with pytest.raises(DatabaseUnavailable, match="is a link" if spoil is linked else words) as refused:
        Database(database).start()
    assert str(beside) in str(refused.value)


def test_a_link_to_nothing_makes_no_file(tmp_path: Path) -> None:
    place, target = tmp_path / "errors.sqlite", tmp_path / "elsewhere"
    place.symlink_to(target)
    with pytest.raises(DatabaseUnavailable, match="is a link"):
        Database(place).start()
    assert not target.exists()


def test_a_folder_in_which_everybody_can_replace_it_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(DatabaseUnavailable, match="every user can replace it"):
        Database(folder / "errors.sqlite").start()
    folder.chmod(0o1777)  # as /tmp is: only their owner can replace files
    usable = Database(folder / "errors.sqlite")
    usable.start()
    usable.close()


def test_ones_own_that_others_may_read_is_used(database: Path) -> None:
    database.chmod(0o644)
    usable = Database(database)
    usable.start()
    usable.close()
    with sqlite3.connect(database) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()


@as_root
def test_a_lock_that_somebody_else_made_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "errors.sqlite"
    (tmp_path / "errors.sqlite-x.lock").touch(0o666)
    given_away(tmp_path / "errors.sqlite-x.lock")
    assert not FileLock(path, "x").take(wait=True)


@pytest.mark.parametrize(("spoil", "words"), SPOILT)
def test_a_connection_file_that_is_not_ones_own_names_no_server(tmp_path: Path, spoil: Spoil, words: str) -> None:
    path = tmp_path / "connection.json"
    path.write_text(json.dumps({"url": "http://127.0.0.1:1", "key": "k"}))
    path.chmod(0o600)
    assert read_connection(str(path))["key"] == "k"
    spoil(path)
    with pytest.raises(Unreachable):
        read_connection(str(path))
    with pytest.raises(NotOwn, match=words):
        read_own(str(path))


def spool_at(root: Path) -> Spool:
    return Spool(lambda: [Place(str(root), Files()), *in_memory()])


def keep(spool: Spool) -> None:
    spool.put(HERE, new_event_id(), 1, b"{}", ())


@pytest.mark.parametrize("below", ["", "KEY", "KEY/new", "KEY/tmp", "KEY/cur"])
def test_a_link_where_the_spool_is_leads_nowhere(tmp_path: Path, below: str) -> None:
    elsewhere, root = tmp_path / "elsewhere", tmp_path / "spool"
    elsewhere.mkdir()
    place = root / below.replace("KEY", key_of(HERE)) if below else root
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(elsewhere)
    spool = spool_at(root)
    keep(spool)
    assert "memory" in spool.where
    assert "is a link" in spool.where
    assert list(elsewhere.iterdir()) == []


@as_root
def test_a_spool_that_is_somebody_elses_is_not_used(tmp_path: Path) -> None:
    root = tmp_path / "spool"
    root.mkdir(mode=0o777)
    given_away(root)
    spool = spool_at(root)
    keep(spool)
    assert "belongs to somebody else" in spool.where
    assert list(root.iterdir()) == []


@as_root
def test_an_event_that_somebody_else_put_into_the_spool_is_not_sent(tmp_path: Path) -> None:
    root = tmp_path / "spool"
    spool = spool_at(root)
    keep(spool)
    (event,) = (root / key_of(HERE) / "new").iterdir()
    given_away(event)
    with pytest.raises(NotOwn):
        Files().read(str(event))


@pytest.mark.parametrize("is_link", [True, False])
def test_a_stand_in_is_never_where_somebody_else_made_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_link: bool
) -> None:
    temporary, elsewhere = tmp_path / "tmp", tmp_path / "elsewhere"
    temporary.mkdir()
    elsewhere.mkdir(mode=0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    usual = temporary / f"errreport-{os.getuid()}"
    if is_link:
        usual.symlink_to(elsewhere)
    else:
        usual.mkdir()
        usual.chmod(0o777)
    proper = tmp_path / "errors.sqlite"
    proper.symlink_to(elsewhere / "x")
    opened = open_database(str(proper))
    try:
        assert "is a link" in opened.warning
        assert opened.database.path.parent != usual
        assert opened.database.path.parent.parent == temporary
        assert list(elsewhere.iterdir()) == []
    finally:
        opened.database.close()
        if opened.lock:
            opened.lock.release()

"""The spool: on disk when it says so, for one destination each, for this user only, bounded, and never in the way."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_errreport.delivery import Destination, box, owner, places
from jupyter_errreport.delivery.files import Files, MemoryFiles
from jupyter_errreport.delivery.owner import Owner, Processes
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool, Spooled, key_of, opened
from jupyter_errreport.event import new_event_id
from tests.support.model_disk import ModelDisk
from tests.support.processes import Told

HERE = Destination.collector("https://errors.example.org", "token", session_key="key", release="7")


def spool_at(root: Path | str, files: Files | None = None, processes: Processes | None = None) -> Spool:
    return Spool(lambda: [Place(str(root), files or Files()), *places.in_memory()], processes)


def keep(spool: Spool, destination: Destination = HERE, errors: int = 1, body: bytes = b"{}") -> Spooled:
    return spool.put(destination, new_event_id(), errors, body, ())


def test_another_process_reads_what_was_spooled_with_all_that_it_takes_to_send_it(tmp_path: Path) -> None:
    living: set[int] = set()
    kept = keep(spool_at(tmp_path, processes=Told(1, living)), errors=3, body=b'{"a": 1}')
    living.clear()
    (leftover,) = spool_at(tmp_path, processes=Told(2, living)).leftovers()
    (item,) = leftover.items
    assert leftover.destination == HERE
    assert item.entry.event_id == kept.item.entry.event_id
    assert item.entry.errors == 3
    assert opened(item.box.read(item.entry), leftover.key) == (HERE, b'{"a": 1}')


def test_what_a_living_process_has_in_hand_is_left_to_it(tmp_path: Path) -> None:
    living: set[int] = set()
    keep(spool_at(tmp_path, processes=Told(1, living)))
    assert spool_at(tmp_path, processes=Told(2, living)).leftovers() == []


def test_only_one_of_two_that_claim_an_event_has_it(tmp_path: Path) -> None:
    living: set[int] = set()
    keep(spool_at(tmp_path, processes=Told(1, living)))
    living.discard(1)
    one, other = (spool_at(tmp_path, processes=Told(pid, living)).leftovers()[0].items[0] for pid in (2, 3))
    assert one.box.claim(one.entry).owner.pid == 2
    with pytest.raises(FileNotFoundError):
        other.box.claim(other.entry)
    living.discard(2)
    (again,) = spool_at(tmp_path, processes=Told(3, living)).leftovers()
    assert again.items[0].box.claim(again.items[0].entry).owner.pid == 3


def test_of_thousands_that_are_left_the_oldest_are_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_errreport.delivery.spool.TAKEN_AT_ONCE", 10)
    living: set[int] = set()
    dead = spool_at(tmp_path, processes=Told(1, living))
    ids = sorted(keep(dead).item.entry.event_id for _ in range(25))
    living.clear()
    spool = spool_at(tmp_path, processes=Told(2, living))
    taken: list[str] = []
    for size in (10, 10, 5):
        (leftover,) = spool.leftovers()
        assert (len(leftover.items), leftover.may_be_more) == (size, size == 10)
        taken += [item.box.claim(item.entry).event_id for item in leftover.items]
    assert taken == ids
    assert spool.leftovers() == []


def test_what_was_released_is_free_at_once(tmp_path: Path) -> None:
    living: set[int] = set()
    kept = keep(spool_at(tmp_path, processes=Told(1, living)))
    kept.item.box.release(kept.item.entry)
    assert len(spool_at(tmp_path, processes=Told(2, living)).leftovers()) == 1


def test_only_this_user_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keep(spool_at(tmp_path / "new" / "spool"))
    finally:
        os.umask(before)
    for path in (tmp_path / "new").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_folder_that_others_can_look_into_is_closed(tmp_path: Path) -> None:
    root = tmp_path / "spool"
    root.mkdir(mode=0o755)
    root.chmod(0o777)
    keep(spool_at(root))
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_a_folder_that_is_a_link_to_somewhere_else_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "spool").symlink_to(tmp_path / "elsewhere")
    spool = spool_at(tmp_path / "spool")
    keep(spool)
    assert "memory" in spool.where
    assert not list((tmp_path / "elsewhere").rglob("*.*"))


def test_names_tell_no_secret(tmp_path: Path) -> None:
    keep(spool_at(tmp_path), Destination.slack("https://hooks.slack.com/services/T/B/the-webhook"))
    keep(spool_at(tmp_path), HERE._replace(token="the-token", session_key="the-key"))
    names = " ".join(str(path) for path in tmp_path.rglob("*"))
    assert not [secret for secret in ("the-webhook", "the-token", "the-key", "example") if secret in names]


def test_another_token_is_another_folder_and_another_jupyter_server_is_not(tmp_path: Path) -> None:
    assert key_of(HERE) != key_of(HERE._replace(token="other"))
    assert key_of(HERE) == key_of(HERE._replace(session_key="other", notebook="n"))
    assert key_of(Destination.jupyter("/run/a.json")) == key_of(Destination.jupyter("/run/b.json")) == "local"


def test_a_file_that_was_put_into_the_wrong_folder_is_sent_nowhere(tmp_path: Path) -> None:
    living: set[int] = set()
    kept = keep(spool_at(tmp_path, processes=Told(1, living)))
    living.clear()
    path = next(tmp_path.rglob(kept.item.entry.name))
    header = json.dumps(Destination.collector("https://evil.example")._asdict()).encode()
    path.write_bytes(header + b"\n{}")
    assert spool_at(tmp_path, processes=Told(2, living)).leftovers() == []
    assert list(tmp_path.rglob("poison/*"))


def test_the_oldest_are_dropped_and_counted_for_all_who_come_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "LIMIT_BYTES", 20_000)
    living: set[int] = set()
    spool = spool_at(tmp_path, processes=Told(1, living))
    ids, dropped = [], []
    for number in range(100):
        kept = keep(spool, errors=2, body=b"x" * 500)
        ids.append(kept.item.entry.event_id)
        dropped += [entry.event_id for entry in kept.dropped]
        assert kept.item.entry.event_id in ids, number
    assert dropped == sorted(ids)[: len(dropped)]
    left = kept.item.box.entries()
    assert len(left) + len(dropped) == 100
    assert 15_000 < sum(path.stat().st_size for path in tmp_path.rglob("new/*")) <= 20_000
    living.clear()
    later = spool_at(tmp_path, processes=Told(2, living))
    later.leftovers()
    assert later.lost[str(tmp_path / key_of(HERE))] == {"dropped": 2 * len(dropped), "poison": 0}


def test_what_another_living_process_has_is_not_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "LIMIT_BYTES", 2_000)
    living: set[int] = set()
    other = keep(spool_at(tmp_path, processes=Told(1, living)), body=b"x" * 1_500)
    spool = spool_at(tmp_path, processes=Told(2, living))
    for _ in range(5):
        kept = keep(spool, body=b"x" * 500)
    ids = [entry.event_id for entry in kept.item.box.entries()]
    assert ids == [other.item.entry.event_id, kept.item.entry.event_id]


def test_what_waited_for_sixty_days_is_dropped_and_counted(tmp_path: Path) -> None:
    living: set[int] = set()
    spool = spool_at(tmp_path, processes=Told(1, living))
    spool.put(HERE, new_event_id(time.time() - 61 * 86_400), 4, b"{}", ())
    spool.put(HERE, new_event_id(time.time() - 59 * 86_400), 1, b"{}", ())
    living.clear()
    later = spool_at(tmp_path, processes=Told(2, living))
    assert [len(leftover.items) for leftover in later.leftovers()] == [1]
    assert later.leftovers() != []
    assert later.lost[str(tmp_path / key_of(HERE))]["dropped"] == 4


@pytest.mark.parametrize("jump", [-400 * 86_400.0, 400 * 86_400.0])
def test_a_clock_that_jumps_costs_a_living_process_nothing(tmp_path: Path, jump: float) -> None:
    now = [time.time()]
    spool = Spool(lambda: [Place(str(tmp_path), Files())], clock=lambda: now[0])
    kept = keep(spool)
    now[0] += jump
    taken = kept.item.box.claim(kept.item.entry)
    assert kept.item.box.read(taken)
    assert spool.leftovers() == []
    assert [entry.event_id for entry in kept.item.box.entries()] == [kept.item.entry.event_id]


def test_of_what_is_refused_for_good_the_newest_hundred_are_kept(tmp_path: Path) -> None:
    spool = spool_at(tmp_path)
    for _ in range(110):
        kept = keep(spool)
        kept.item.box.dead_letter(kept.item.entry)
    assert len(list(tmp_path.rglob("poison/*"))) == 100
    assert kept.item.box.counted() == {"dropped": 0, "poison": 110}


def test_a_file_half_written_by_a_process_that_died_is_swept_away(tmp_path: Path) -> None:
    living: set[int] = set()
    kept = keep(spool_at(tmp_path, processes=Told(1, living)))
    path = next(tmp_path.rglob(kept.item.entry.name))
    half = path.parent.parent / "tmp" / path.name.replace(path.name[:8], "00000000")
    half.write_bytes(b"{")
    spool_at(tmp_path, processes=Told(2, living)).leftovers()
    assert half.exists()
    living.discard(1)
    spool_at(tmp_path, processes=Told(2, living)).leftovers()
    assert not half.exists()


def test_files_of_others_in_its_folders_are_left_alone(tmp_path: Path) -> None:
    kept = keep(spool_at(tmp_path))
    for folder in ("new", "cur", "tmp"):
        (Path(kept.item.box.folder) / folder / ".nfs000123").write_text("x")
    (tmp_path / "a file").write_text("x")
    spool = spool_at(tmp_path)
    assert spool.leftovers() == []
    assert len(list(tmp_path.rglob(".nfs*"))) == 3


# -- places that can't be written to --------------------------------------------------------------------------------


def test_a_full_disk_is_left_for_the_next_place_and_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    home, temporary = ModelDisk(), ModelDisk()
    spool = Spool(lambda: [Place("/home/spool", home), Place("/tmp/spool", temporary), *places.in_memory()])
    home.full = True
    keep(spool)
    assert spool.where == "/tmp/spool (/home/spool: No space left on device)"
    temporary.full = True
    keep(spool)
    assert spool.where.startswith("memory, and lost when the kernel ends")
    home.full = False
    monkeypatch.setattr("jupyter_errreport.delivery.spool.RETRY_SECONDS", 0.0)
    spool._retry_at = 0.0
    keep(spool)
    assert spool.where == "/home/spool"
    assert [len(disk.seen.get(f"{root}/{key_of(HERE)}/tmp", ())) for disk, root in
            ((home, "/home/spool"), (temporary, "/tmp/spool"))] == [0, 0]  # fmt: skip


def test_a_folder_that_was_removed_is_made_again(tmp_path: Path) -> None:
    import shutil

    spool = spool_at(tmp_path / "spool")
    keep(spool)
    shutil.rmtree(tmp_path / "spool")
    kept = keep(spool)
    assert spool.where == str(tmp_path / "spool")
    assert len(kept.item.box.entries()) == 1


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("x")
    spool = spool_at(tmp_path / "spool")
    assert spool.leftovers() == []
    keep(spool)
    assert spool.where.startswith("memory")


@pytest.mark.needs("a disk to fill")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], check=True)
    try:
        spool = spool_at(tmp_path / "spool")
        for _ in range(10):
            keep(spool, body=b"x" * 20_000)
        assert "No space left on device" in spool.where
        assert not list(tmp_path.rglob("tmp/*"))
        for path in tmp_path.rglob("new/*"):
            assert path.stat().st_size > 20_000
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_the_places_of_a_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("JUPYTER_DATA_DIR", "XDG_DATA_HOME", "JUPYTER_RUNTIME_DIR", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setattr(sys, "platform", "linux")

    def roots() -> list[str]:
        return [place.root for place in places.of_user()]

    assert roots()[0] == "/home/ann/.local/share/jupyter/errreport/spool"
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert roots()[0] == "/data/jupyter/errreport/spool"
    monkeypatch.setenv("JUPYTER_DATA_DIR", "/jupyter")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/7")
    assert roots()[:2] == ["/jupyter/errreport/spool", "/run/user/7/errreport-spool"]
    assert f"jupyter-errreport-{os.getuid()}" in roots()[-2]
    assert roots()[-1] == "memory"
    assert isinstance(places.of_user()[-1].files, MemoryFiles)


# -- which processes are gone ---------------------------------------------------------------------------------------


def test_a_process_is_gone_when_it_was_killed_and_not_before() -> None:
    code = "from jupyter_errreport.delivery.owner import Processes; print(*Processes().this(), flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    host, pid, start = child.stdout.readline().split()
    other = Owner(host, int(pid), start)
    processes, now = Processes(), time.time()
    assert not processes.is_gone(other, now - 10**7, now)
    assert processes.is_gone(other._replace(start="0123"), now, now)  # its number was given to another process
    child.kill()
    deadline = time.monotonic() + 10
    while not processes.is_gone(other, now, now) and time.monotonic() < deadline:  # killed, not waited for
        time.sleep(0.01)
    assert processes.is_gone(other, now, now)
    child.communicate()
    assert processes.is_gone(other, now, now)


def test_a_claim_from_another_host_holds_for_two_hours_by_either_clock() -> None:
    processes, other, now = Processes(), Owner("cccc", 1, "dddd"), time.time()
    assert not processes.is_gone(other, now - owner.STALE_SECONDS + 60, now)
    assert processes.is_gone(other, now - owner.STALE_SECONDS - 60, now)
    assert processes.is_gone(other, now + owner.STALE_SECONDS + 60, now)


def test_not_being_able_to_look_is_not_being_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    processes = Processes()
    other = processes.this()._replace(pid=1)

    def no_more_files(pid: int) -> str:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(owner, "_start", no_more_files)
    assert not processes.is_gone(other, 0, time.time())

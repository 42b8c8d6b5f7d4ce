from pathlib import Path

import pytest

from jupyter_errreport.store import Database, DatabaseUnavailable
from jupyter_errreport.store.database import filesystem
from jupyter_errreport.store.database.filesystem import network_file_system

MOUNTS = """\
22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:31 / /home rw shared:7 master:2 - nfs4 filer:/home rw,vers=4.2
31 30 0:32 / /home/ann/scratch rw - xfs /dev/vdb rw
32 22 0:33 / /my\\040share rw - cifs //filer/share rw
33 22 0:34 / /data rw - nfs filer:/data rw
34 33 0:35 / /data rw - ext4 /dev/vdc rw
"""


@pytest.fixture(autouse=True)
def _mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    monkeypatch.setattr(filesystem, "MOUNTS", tmp_path / "mountinfo")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ann/x.sqlite", "nfs4"),
        ("/home/ann/scratch/x.sqlite", ""),
        ("/homes/x.sqlite", ""),
        ("/srv/x.sqlite", ""),
        ("/my share/x.sqlite", "cifs"),
        ("/data/x.sqlite", ""),
    ],
)
def test_the_innermost_and_last_mount_decides(path: str, kind: str) -> None:
    assert network_file_system(Path(path)) == kind


def test_where_nobody_can_tell_a_path_is_taken_for_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "MOUNTS", Path("/nowhere"))
    assert network_file_system(Path("/home/x")) == ""


def test_a_database_on_a_network_file_system_is_refused_and_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mountinfo").write_text(f"1 1 0:1 / {tmp_path} rw - nfs4 filer:/ rw\n")
    with pytest.raises(DatabaseUnavailable, match="network file system"):
        Database(tmp_path / "x" / "errors.sqlite").start()
    assert not (tmp_path / "x").exists()

"""What counts as installed: the very files that distributions brought, by their real paths."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_errreport.privacy import installed
from jupyter_errreport.privacy.installed import installed_path

from .scrubbing import event_of

_numbers = itertools.count()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of packages into which a distribution brought a package of two modules; near it a user's file."""
    home = tmp_path / "home" / "ann"
    home.mkdir(parents=True)
    (home / "zovam.py").touch()
    packages = tmp_path / "lib" / "site-packages"
    bring(packages, "dock", ["dock/__init__.py", "dock/grid.py"])
    return packages


def bring(packages: Path, name: str, files: list[str], metadata: str = "") -> Path:
    for file in files:
        (packages / file).parent.mkdir(parents=True, exist_ok=True)
        (packages / file).write_text("x = 1\n", encoding="utf-8")
    info = packages / (metadata or f"{name}-1.0.dist-info")
    info.mkdir(parents=True, exist_ok=True)
    (info / "RECORD").write_text("".join(f"{file},sha256=x,6\n" for file in files), encoding="utf-8")
    return info


def test_a_file_that_a_distribution_brought_is_installed(folder: Path) -> None:
    assert installed_path(str(folder / "dock" / "grid.py")) == "dock/grid.py"


def test_the_standard_library_is_installed() -> None:
    assert installed_path(json.decoder.__file__) == "json/decoder.py"
    assert installed_path(os.__file__) == "os.py"


def test_every_module_of_python_that_is_loaded_is_installed() -> None:
    names = [name for name in sys.modules if name.split(".")[0] in sys.stdlib_module_names and name != "__main__"]
    files = [str(vars(sys.modules[name]).get("__file__") or json.__file__) for name in names]
    assert len(files) > 100
    assert [file for file in files if installed_path(file) is None] == []


def test_a_module_that_was_put_among_those_of_python_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "_STANDARD_LIBRARY", (installed.normal(str(tmp_path.resolve())) + "/",))
    for name in ("zovam.py", "json.py"):
        (tmp_path / name).touch()
    assert installed_path(str(tmp_path / "json.py")) == "json.py"
    assert installed_path(str(tmp_path / "zovam.py")) is None


def test_a_compiled_extension_is_installed() -> None:
    file = Path(str(msgspec._core.__file__))
    assert file.suffix in (".so", ".pyd")
    assert installed_path(str(file)) == f"msgspec/{file.name}"


@pytest.mark.parametrize("beside", ["dock/zovam.py", "zovam.py", "zovam/__init__.py", "dock/grid/zovam.py"])
def test_a_file_that_was_put_there_is_not(folder: Path, beside: str) -> None:
    (folder / beside).parent.mkdir(parents=True, exist_ok=True)
    (folder / beside).touch()
    assert installed_path(str(folder / beside)) is None


WAYS = st.lists(st.sampled_from(["dock/..", ".", "../site-packages", "../../lib/site-packages", "dock/../dock/.."]))


@given(WAYS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_path_by_way_of_the_packages_is_where_it_leads(folder: Path, ways: list[str]) -> None:
    packages = "/".join([str(folder), *ways])
    assert installed_path(f"{packages}/../../home/ann/zovam.py") is None
    assert installed_path(f"{packages}/dock/../../../home/ann/zovam.py") is None
    assert installed_path(f"{packages}/dock/grid.py") == "dock/grid.py"


def test_a_file_beside_the_standard_library_is_not_part_of_it(tmp_path: Path) -> None:
    library = Path(os.__file__).parent
    way = os.path.relpath(tmp_path, library)
    (tmp_path / "zovam.py").touch()
    assert installed_path(f"{library}/{way}/zovam.py") is None
    assert installed_path(f"{library}/json/../{way}/zovam.py") is None


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_a_link_out_of_the_packages_is_what_it_leads_to(folder: Path, tmp_path: Path, linked: str) -> None:
    home = tmp_path / "home" / "ann"
    if linked == "file":
        (folder / "dock" / "grid.py").unlink()
        (folder / "dock" / "grid.py").symlink_to(home / "zovam.py")
        assert installed_path(str(folder / "dock" / "grid.py")) is None
    else:
        (folder / "zovams").symlink_to(home)
        assert installed_path(str(folder / "zovams" / "zovam.py")) is None


def test_a_link_into_the_packages_is_installed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "lib64").symlink_to(tmp_path / "lib")
    assert installed_path(str(tmp_path / "lib64" / "site-packages" / "dock" / "grid.py")) == "dock/grid.py"


def test_a_link_to_a_cache_is_installed_when_its_content_is_what_was_recorded(folder: Path, tmp_path: Path) -> None:
    """As `uv pip install --link-mode symlink` does it."""
    content = b"def check(): 1 / 0\n"
    (tmp_path / "cache.py").write_bytes(content)
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    for name in ("dock/same.py", "dock/other.py"):
        (folder / name).symlink_to(tmp_path / "cache.py")
    record = folder / "dock-1.0.dist-info" / "RECORD"
    record.write_text(f"dock/same.py,sha256={digest},{len(content)}\ndock/other.py,sha256={digest[::-1]},1\n")
    assert installed_path(str(folder / "dock" / "same.py")) == "dock/same.py"
    assert installed_path(str(folder / "dock" / "other.py")) is None


def test_an_editable_checkout_is_not_installed(folder: Path, tmp_path: Path) -> None:
    bring(folder, "mine", ["__editable__.mine-1.0.pth"])
    checkout = tmp_path / "home" / "ann" / "mine.py"
    checkout.touch()
    assert installed_path(str(checkout)) is None


def test_packages_that_share_a_folder_are_each_known_by_their_own_list(folder: Path) -> None:
    bring(folder, "google-sheets", ["google/sheets/read.py"])
    bring(folder, "google-drive", ["google/drive/list.py", "google/a,b.py"])
    (folder / "google-drive-1.0.dist-info" / "RECORD").write_text('google/drive/list.py,,\n"google/a,b.py",,\n')
    (folder / "google" / "zovam.py").touch()
    for file in ("google/sheets/read.py", "google/drive/list.py", "google/a,b.py"):
        assert installed_path(str(folder / file)) == file
    assert installed_path(str(folder / "google" / "zovam.py")) is None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("metadata", "file", "lines"),
    [
        ("other_name-1.0.egg-info", "installed-files.txt", "../mine/a.py"),
        ("other_name-1.0.egg-info", "top_level.txt", "mine"),
        ("other_name-1.0-py3.9.egg-info", "top_level.txt", "mine"),
        ("mine-1.0.dist-info", "METADATA", "Name: mine"),
    ],
)
def test_metadata_without_a_record(tmp_path: Path, metadata: str, file: str, lines: str, end: str) -> None:
    packages = tmp_path / "dist-packages"
    (packages / "mine").mkdir(parents=True)
    (packages / "mine" / "a.py").touch()
    (packages / "zovam.py").touch()
    (packages / metadata).mkdir()
    (packages / metadata / file).write_bytes((lines + end).encode())
    assert installed_path(str(packages / "mine" / "a.py")) == "mine/a.py"
    assert installed_path(str(packages / "zovam.py")) is None


def test_what_has_no_source_but_its_compiled_code_is_installed(folder: Path) -> None:
    (folder / "dock" / "grid.py").rename(folder / "dock" / "grid.pyc")
    assert installed_path(str(folder / "dock" / "grid.py")) == "dock/grid.py"


@pytest.mark.parametrize(
    "filename", ["\0", "a\0b.py", "/\0", "", "x" * 10_000, "/" + "x" * 10_000, "C:\\x.py", "/../.."]
)
def test_any_file_name_has_an_answer(filename: str) -> None:
    assert installed_path(filename) is None


def test_a_cython_source_of_ones_own_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zovam.pyx").touch()
    assert installed_path("zovam.pyx") is None
    assert installed_path("../msgspec/zovam.pyx") is None
    assert installed_path("msgspec/_core.pyx") == "msgspec/_core.pyx"


def test_neither_message_nor_path_of_a_module_by_way_of_the_packages_leaves(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"zovammod{next(_numbers)}"
    (tmp_path / "home" / "ann" / f"{name}.py").write_text(
        "def check(x):\n    raise ValueError(f'the patient zovamel has {x}')\n"
    )
    monkeypatch.syspath_prepend(f"{folder}/../../home/ann")
    event = event_of(f"import importlib\nimportlib.import_module('{name}').check(3)")
    sys.modules.pop(name)
    assert event["error_message"] == "<str>"
    assert event["traceback"][-1]["filename"] == "<file>"
    assert "zovam" not in json.dumps([event["error_message"], event["traceback"]])

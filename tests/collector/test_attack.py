"""The short form of `make attack`: whatever is done to a collector, each error of a normal client is stored at once."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.needs("installed wheel")


@pytest.fixture(scope="module")
def attack(root: Path) -> ModuleType:
    """The script. It puts the checkout first on the path, where only it may find it."""
    importlib.import_module("jupyter_errreport.event")  # the installed one, before the path is another
    path = list(sys.path)
    sys.path.insert(0, str(root / "benchmarks"))
    try:
        spec = importlib.util.spec_from_file_location("attack", root / "benchmarks" / "attack.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["attack"] = module
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = path
    return module


NAMES = (
    "batches_of_new_groups",
    "batches_of_one_group",
    "costly_texts",
    "deep_and_inflated",
    "readers_who_do_not_read",
    "idle_connections",
    "sessions",
    "deletion",
)


@pytest.mark.parametrize("name", NAMES)
def test_during_an_attack_each_error_of_a_normal_client_is_stored(attack: ModuleType, name: str) -> None:
    seen, _ = attack.run(getattr(attack, name), 1.0)
    assert seen.milliseconds
    assert seen.failures == []


def test_each_attack_has_its_short_form(attack: ModuleType) -> None:
    assert {one.__name__ for one in attack.ATTACKS} == {*NAMES, "nothing"}

"""Which modules the objects of failing code come from: known by looking, without running anything of a user's."""

from __future__ import annotations

import decimal
import gc
import json
import math
import sqlite3
import sys
import time
import weakref
from types import FrameType, ModuleType
from typing import Any

import pytest

from jupyter_errreport.kernel.origins import NAMES_TAKEN, origins_of
from jupyter_errreport.kernel.snapshot import traceback_of
from tests.privacy.scrubbing import failed, snapshot_of


def frame_of(source: str, namespace: dict[str, Any]) -> FrameType:
    error = failed(source, {"__name__": "__main__", **namespace})
    trace = traceback_of(error) if error is not None else None
    assert trace is not None
    return trace.tb_frame


@pytest.mark.parametrize(
    ("value", "module"),
    [
        (json, json),
        (json.JSONDecoder, json.decoder),
        (json.JSONDecoder(), json.decoder),
        (json.dumps, json),
        (sqlite3.connect(":memory:"), sqlite3),
        (sqlite3.connect, sys.modules["_sqlite3"]),
        (decimal.Decimal(1), decimal),
        (math.sqrt, math),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_a_name_leads_to_the_file_of_its_objects_module(value: Any, module: ModuleType) -> None:
    found = origins_of(frame_of("thing.nothing_of_that_name", {"thing": value}), {})
    assert found.get("thing") == getattr(module, "__file__", None)


def test_local_variables_count_in_functions() -> None:
    source = "def go(thing):\n    return thing.nothing_of_that_name\ngo(decoder)"
    namespace: dict[str, Any] = {"__name__": "__main__", "decoder": json.JSONDecoder()}
    error = failed(source, namespace)
    assert error is not None
    frames = snapshot_of(error, source, namespace).frames
    assert [bool(frame.origins) for frame in frames] == [False, True]
    assert frames[-1].origins == {"thing": json.decoder.__file__}


def test_the_cell_counts_too_where_the_standard_library_lies_between() -> None:
    source = "json.loads(decoder)"
    namespace: dict[str, Any] = {"__name__": "__main__", "json": json, "decoder": json.JSONDecoder()}
    error = failed(source, namespace)
    assert error is not None
    frames = snapshot_of(error, source, namespace).frames
    assert frames[0].origins["decoder"] == json.decoder.__file__
    assert frames[-1].origins[""] == json.__file__


def test_nothing_of_the_users_is_run() -> None:
    class Trap:
        __module__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
        __class__ = property(lambda self: 1 / 0)  # type: ignore[assignment]

        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(name)

        def __eq__(self, other: object) -> bool:
            raise AssertionError("compared")

        __hash__ = None  # type: ignore[assignment]

    class Lazy(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(name)

    assert origins_of(frame_of("trap, lazy, 1 / 0", {"trap": Trap(), "lazy": Lazy("lazy")}), {}) == {}


def test_what_is_found_is_text_and_keeps_nothing_alive() -> None:
    class Held(json.JSONDecoder):
        pass

    held = Held()
    gone = weakref.ref(held)
    source, namespace = "held.nothing_of_that_name", {"__name__": "__main__", "held": held}
    error = failed(source, namespace)
    assert error is not None
    snapshot = snapshot_of(error, source, namespace)
    assert all(type(file) is str for frame in snapshot.frames for file in frame.origins.values())
    del held, error, namespace
    gc.collect()
    assert gone() is None


def test_of_many_names_only_some_are_looked_at() -> None:
    many = {f"name{number}": json for number in range(10 * NAMES_TAKEN)}
    frame = frame_of("; ".join(many) + "; 1 / 0", many)
    started = time.perf_counter()
    found = origins_of(frame, {})
    assert len(found) == NAMES_TAKEN
    assert time.perf_counter() - started < 0.05

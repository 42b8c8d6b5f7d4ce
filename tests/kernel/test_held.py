"""What a comment is compared with: values in whatever holds them, in bounded work, without running the user's code."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.event import Held
from jupyter_errreport.kernel import held as looking
from jupyter_errreport.kernel.held import TEXT_TAKEN, VALUES_LOOKED_AT, held_by, may_hold_comment


def held(comment: str = "# about", **namespace: Any) -> Held:
    found = held_by(f"{comment}\n1 / 0", namespace, (), (), True)
    assert found is not None
    return found


@dataclasses.dataclass
class Patient:
    name: str
    more: list[str]


class Slots:
    __slots__ = ("name", "unset")

    def __init__(self, name: str) -> None:
        self.name = name


class Plain:
    def __init__(self, name: Any) -> None:
        self.name = name


class Settings:
    name = "value"


def enclosing(name: str) -> Callable[[], str]:
    return lambda: name


def with_default(name: str = "value") -> None:
    pass


class Text(str):
    def __len__(self) -> int:
        raise RuntimeError("user code")


class Hostile:
    """Whatever is asked of it is the user's code."""

    def __init__(self) -> None:
        object.__setattr__(self, "name", "value")

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("user code")

    __iter__ = __len__ = __getitem__ = __hash__ = __eq__ = __repr__ = __getattribute__  # type: ignore[assignment]


class HostileDict(dict):  # type: ignore[type-arg]
    def values(self) -> Any:
        raise RuntimeError("user code")

    keys = items = __iter__ = __len__ = __getitem__ = values  # type: ignore[assignment]


class HostileList(list):  # type: ignore[type-arg]
    def __getitem__(self, key: Any) -> Any:
        raise RuntimeError("user code")

    __iter__ = __len__ = __getitem__  # type: ignore[assignment]


for _class in (Patient, Slots, Plain, Settings, Hostile):
    _class.__module__ = "__main__"
Pair = collections.namedtuple("Pair", "name other")


@pytest.mark.parametrize(
    "holder",
    [
        "value",
        Text("value"),
        ["value"],
        ("value",),
        {"value"},
        frozenset(["value"]),
        {"key": "value"},
        {"value": 1},
        {1: ["a", "value"]},
        [["a", "value"], ["b", "c"]],
        [{"name": "value"}],
        collections.deque(["value"]),
        collections.defaultdict(list, {"a": ["value"]}),
        collections.OrderedDict(a="value"),
        collections.Counter(["value"]),
        Pair("value", 1),
        Patient("value", []),
        Patient("a", ["value"]),
        Slots("value"),
        Plain("value"),
        Plain(Plain({"a": [Plain("value")]})),
        Settings,
        functools.partial(print, "value"),
        functools.partial(print, sep="value"),
        ValueError("value"),
        bytearray(b"value"),
        enclosing("value"),
        with_default,
        types.SimpleNamespace(name="value"),
        argparse.Namespace(name="value"),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_a_value_is_found_in_whatever_holds_it(holder: Any) -> None:
    found = held(x=1, holder=holder)
    assert "value" in found.texts or b"value" in found.texts
    assert found.is_whole


@pytest.mark.parametrize("make", [Hostile, lambda: HostileDict(a="value"), lambda: HostileList(["value"])])
def test_a_value_is_found_without_running_the_users_code(make: Callable[[], Any]) -> None:
    assert "value" in held(holder=make()).texts


@pytest.mark.parametrize("number", [4711, 47.11, True])
def test_numbers_are_taken_only_where_the_comment_has_one(number: Any) -> None:
    assert held("# about 2024", x=[number], y=number).numbers == (() if number is True else (number, number))
    assert held("# about 3", x=[number], y=number).numbers == ()


def test_without_a_comment_nothing_is_looked_at() -> None:
    assert held_by("x = 1\n# below", {"x": "value"}, (), (), True) is None


@pytest.mark.parametrize(
    ("source", "may"),
    [
        ("x = 1", False),
        ("# a", True),
        ("\n\n  \n# a", True),
        ("x\n# a", False),
        ("x = 'a' # b", True),
        ("x = '''a\nb''' # c", True),
        ("x = 3\n'''\n'''  # c", False),
    ],
)
def test_where_a_comment_may_be(source: str, may: bool) -> None:
    assert may_hold_comment(source) is may


def test_ipythons_own_names_are_no_values_and_outputs_are() -> None:
    own = {
        "_i": "a",
        "_ii": "a",
        "_i7": "a",
        "_ih": ["a"],
        "In": ["a"],
        "_dh": ["a"],
        "__doc__": "a",
        "_": "a",
        "__": "a",
    }
    found = held(**own, _oh={3: "value"}, Out={3: "value"}, _7="a", _private="mine")
    assert sorted(found.texts) == ["mine", "value"]


@pytest.mark.parametrize(
    "holder",
    [
        ["x"] * (VALUES_LOOKED_AT + 1),
        {str(i): 1 for i in range(VALUES_LOOKED_AT)},
        [["x"] * 1_000 for _ in range(VALUES_LOOKED_AT // 500)],
        "x" * (TEXT_TAKEN + 1),
        [[[[[[[["x"]]]]]]]],
        ["x" * TEXT_TAKEN] * 30,
        set(map(str, range(VALUES_LOOKED_AT + 1))),
    ],
    ids=["list", "dict", "rows", "text", "deep", "characters", "set"],
)
def test_what_was_not_looked_at_is_said(holder: Any) -> None:
    assert not held(holder=holder).is_whole


def test_names_beyond_those_looked_at_are_said_and_the_newest_come_first() -> None:
    names = {f"n{i}": str(i) for i in range(VALUES_LOOKED_AT + 10)}
    found = held(**names)
    assert not found.is_whole
    assert str(VALUES_LOOKED_AT + 9) in found.texts


def test_frames_that_were_not_looked_at_are_said() -> None:
    found = held_by("# a", {}, [{"local": ["value"]}], ["further"], False)
    assert found is not None
    assert found.texts == ("value", "further")
    assert not found.is_whole


def test_many_numbers_are_no_texts() -> None:
    found = held("# of 2024", xs=list(range(100_000)), y="text")
    assert found.is_whole
    assert not found.has_all_numbers


def test_a_list_that_holds_itself_ends() -> None:
    loop: list[Any] = ["value"]
    loop += [loop, loop]
    assert "value" in held(loop=loop).texts


def test_a_container_that_another_thread_changes_is_not_whole() -> None:
    stop = threading.Event()
    busy: dict[int, str] = {}

    def change() -> None:
        count = 0
        while not stop.is_set():
            busy[count % 500] = "x"
            busy.pop((count - 250) % 500, None)
            count += 1

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(200):
            held(busy=busy, other="value")
    finally:
        stop.set()
        thread.join()


class Counted(looking._Look):
    """Counts the values that pass the loop."""

    steps = 0

    def _each(self, values: Any, *rest: Any) -> None:
        Counted.steps += len(values)
        super()._each(values, *rest)


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=3), inner, max_size=20),
    max_leaves=50,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), values, max_size=30), st.integers(1, 400))
def test_the_work_is_bounded_and_everything_is_found_or_said(namespace: dict[str, Any], times: int) -> None:
    namespace["rows"] = [namespace.copy() for _ in range(times)]
    Counted.steps = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "_Look", Counted)
        found = held("# a", **namespace, canary=[["canary"]])
    assert Counted.steps <= 2 * VALUES_LOOKED_AT
    assert "canary" in found.texts or not found.is_whole

"""The snapshot holds plain data only, whatever the exception is made of."""

from __future__ import annotations

import gc
import sys
import tracemalloc
import weakref
from typing import Any

import pytest

from jupyter_errreport.event import ErrorSnapshot
from jupyter_errreport.kernel.snapshot import take, traceback_of


def snapshot_of(
    error: BaseException, namespace: dict[str, Any] | None = None, source: str = "# a comment"
) -> ErrorSnapshot:
    return take(
        error,
        traceback_of(error),
        kind="cell",
        execution_count=1,
        source=source,
        cell_id=None,
        place_of=lambda filename: None,
        namespace=namespace,
    )


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


class Raises(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Exits(Exception):
    def __str__(self) -> str:
        raise SystemExit


class NoText(Exception):
    def __str__(self) -> str:
        return 3  # type: ignore[return-value]


class Text(str):
    def __getitem__(self, key: object) -> str:
        raise RuntimeError("user code")


class OwnText(Exception):
    def __str__(self) -> str:
        return Text("text")


class Properties(Exception):
    __cause__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
    __context__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
    __traceback__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
    __class__ = property(lambda self: 1 / 0)  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("kind", "message"), [(Raises, None), (Exits, None), (NoText, None), (OwnText, "text"), (Properties, "a")]
)
def test_an_exception_whose_own_code_fails_is_taken_all_the_same(
    kind: type[BaseException], message: str | None
) -> None:
    assert snapshot_of(kind("a")).message == message


def test_the_message_is_cut_and_asked_for_once() -> None:
    calls = []

    class Long(Exception):
        def __str__(self) -> str:
            calls.append(1)
            return "x" * 10_000_000

    assert snapshot_of(Long()).message == "x" * 4_000
    assert len(calls) == 1


def test_nothing_of_the_users_is_kept_alive() -> None:
    class Thing:
        pass

    def fail(thing: Thing) -> None:
        held = [thing]
        raise ValueError(held)

    thing = Thing()
    gone = weakref.ref(thing)
    try:
        fail(thing)
    except ValueError as error:
        taken = snapshot_of(error, {"thing": thing, "text": "t"})
    del thing
    gc.collect()
    assert gone() is None
    assert taken.held is not None
    assert "t" in taken.held.texts


def test_locals_of_a_type_of_the_users_are_not_asked() -> None:
    asked = []

    class Namespace(dict):  # type: ignore[type-arg]
        def items(self) -> Any:
            asked.append(1)
            return super().items()

    class Meta(type):
        @classmethod
        def __prepare__(cls, name: str, bases: tuple[type, ...]) -> Namespace:  # type: ignore[override]
            return Namespace()

    try:

        class Broken(metaclass=Meta):
            raise ValueError

    except ValueError as error:
        snapshot_of(error)
    assert asked == []


def test_a_cycle_of_causes_ends() -> None:
    first, second = ValueError("a"), TypeError("b")
    first.__cause__, second.__cause__ = second, first
    chain = snapshot_of(first).chain
    assert [(other.classes[0].name, other.relation) for other in chain] == [("TypeError", "cause")]


def test_a_suppressed_context_is_left_out() -> None:
    try:
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError:
            raise ValueError from None
    except ValueError as error:
        assert snapshot_of(error).chain == ()


def test_ten_thousand_frames_of_one_function_are_three() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(12_000)

    def down(n: int) -> None:
        if n == 0:
            raise ValueError
        down(n - 1)

    try:
        down(5_000)
    except ValueError as error:
        taken = snapshot_of(error)
    finally:
        sys.setrecursionlimit(limit)
    assert [frame.code.co_name for frame in taken.frames[-4:]] == [sys._getframe().f_code.co_name, *["down"] * 3]
    assert len({frame.lineno for frame in taken.frames[-3:]}) == 2, "the last one is where it failed"


def test_members_of_a_group_are_taken() -> None:
    group = pytest.importorskip("builtins").__dict__.get("ExceptionGroup")
    if group is None:
        from exceptiongroup import ExceptionGroup as group  # noqa: N813
    chain = snapshot_of(group("g", [ValueError("a"), group("h", [KeyError("b")])])).chain
    assert [(other.classes[0].name, other.relation) for other in chain] == [
        ("ValueError", "member"),
        ("ExceptionGroup", "member"),
        ("KeyError", "member"),
    ]


@pytest.mark.parametrize("blank", ["", "\n  "])
@pytest.mark.parametrize("first", ["", "# about\n"])
def test_a_cell_of_megabytes_is_not_copied(first: str, blank: str) -> None:
    source = f"{blank}{first}x = '{'a' * 3_000_000}'\n1 / 0\n" + "y = 1\n" * 100_000
    error = raised(ValueError("Smith"))
    snapshot_of(error, source=source)  # what is made once
    tracemalloc.start()
    try:
        found = snapshot_of(error, source=source)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.source is source
    assert peak < 500_000

"""Of the user's code the hook runs nothing but `str(error)`, whatever names and modules their classes claim."""

from __future__ import annotations

import asyncio
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.event import ErrorSnapshot
from jupyter_errreport.kernel.snapshot import take, traceback_of

NAMES = ("ExceptionGroup", "BaseExceptionGroup", "DataFrame", "Table", "ndarray", "PurePath", "Mine")
MODULES = ("__main__", "builtins", "exceptiongroup", "pandas", "pyarrow.lib", "polars", "numpy", "pathlib")
METHODS = ("__eq__", "__hash__", "__bool__", "__len__", "__iter__", "__repr__", "__getattr__", "__getattribute__")
PROPERTIES = (
    "__cause__ __context__ __suppress_context__ __traceback__ __notes__ __class__ __dict__ __module__ args exceptions"
    " lineno columns column_names num_columns dtype size flat _df _s _mgr _values drive parts keywords"
).split()
OF_CLASSES = (
    "__eq__ __hash__ __bool__ __len__ __iter__ __getattr__ __getattribute__ __instancecheck__ __subclasscheck__"
).split()
PROPERTIES_OF_CLASSES = ("__name__", "__module__", "__mro__", "__flags__", "columns", "type")


class Calls:
    """What of a class was called while somebody looked."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.is_watched = False

    def method(self, name: str, base: type) -> Any:
        inherited = getattr(base, name, None)

        def called(self_: Any, *args: Any) -> Any:
            if self.is_watched:
                self.made.append(name)
            if inherited is None:
                raise AttributeError(*args)
            return inherited(self_, *args)

        return called

    def property(self, name: str, value: Any) -> Any:
        def called(self_: Any) -> Any:
            if self.is_watched:
                self.made.append(name)
            return value

        return property(called)


def hostile(calls: Calls, base: type, name: str, module: str, told: list[str], of_class: list[str]) -> type:
    """A class whose every listed attribute is the user's code, and so is its metaclass."""
    meta = {n: calls.method(n, type) for n in of_class if n in OF_CLASSES}
    meta |= {n: calls.property(n, getattr(type, n, "x")) for n in of_class if n in PROPERTIES_OF_CLASSES}
    own: dict[str, Any] = {n: calls.method(n, base) for n in told if n in METHODS}
    own |= {n: calls.property(n, (ValueError("held"),)) for n in told if n in PROPERTIES}
    if "__eq__" in own:
        own.setdefault("__hash__", base.__hash__)
    if "__eq__" in meta:
        meta.setdefault("__hash__", type.__hash__)
    made: type = type(type)("Meta", (type,), meta)(name, (base,), own)
    if "__module__" not in own and "__module__" not in meta:
        type.__setattr__(made, "__module__", module)
    return made


def snapshot_of(calls: Calls, error: BaseException, namespace: dict[str, Any]) -> ErrorSnapshot:
    def fail(thing: Any) -> None:
        inner = [thing]  # noqa: F841 - held by the frame
        raise error

    try:
        fail(namespace.get("thing"))
    except BaseException as caught:
        traceback = traceback_of(caught)
    calls.is_watched = True
    try:
        return take(
            error,
            traceback,
            kind="cell",
            execution_count=1,
            source="# 12345 a comment\nfail(thing)",
            cell_id=None,
            place_of=lambda filename: None,
            namespace=namespace,
        )
    finally:
        calls.is_watched = False


@given(
    base=st.sampled_from((Exception, ValueError, SyntaxError, KeyError)),
    name=st.sampled_from(NAMES),
    module=st.sampled_from(MODULES),
    told=st.lists(st.sampled_from((*METHODS, *PROPERTIES)), unique=True),
    of_class=st.lists(st.sampled_from((*OF_CLASSES, *PROPERTIES_OF_CLASSES)), unique=True),
)
def test_nothing_of_the_users_is_called(
    base: type, name: str, module: str, told: list[str], of_class: list[str]
) -> None:
    calls = Calls()
    kind = hostile(calls, base, name, module, told, of_class)
    value_kind = hostile(calls, object, name, module, told, of_class)
    thing = value_kind()
    namespace = {
        "thing": thing,
        "its_class": value_kind,
        "several": [thing, [thing], {"key": thing}, (thing,)],
        "outer": kind("outer"),
    }

    snapshot_of(calls, kind("a"), namespace)

    assert calls.made == []


def test_names_that_are_no_plain_text_are_not_asked() -> None:
    calls = Calls()
    key = hostile(calls, str, "Key", "__main__", ["__eq__", "__hash__", "__len__"], [])("key")
    own = type("Own", (), {})
    calls.is_watched = False
    module = types.ModuleType("module")
    vars(module)[key] = 1
    module.__name__ = "__main__"

    snapshot_of(calls, ValueError("a"), {"own": own(), "module": module, key: 2})

    assert calls.made == []


def test_a_group_of_the_users_own_making_has_no_members() -> None:
    asked = []

    class ExceptionGroup(Exception):
        @property
        def exceptions(self) -> Iterator[BaseException]:
            asked.append(1)
            return iter((ValueError("a"),))

    assert snapshot_of(Calls(), ExceptionGroup("b"), {}).chain == ()
    assert asked == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python's own groups came with 3.11")
def test_members_of_a_real_group_are_seen_whatever_a_subclass_says() -> None:
    class Mine(BaseExceptionGroup):  # type: ignore[name-defined]  # noqa: F821
        exceptions = property(lambda self: 1 / 0)

    taken = snapshot_of(Calls(), Mine("several", [ValueError("a"), asyncio.CancelledError()]), {})

    assert [(other.relation, other.classes[0].name) for other in taken.chain] == [
        ("member", "ValueError"),
        ("member", "CancelledError"),
    ]


def test_members_are_seen_of_the_package_for_older_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    class BaseExceptionGroup(BaseException):
        """As the package `exceptiongroup` makes it."""

        def __init__(self, message: str, members: list[BaseException]) -> None:
            super().__init__(message, members)
            self._exceptions = tuple(members)

        exceptions = property(lambda self: 1 / 0)

    package = types.ModuleType("exceptiongroup")
    vars(package)["BaseExceptionGroup"] = BaseExceptionGroup
    monkeypatch.setitem(sys.modules, "exceptiongroup", package)

    taken = snapshot_of(Calls(), BaseExceptionGroup("several", [ValueError("a")]), {})

    assert [(other.relation, other.classes[0].name) for other in taken.chain] == [("member", "ValueError")]

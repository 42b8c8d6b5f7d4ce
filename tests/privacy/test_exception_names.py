"""The name of an exception's class leaves if it is code, C's too, and stays if it was made at run time."""

from __future__ import annotations

import binascii
import decimal
import json
import pyexpat
import socket
import sqlite3
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_errreport.kernel.snapshot import classes_of
from jupyter_errreport.privacy import CodeOfKernel, public_name
from jupyter_errreport.privacy.steps import finished
from tests.privacy.scrubbing import event_of, install

NAMES = st.from_regex(r"[A-Z][a-z]{3,9}[0-9]{0,4}", fullmatch=True).filter(lambda name: name not in vars(json))


def name_of(error: BaseException, source: str = "") -> str:
    return finished(public_name(classes_of(error), CodeOfKernel([], source, list).has_true_class))


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("import sqlite3; sqlite3.connect(':memory:').execute('selec')", "OperationalError"),
        ("import socket; socket.getaddrinfo('no.invalid', -1, flags=1 << 30)", "gaierror"),
        ("import decimal; decimal.Decimal('x')", "InvalidOperation"),
        ("import decimal; decimal.Decimal(1) / 0", "DivisionByZero"),
        ("import xml.parsers.expat as e; e.ParserCreate().Parse('<', True)", "ExpatError"),
        ("import zlib; zlib.decompress(b'x')", "error"),
        ("import binascii; binascii.unhexlify('x')", "Error"),
        ("import struct; struct.pack('i')", "error"),
        ("import lzma; lzma.decompress(b'x')", "LZMAError"),
        ("import ctypes; ctypes.CDLL(None).abs(object())", "ArgumentError"),
        ("import json; json.loads('{')", "JSONDecodeError"),
        ("import ssl; ssl.create_default_context(cadata='x')", "SSLError"),
        ("raise ExceptionGroup('a', [ValueError('b')])", "ExceptionGroup"),
        ("1/0", "ZeroDivisionError"),
    ],
)
def test_a_class_that_c_made_has_its_own_name(cell: str, name: str) -> None:
    if "ExceptionGroup" in cell and sys.version_info < (3, 11):
        pytest.skip("exception groups are new in Python 3.11")
    assert event_of(cell)["error_name"] == name


MODULES: list[ModuleType] = [json, sqlite3, socket, decimal, pyexpat, zlib, binascii, sys, __import__("builtins")]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=NAMES)
def test_a_class_that_a_user_puts_into_a_module_has_the_name_of_its_base(module: ModuleType, value: str) -> None:
    made = type(value, (ValueError,), {"__module__": module.__name__, "__qualname__": value})
    vars(module)[value] = made
    try:
        assert name_of(made()) == "ValueError"
    finally:
        del vars(module)[value]


@pytest.mark.parametrize("cls", [sqlite3.OperationalError, socket.gaierror, decimal.InvalidOperation, zlib.error])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=NAMES)
def test_a_class_of_c_that_was_renamed_has_the_name_of_a_base(cls: Any, value: str) -> None:
    names = cls.__name__, cls.__qualname__
    cls.__name__ = cls.__qualname__ = value
    try:
        assert value not in name_of(cls())
    finally:
        cls.__name__, cls.__qualname__ = names


@given(value=NAMES)
@settings(max_examples=20, deadline=None)
def test_a_class_made_by_type_has_the_name_of_its_base(value: str) -> None:
    assert name_of(type(value, (sqlite3.DatabaseError,), {})()) == "DatabaseError"


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """An installed module that says of itself that it is a compiled file."""
    folder = tmp_path / "site-packages"
    install(folder, "dockcore", "")
    binary = folder / "dockcore.abi3.so"
    binary.write_bytes(b"\x7f" * 5_000 + b"\0_internal.PoseError\0" + b"\x7f" * 40_000)
    (folder / "dockcore-1.0.dist-info" / "RECORD").write_text("dockcore.abi3.so,,\n", encoding="utf-8")
    module = ModuleType("dockcore")
    module.__file__ = str(binary)
    monkeypatch.setitem(sys.modules, "dockcore", module)
    yield module


def test_a_class_is_found_in_the_module_that_exports_it_under_an_alias(compiled: ModuleType) -> None:
    error = type("PoseError", (Exception,), {"__module__": "_internal"})
    vars(compiled)["PoseError"] = error
    assert name_of(error()) == "PoseError"


def test_a_part_of_a_compiled_module_is_that_modules(compiled: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    part = ModuleType("dockcore.checks")
    monkeypatch.setitem(sys.modules, "dockcore.checks", part)
    error = type("PoseError", (Exception,), {"__module__": "dockcore.checks"})
    vars(part)["PoseError"] = error
    assert name_of(error()) == "PoseError"


@pytest.mark.parametrize("last", ["__test__", "PoseError"])
def test_a_name_that_was_given_before_others_of_the_module_is_the_modules(compiled: ModuleType, last: str) -> None:
    error = type("ChainError", (Exception,), {"__module__": "dockcore"})
    vars(compiled).update({"ChainError": error, last: 1})
    assert name_of(error()) == "ChainError"


@given(value=NAMES.filter(lambda name: name != "PoseError"))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_name_that_no_binary_holds_stays(compiled: ModuleType, value: str) -> None:
    error = type(value, (Exception,), {"__module__": "_internal"})
    vars(compiled).update({"PoseError": 1, "__test__": 1})
    vars(compiled)[value] = error
    assert name_of(error()) == "Exception"
    vars(compiled)["another"] = 1
    vars(compiled)["dockcore"] = compiled
    assert name_of(error()) == "Exception"
    del vars(compiled)[value]


def test_what_a_module_makes_on_access_is_not_made(compiled: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lazy(ModuleType):
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was asked for")

    monkeypatch.setitem(sys.modules, "lazy", Lazy("lazy"))
    assert name_of(type("PoseError", (Exception,), {"__module__": "_internal"})()) == "Exception"

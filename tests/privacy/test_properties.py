"""Whatever value is put wherever, it is not in what would be sent; and scrubbing ends, whatever it is given."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jupyter_errreport.privacy.code_names import CodeNames
from jupyter_errreport.privacy.messages.message import TEXT_LIMIT, Evidence, public_message
from jupyter_errreport.privacy.saved import SavedError, scrub_saved
from jupyter_errreport.privacy.steps import finished

from .scrubbing import event_of

CELLS = [
    "float({v!r})",
    "int({v!r}, 8)",
    "d = {{}}; d[{v!r}]",
    "d = {{{v!r}: 1}}; d[{v!r} + 'x']",
    "open('/home/' + {v!r} + '/data.csv')",
    "raise ValueError({v!r})",
    "raise ValueError('about', {v!r}, 3)",
    "raise KeyError('%s is missing' % {v!r})",
    "assert False, {v!r}",
    "getattr(object(), {v!r})",
    "setattr(object(), {v!r}, 1)",
    "def f(a): pass\nf(**{{{v!r}: 1}})",
    "E = type({v!r}, (ValueError,), {{}})\nraise E({v!r})",
    "E = type({v!r}, (), {{}})\nE().missing",
    "E = type({v!r}, (), {{}})\nlen(E())",
    "exec('def ' + {v!r} + '(): 1 / 0')\nglobals()[{v!r}]()",
    "import types\ndef f(): 1 / 0\ntypes.FunctionType(f.__code__.replace(co_name={v!r}), globals())()",
    "eval({v!r})",
    "eval({v!r} + '.x + 1')",
    "exec(compile('1 / 0', {v!r} + '.py', 'exec'))",
    "__import__({v!r})",
    "import importlib; importlib.import_module('json.' + {v!r})",
    "import json; json.loads({v!r})",
    "import json; json.dumps({{{v!r}: object()}})",
    "import decimal; decimal.Decimal({v!r})",
    "import datetime; datetime.datetime.strptime({v!r}, '%Y')",
    "import datetime; datetime.date.fromisoformat({v!r})",
    "import uuid; uuid.UUID({v!r})",
    "import fractions; fractions.Fraction({v!r})",
    "import ipaddress; ipaddress.ip_network({v!r})",
    "import configparser; c = configparser.ConfigParser(); c[{v!r}]",
    "import enum\nclass C(enum.Enum):\n    A = 1\nC({v!r})",
    "import re; re.compile('(' + {v!r})",
    "import struct; struct.unpack('<' + ascii({v!r}), b'')",
    "import subprocess; subprocess.run([{v!r}])",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'exit(3)', {v!r}], check=True)",
    "import csv, io; csv.DictWriter(io.StringIO(), ['a']).writerow({{{v!r}: 1}})",
    "import argparse; p = argparse.ArgumentParser(); p.add_argument({v!r}, 'b', {v!r})",
    "import string; string.Template('$x').substitute({{{v!r}: 1}})",
    "import urllib.request; urllib.request.urlopen({v!r})",
    "import sqlite3; sqlite3.connect(':memory:').execute('select * from ' + {v!r})",
    "import sqlite3; sqlite3.connect(':memory:').execute({v!r})",
    "import base64; base64.b64decode({v!r} + '!', validate=True)",
    "import warnings; warnings.simplefilter('error', UserWarning); warnings.warn({v!r})",
    "import collections; collections.namedtuple('P', [{v!r}, {v!r}])",
    "import ast; ast.literal_eval({v!r} + '(')",
    "import shutil; shutil.copy({v!r}, 'x')",
    "import unittest; unittest.TestCase().assertEqual({v!r}, 'x')",
    "import zoneinfo; zoneinfo.ZoneInfo({v!r})",
    "import logging; logging.getLogger().setLevel({v!r})",
    "import dataclasses; dataclasses.make_dataclass('A', [{v!r} + '!'])",
    "import pathlib; pathlib.Path({v!r}).read_text()",
    "import codecs; 'x'.encode({v!r})",
    "b'\\xff'.decode('ascii', {v!r})",
    "'{{0[' + {v!r} + ']}}'\n('{{0[' + {v!r} + ']}}').format({{}})",
    "'%(' + {v!r} + ')s' % {{}}\n('%(' + {v!r} + ')s') % {{}}",
    "x = {v!r}\nx()",
    "x = {v!r}\nx + 1",
    "x = {v!r}\nx.missing_here",
    "try:\n    float({v!r})\nexcept ValueError as e:\n    raise RuntimeError('bad: ' + str(e)) from e",
    "try:\n    raise KeyError({v!r})\nexcept KeyError:\n    float({v!r})",
    "e = ValueError('x')\nif hasattr(e, 'add_note'): e.add_note({v!r})\nraise e",
    "class P(Exception):\n    def __str__(self): return {v!r}\nraise P()",
    "class P(Exception):\n    pass\nP.__name__ = {v!r}\nraise P()",
    "import sys; sys.exit({v!r})",
    "x = ({v!r}",
    "f({v!r})) + 1",
    "{v} = = 3",
]
if sys.version_info >= (3, 11):
    CELLS.append("raise ExceptionGroup({v!r}, [ValueError({v!r}), ExceptionGroup({v!r}, [KeyError({v!r})])])")

values = st.builds(
    lambda letters, digits: "zq" + letters + digits,
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=14),
    st.text("0123456789", max_size=3),
)


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values)
def test_a_value_is_in_nothing_that_leaves(cell: str, value: str) -> None:
    source = cell.format(v=value)
    if not cell.startswith("{v}"):
        assume(value not in cell)
        event: dict[str, Any] = {**event_of(source)}
        assert value not in json.dumps(event).casefold()
    else:  # an identifier of the failing code is code
        assert event_of(source)["error_name"] == "SyntaxError"


nothing = CodeNames(frozenset(), lambda name: False, lambda name: False, lambda name: False)
anything = st.text(st.characters(), max_size=300) | st.sampled_from("ab \n:'\"(<[{\\%").flatmap(
    lambda character: st.integers(1, TEXT_LIMIT).map(lambda count: character * count)
)


@given(anything, st.booleans())
@settings(deadline=None)
def test_any_text_is_scrubbed(text: str, is_own: bool) -> None:
    told = finished(public_message(text, Evidence((), nothing, is_own=is_own)))
    assert len(told) <= 1_000
    told.encode("utf-8", "backslashreplace")


@given(anything, anything, st.lists(anything, max_size=5), st.sampled_from(["python", "R", "julia", "bash", "cobol"]))
@settings(deadline=None)
def test_any_saved_error_is_scrubbed(message: str, source: str, traceback: list[str], language: str) -> None:
    public = finished(scrub_saved(SavedError("ValueError", message, source, traceback, language)))
    assert len(public.error_message) <= 1_000
    assert len(public.first_line) <= 200

"""Each kind of leak that was ever found, with values of every kind: none of them is in what would be sent."""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import json
import os
import re
import sys
import sysconfig
import types
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import jupyter_errreport.privacy
from jupyter_errreport.event import EventMessageType
from jupyter_errreport.kernel.assemble import assemble
from jupyter_errreport.privacy import public_first_line
from jupyter_errreport.privacy.saved import SavedError, scrub_saved
from jupyter_errreport.privacy.steps import finished
from tests.live.leaks import find_leaks

from .drawn_values import ALL, DATES, IDS, NAMES, PATHS, SECRETS, TEXTS, drawn, leaks, one_of
from .implicit_differences import told_by
from .scrubbing import event_of, failed, snapshot_of

ROOT = Path(__file__).parent.parent
Planted = tuple[str, str]
several = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def event_in(source: str, namespace: dict[str, Any], earlier: Sequence[str] = ()) -> EventMessageType:
    """The event of a cell in a kernel that holds these names, and in which these cells ran before."""
    names = {"__name__": "__main__", **namespace}
    error = failed(source, names)
    assert error is not None, "the cell did not fail"
    return finished(assemble(snapshot_of(error, source, names), "code-only", lambda: list(earlier)))


# A comment whose check could not end in time.

SLOW = """\
import time
class Slow(Exception):
    def __str__(self):
        time.sleep({seconds})
        return "late"
raise Slow
"""
COSTLY = (
    "def deeper(n): return deeper(n + 1)\ndeeper(0)",
    "raise ValueError(list(range(200_000)))",
    "raise ValueError('\\n\\'\"' * 300_000)",
    "raise KeyError({str(i): [i] * 9 for i in range(3_000)})",
    "def deep(n, text):\n    return deep(n - 1, text * 2) if n else 1 / 0\ndeep(15, 'abc ')",
    "def many():\n    exec('\\n'.join(f'v{i} = {i}' for i in range(2000)))\n    1 / 0\nmany()",
)


@several
@given(planted=one_of(*NAMES, *TEXTS), milliseconds=st.floats(0, 50), before=st.integers(0, 3_000))
def test_a_held_value_leaves_no_comment_however_long_the_error_takes(
    planted: Planted, milliseconds: float, before: int
) -> None:
    namespace = {f"name_{number}": number for number in range(before)}
    source = f"# plan for {planted[1]}\n" + SLOW.format(seconds=milliseconds / 1_000)
    assert not leaks(event_in(source, {**namespace, "who": planted[1]}), planted)


@pytest.mark.parametrize("costly", COSTLY)
@settings(max_examples=5, deadline=None)
@given(planted=one_of(*NAMES, *TEXTS))
def test_a_held_value_leaves_no_comment_whatever_the_error_costs(costly: str, planted: Planted) -> None:
    assert not leaks(event_in(f"# plan for {planted[1]}\n{costly}", {"who": planted[1]}), planted)


@several
@given(
    planted=one_of(*NAMES, *TEXTS),
    after=st.integers(0, 8_000),
    as_text=st.booleans(),
)
def test_a_held_value_leaves_no_comment_however_many_names_there_are(
    planted: Planted, after: int, as_text: bool
) -> None:
    others = {f"name_{number}": f"text {number}" if as_text else number for number in range(after)}
    for namespace in ({"who": planted[1], **others}, {**others, "who": planted[1]}):
        assert not leaks(event_in(f"# plan for {planted[1]}\n1 / 0", namespace), planted)


@several
@given(milliseconds=st.floats(0, 50), before=st.integers(0, 500))
def test_a_comment_without_values_stays_however_long_the_error_takes(milliseconds: float, before: int) -> None:
    namespace = {f"name_{number}": f"text {number}" for number in range(before)}
    source = "# plan of the second week\n" + SLOW.format(seconds=milliseconds / 1_000)
    assert event_in(source, namespace)["first_line"] == "# plan of the second week"


# A cell that does not parse.

WHOLE = (
    "name = '{v}'; dose = 3",
    'frame = pd.read_csv("{v}", sep=";")',
    "print(f'scan of {v} at {{place}}', end='')",
    "ask(patient='{v}', day=[1, 2])  # the third",
    "rows = {{'{v}': ['{v}', 3]}}",
    "if name == '{v}': send(b'x', \"{v}\")",
)
BREAKS = (
    "'",
    '"',
    "'''",
    "(",
    "]",
    " = = ",
    "\u201c",
    "\u2019",
    "$",
    "?",
    "\\",
    " plan of ",
    "!",
    "0x",
    "1a",
    ">>> ",
    "\t",
)
PASTED = (
    "{v}",
    "Dear {v}, the scan is missing",
    "name = {v} Smith",
    "read({v} x)",
    "patient: {v}; seen twice, not thrice",
    "Authorization: Bearer {v} x",
    "export TOKEN={v} now",
    "id;name\n1;{v}",
    "3,{v},yes no",
    ">sp|{v}|x OS=Homo sapiens",
    "SELECT * FROM {v} WHERE x = 3",
    "$ psql -h {v} -U me",
    "<td>{v}</td>",
    "\\author{{{v}}}",
    "- patient: {v}",
    "{{name: {v}, 3}} x",
    "ValueError: no patient {v} here",
    "File x, line 3, in {v}",
    "print(\u201c{v}\u201d)",
    "<<<<<<< {v}",
    "library({v}); x <- 3 %>% f",
)


@several
@given(cell=st.sampled_from(WHOLE), planted=one_of(*ALL), broken=st.sampled_from(BREAKS), data=st.data())
def test_a_cell_that_is_broken_at_any_place_tells_no_value(
    cell: str, planted: Planted, broken: str, data: st.DataObject
) -> None:
    source = cell.format(v=planted[1])
    place = data.draw(st.integers(0, len(source)))
    source = source[:place] + broken + source[place:]
    assume(not parses(source))
    assert not leaks(event_of(source), planted)


@pytest.mark.parametrize("cell", PASTED)
@settings(max_examples=12, deadline=None)
@given(planted=one_of(*ALL))
def test_pasted_text_tells_no_value(cell: str, planted: Planted) -> None:
    source = cell.format(v=planted[1])
    assume(not parses(source))
    event = event_of(source)
    assert not leaks(event, planted)


@pytest.mark.parametrize(
    "later",
    [
        "getattr(object(), {v!r})",
        "__import__({v!r})",
        "def dose(a): pass\ndose(**{{{v!r}: 1}})",
        "eval({v!r})",
        "exec('def ' + {v!r} + '(): 1 / 0')\nglobals()[{v!r}]()",
        "E = type({v!r}, (ValueError,), {{}})\nraise E('x')",
    ],
)
@settings(max_examples=12, deadline=None)
@given(cell=st.sampled_from(PASTED), planted=one_of("@S1@", "@S2@", "@G1@", "@V1@", "@A5@", "@A7@", "@I1@"))
def test_the_words_of_a_cell_that_does_not_parse_are_no_names_for_later_messages(
    later: str, cell: str, planted: Planted
) -> None:
    pasted = cell.format(v=planted[1])
    assume(not parses(pasted))
    assert not leaks(event_in(later.format(v=planted[1]), {}, [pasted]), planted)


def parses(source: str) -> bool:
    """Whether this is a cell of Python."""
    try:
        compile(source, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("for row in range(3) print('x')", "for "),
        ("import numpy as np, os sys", "import "),
        ("while True x", "while True"),
        ("print(len('x') 3)", "print(len("),
    ],
)
def test_keywords_and_built_ins_of_a_cell_that_does_not_parse_stay(source: str, kept: str) -> None:
    assert event_of(source)["first_line"].startswith(kept)


# Words of a shell.

SHELL = (
    "!mysql -uroot -p{v}",
    "!mysql -u{v}",
    "!sshpass -p{v} ssh host",
    "!7z x -p{v} a.7z",
    "!unzip -P{v} a.zip",
    "!curl -u{v}:x host",
    "!tool -password{v}",
    "%%bash -s a -p{v}\nls",
    "%%script bash -p{v}\nls",
    "!pip install -r {v}.txt",
    "!pip install -r{v}.txt",
    "!pip install -e {v}",
    "!pip install -t {v} numpy",
    "!pip install --target {v} numpy",
    "!pip install --trusted-host {v} numpy",
    "!pip install -i {v} numpy",
    "!pip install -c {v} -f {v} numpy",
    "!pip install {v}-1.0-py3-none-any.whl",
    "!pip install ./{v}",
    "!python -m pip install -r {v}.txt",
    "%pip install -r {v}.txt",
    "!conda install -n {v} numpy",
    "!conda install -c {v} numpy",
    "!apt-get install ./{v}.deb",
    "!apt-get install {v}.deb",
    "!python job.py install {v}",
    "!./job install {v}",
    "!git commit -m {v}",
    "!docker run -e KEY={v} image",
    "!cat a | mail -s{v} x",
    "!PASSWORD={v} tool",
    "out = !tool -p{v}",
    "%{v}",
    "%{v} has no scan",
    "%%{v}\nhas no scan",
    "x = %{v} 3",
)


@pytest.mark.parametrize("cell", SHELL)
@settings(max_examples=12, deadline=None)
@given(planted=one_of("@S1@", "@S2@", "@G1@", "@V1@", "@A0@", "@A1@", "@A5@", "@A7@", "@I1@", "@I2@", "@K2@", "@H1@"))
def test_what_a_command_is_given_does_not_leave(cell: str, planted: Planted) -> None:
    word = planted[1].split()[0]
    line = finished(public_first_line(cell.format(v=word)))
    assert not find_leaks(line, {planted[0]: word})


# A comment that repeats a value.


@dataclasses.dataclass
class Visit:
    name: str


class Thing:
    def __init__(self, name: str) -> None:
        self.name = name


class Slotted:
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


Row = collections.namedtuple("Row", "number name")
HELD: dict[str, Callable[[str], Any]] = {
    "itself": lambda v: v,
    "bytes": lambda v: v.encode(),
    "a list": lambda v: ["a", v],
    "rows": lambda v: [["id", "name"], ["3", v]],
    "a dict of lists": lambda v: {"id": [1], "name": [v]},
    "a list of dicts": lambda v: [{"id": 1}, {"name": v}],
    "a key": lambda v: {v: 1},
    "a nesting": lambda v: {"a": [{"b": (1, v)}]},
    "a set": lambda v: {v},
    "a frozenset": lambda v: frozenset([v]),
    "a deque": lambda v: collections.deque([v]),
    "a defaultdict": lambda v: collections.defaultdict(list, a=[v]),
    "an OrderedDict": lambda v: collections.OrderedDict(a=v),
    "a Counter": lambda v: collections.Counter([v]),
    "a namedtuple": lambda v: Row(1, v),
    "a dataclass": Visit,
    "an object": Thing,
    "an object with slots": Slotted,
    "a list of objects": lambda v: [Thing("a"), Thing(v)],
    "a namespace": lambda v: types.SimpleNamespace(name=v),
    "an enum": lambda v: enum.Enum("Name", {"A": v}),
    "a partial": lambda v: functools.partial(print, v),
    "an exception": ValueError,
    "a list of 5,000": lambda v: ["a"] * 4_999 + [v],
}
SAID = ("# no scan of {v}", "# {v}: see the third visit", "x = 1  # {v}")


@pytest.mark.parametrize("held", HELD)
@settings(max_examples=15, deadline=None)
@given(planted=one_of(*NAMES, *IDS, *TEXTS, *DATES), said=st.sampled_from(SAID))
def test_a_comment_does_not_repeat_what_something_holds(held: str, planted: Planted, said: str) -> None:
    cell = said.format(v=planted[1]) + "\n1 / 0"
    assert not leaks(event_in(cell, {"thing": HELD[held](planted[1])}), planted)


FORMS: dict[str, Callable[[str], str]] = {
    "decomposed": lambda v: unicodedata.normalize("NFD", v),
    "composed": lambda v: unicodedata.normalize("NFC", v),
    "in capitals": str.upper,
    "in small letters": str.lower,
    "the last word": lambda v: v.split()[-1],
    "the first word": lambda v: v.split()[0],
    "the genitive": lambda v: v + ("\u0430" if "\u0400" <= v[-1] <= "\u04ff" else "s"),
    "with an apostrophe": lambda v: v + "'s",
    "between letters of Chinese": lambda v: f"\u60a3\u8005{v}\u6ca1\u6709",
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_comment_repeats_a_held_name_in_no_form(form: str, data: st.DataObject) -> None:
    planted = data.draw(one_of("@A5@", "@A6@") if form == "between letters of Chinese" else one_of(*NAMES))
    cell = f"# no scan of {FORMS[form](planted[1])}\n1 / 0"
    assert not leaks(event_in(cell, {"who": planted[1]}), planted)


@several
@given(planted=one_of(*NAMES))
def test_a_comment_repeats_no_name_that_is_held_decomposed(planted: Planted) -> None:
    held = {"who": unicodedata.normalize("NFD", planted[1])}
    assert not leaks(event_in(f"# no scan of {planted[1]}\n1 / 0", held), planted)


LITERALS = (
    "ask({v!r})",
    "x = [3, {v!r}]",
    "x = f'scan of {v} {{1}}'",
    "x = '''for\n{v}'''",
    "x = {{{v!r}: 1}}",
    "b'' or {v!r}",
)


@several
@given(planted=one_of(*NAMES, *TEXTS, *DATES), literal=st.sampled_from(LITERALS))
def test_a_comment_repeats_no_literal_of_its_cell(planted: Planted, literal: str) -> None:
    written = literal.format(v=planted[1])
    for cell in (f"# no scan of {planted[1]}\n1 / 0\n{written}", f"1 / 0; 'x'  # no scan of {planted[1]}\n{written}"):
        assert not leaks(event_of(cell), planted)


@several
@given(planted=one_of(*NAMES, *TEXTS, *DATES), literal=st.sampled_from(LITERALS))
def test_a_comment_repeats_no_literal_of_an_earlier_cell(planted: Planted, literal: str) -> None:
    earlier = literal.format(v=planted[1])
    assert not leaks(event_in(f"# no scan of {planted[1]}\n1 / 0", {}, [earlier]), planted)
    kept = {"_ih": ["", earlier], "_i1": earlier, "_i": earlier}
    assert not leaks(event_in(f"# no scan of {planted[1]}\n1 / 0", kept, [earlier]), planted)


@several
@given(planted=one_of(*SECRETS, *PATHS), data=st.data())
def test_what_looks_private_goes_whole_also_where_a_part_of_it_is_held(planted: Planted, data: st.DataObject) -> None:
    value = planted[1]
    start = data.draw(st.integers(0, len(value) - 4))
    part = value[start : data.draw(st.integers(start + 4, len(value)))]
    words = [word for word in part.replace("/", " ").replace(".", " ").replace("@", " ").split() if len(word) > 3]
    held: dict[str, Any] = {"part": part, "words": words}
    for said in ("# ask {v} first", "# in {v}", "x = 1  # see {v}, and then the rest"):
        assert not leaks(event_in(said.format(v=value) + "\n1 / 0", held), planted)


@several
@given(planted=one_of(*SECRETS, *PATHS, *DATES), said=st.sampled_from(SAID))
def test_what_looks_private_leaves_no_comment_though_nothing_holds_it(planted: Planted, said: str) -> None:
    assert not leaks(event_of(said.format(v=planted[1]) + "\n1 / 0"), planted)


@several
@given(planted=drawn("@S2@"), end=st.sampled_from((".anna.csv", ".old.xlsx", ".2.fasta", ".final.nii.gz")))
def test_a_file_of_two_dots_leaves_no_comment(planted: Planted, end: str) -> None:
    assert not leaks(event_of(f"# read {planted[1]}{end} first\n1 / 0"), planted)


@several
@given(planted=drawn("@S2@"), scheme=st.sampled_from(("jdbc:postgresql", "jdbc:mysql", "mongodb+srv", "redis", "s3")))
def test_a_connection_leaves_no_comment(planted: Planted, scheme: str) -> None:
    assert not leaks(event_of(f"# from {scheme}://h:5432/{planted[1]} by hand\n1 / 0"), planted)


# What is shaped like code.

MESSAGES = (
    "getattr(object(), {v!r})",
    "__import__({v!r})",
    "def dose(a): pass\ndose(**{{{v!r}: 1}})",
    "import enum\nclass Dose(enum.Enum):\n    A = 1\nDose({v!r})",
    "import enum\nclass Dose(enum.Enum):\n    A = 1\nDose[{v!r}]",
    "'x'.encode({v!r})",
    "eval({v!r})",
    "{{}}[{v!r}]",
    "[].index({v!r})",
    "{v!r}()",
    "raise ValueError({v!r})",
    "import sqlite3; sqlite3.connect(':memory:').execute('select * from ' + {v!r})",
    "import zoneinfo; zoneinfo.ZoneInfo({v!r})",
    "import string; string.Template('$x').substitute({{{v!r}: 1}})",
    "import logging; logging.getLogger().setLevel({v!r})",
    "import codecs; codecs.lookup({v!r})",
    "import importlib.metadata; importlib.metadata.version({v!r})",
    "import argparse, sys; argparse.ArgumentParser(exit_on_error=False).parse_args(['--' + {v!r}])",
    "import collections; collections.namedtuple('P', [{v!r}, {v!r}])",
    "exec('def f(a): pass'); f(**{{{v!r}: 1, 'a': 2}})",
)


@pytest.mark.parametrize("cell", MESSAGES)
@settings(max_examples=12, deadline=None)
@given(planted=one_of("@I1@", "@I2@"))
def test_an_id_that_looks_like_a_dtype_is_a_value(cell: str, planted: Planted) -> None:
    assert not leaks(event_of(cell.format(v=planted[1])), planted)


@pytest.mark.parametrize("cell", MESSAGES)
@settings(max_examples=12, deadline=None)
@given(planted=one_of("@S1@", "@S2@", "@G1@"))
def test_a_name_in_underscores_is_a_value(cell: str, planted: Planted) -> None:
    assert not leaks(event_of(cell.format(v=f"__{planted[1]}__")), planted)


@several
@given(
    planted=one_of("@G1@", "@S1@", "@S2@"), text=st.sampled_from(("class {v}", "# class {v}:", "'''\nclass {v}:\n'''"))
)
def test_a_class_is_not_true_because_some_text_says_so(planted: Planted, text: str) -> None:
    said = text.format(v=planted[1])
    cell = f"E = type({planted[1]!r}, (ValueError,), {{}})\nraise E('x')"
    literal = said if said.startswith(("#", "'")) else repr(said)
    assert not leaks(event_of(f"{literal}\n{cell}"), planted)
    assert not leaks(event_in(cell, {}, [literal]), planted)


# A key that equals a known text.

LOOKUPS = (
    "{{}}[{v!r}]",
    "import collections; collections.OrderedDict()[{v!r}]",
    "import collections; collections.ChainMap()[{v!r}]",
    "set().remove({v!r})",
    "import os; os.environ[{v!r}]",
    "import enum\nclass C(enum.Enum):\n    A = 1\nC[{v!r}]",
    "import configparser; configparser.ConfigParser()[{v!r}]",
    "def dose(of):\n    return {{'a': 1}}[of]\ndose({v!r})",
    "float({v!r})",
    "int({v!r})",
    "complex({v!r})",
    "[].index({v!r})",
    "import fractions; fractions.Fraction({v!r})",
    "import datetime; datetime.date.fromisoformat({v!r})",
    "import ipaddress; ipaddress.ip_address({v!r})",
    "import uuid; uuid.UUID({v!r})",
    "open({v!r})",
    "raise ValueError({v!r})",
    "raise KeyError({v!r})",
    "assert False, {v!r}",
)


def known_texts() -> list[str]:
    """The known templates that have no hole and words enough not to stand in a message by chance."""
    file = Path(jupyter_errreport.privacy.__file__).with_name("known_templates.txt")
    lines = (line.partition("\t")[2] for line in file.read_text(encoding="utf-8").splitlines())
    plain = [line for line in lines if line.replace(" ", "").isalpha() and line.count(" ") > 2 and line.isascii()]
    assert len(plain) > 1_000
    return plain


KNOWN = known_texts()


@pytest.mark.parametrize("cell", LOOKUPS)
@settings(max_examples=20, deadline=None)
@given(text=st.sampled_from(KNOWN), change=st.sampled_from((str, str.title, str.capitalize)))
def test_what_a_lookup_was_given_is_a_value_also_when_a_library_says_the_same(
    cell: str, text: str, change: Callable[[str], str]
) -> None:
    assume(not leaks(event_of(cell.format(v="zovamelura")), ("@O1@", text)))  # which this message has by itself
    value = change(text)
    assert not leaks(event_of(cell.format(v=value)), ("@O1@", value))


@pytest.mark.parametrize("cell", LOOKUPS)
@settings(max_examples=10, deadline=None)
@given(text=st.sampled_from(KNOWN), planted=one_of(*NAMES, *TEXTS))
def test_a_key_that_begins_as_a_known_text_is_a_value(cell: str, text: str, planted: Planted) -> None:
    assume(not leaks(event_of(cell.format(v="zovamelura")), ("@O1@", text)))
    value = f"{text}, says {planted[1]}"
    event = event_of(cell.format(v=value))
    assert not leaks(event, planted)
    assert not leaks(event, ("@O1@", text))


# A path that is not normal.


@settings(max_examples=15, deadline=None)
@given(
    base=st.sampled_from(("purelib", "stdlib")),
    detour=st.sampled_from(("", "/json", "/./", "//", "/pip/../pip", "/encodings/..")),
    planted=drawn("@S2@"),
    number=st.integers(0, 10**9),
)
def test_a_module_that_is_found_through_an_installed_folder_is_not_installed(
    tmp_path_factory: pytest.TempPathFactory, base: str, detour: str, planted: Planted, number: int
) -> None:
    folder = tmp_path_factory.mktemp("home") / f"of_{planted[1]}"
    folder.mkdir()
    name = f"study_{number}"
    body = f"def ask(who):\n    raise ValueError(f'no scan of {planted[1]} for {{who}}')\n"
    (folder / f"{name}.py").write_text(body, encoding="utf-8")
    start = sysconfig.get_path(base) + detour
    way = start + "/.." * len(start.strip("/").split("/")) + str(folder)
    assume((Path(start)).is_dir() and os.path.realpath(way) == str(folder.resolve()))
    sys.path.insert(0, way)
    try:
        event = event_of(f"import {name}\n{name}.ask('x')")
    finally:
        sys.path.remove(way)
        sys.modules.pop(name, None)
    assert not leaks(event, planted)


@pytest.mark.parametrize("inside", ["site-packages", "dist-packages", "lib/python3.12", "lib/python3.11/json", "numpy"])
@settings(max_examples=5, deadline=None)
@given(planted=drawn("@S2@"), number=st.integers(0, 10**9))
def test_a_folder_that_is_called_as_an_installed_one_is_not_installed(
    tmp_path_factory: pytest.TempPathFactory, inside: str, planted: Planted, number: int
) -> None:
    folder = tmp_path_factory.mktemp("home") / f"of_{planted[1]}" / inside
    folder.mkdir(parents=True)
    name = f"study_{number}"
    body = f"def ask(who):\n    raise ValueError(f'no scan of {planted[1]} for {{who}}')\n"
    (folder / f"{name}.py").write_text(body, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        event = event_of(f"import {name}\n{name}.ask('x')")
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(name, None)
    assert not leaks(event, planted)


# A depth.


def round_of(functions: int, depth: int, lines: int) -> str:
    """A cell of so many functions that call each other, each on a line of its own behind `lines` others."""
    cell = ""
    for number in range(functions):
        called = f"f{(number + 1) % functions}"
        cell += f"def f{number}(n):\n" + "    n = n\n" * lines + f"    return {called}(n - 1) if n > 0 else 1 / 0\n"
    return cell + f"f0({depth * functions})"


@several
@given(
    functions=st.integers(1, 4),
    lines=st.integers(0, 3),
    depths=st.tuples(st.integers(12, 60), st.integers(12, 60)) | st.tuples(st.integers(2, 6), st.integers(2, 6)),
)
def test_how_deep_a_cell_calls_itself_is_not_told(functions: int, lines: int, depths: tuple[int, int]) -> None:
    one, other = (event_of(round_of(functions, depth, lines)) for depth in depths)
    assert told_by(one) == told_by(other)


def test_that_a_cell_calls_itself_is_told() -> None:
    traceback = event_of(round_of(1, 30, 0))["traceback"]
    assert len([line for line in traceback if line["fun_name"] == "f0"]) >= 2


# Other languages, of whose kernels a Jupyter server sends what it saw.

OTHER_LANGUAGES = (
    ("R", "x <- read('{v}', sep = \";\") # load it"),
    ("julia", 'x = A\' * load("{v}")  # load it'),
    ("julia", "x = A'; y = B' * f(\"{v}\")"),
    ("matlab", "x = A' * load('{v}'); % load it"),
    ("octave", "x = A'; y = B' + f(\"{v}\") % load it"),
    ("javascript", "const x = load('{v}'); // load it"),
    ("javascript", "const x = load(`{v}`, /{v}/i);"),
    ("typescript", 'const x: string = load("{v}"); // load it'),
    ("c++", 'auto x = load("{v}"); // load it'),
    ("c++17", 'std::string x{{"{v}"}}; // load it'),
    ("rust", 'let x = load("{v}"); // load it'),
    ("rust", 'let x: &\'a str = r#"{v}"#;'),
    ("scala", 'val x = load("{v}") // load it'),
    ("scala", 'val x = s"""for {v}""" // load it'),
    ("sql", "select * from visits where name = '{v}' -- load it"),
    ("clojure", '(load "{v}") ; load it'),
    ("haskell", 'x = load "{v}" -- load it'),
)


@pytest.mark.parametrize(("language", "source"), OTHER_LANGUAGES)
@settings(max_examples=12, deadline=None)
@given(planted=one_of(*NAMES, *TEXTS, *IDS, *DATES))
def test_a_literal_of_another_language_does_not_leave(language: str, source: str, planted: Planted) -> None:
    public = finished(scrub_saved(SavedError("Error", "", source.format(v=planted[1]), [], language)))
    assert not find_leaks(public.first_line, dict([planted]))


@pytest.mark.parametrize(
    ("language", "source"), [(language, source) for language, source in OTHER_LANGUAGES if source.endswith("load it")]
)
def test_a_comment_of_another_language_stays(language: str, source: str) -> None:
    public = finished(scrub_saved(SavedError("Error", "", source.format(v="Zovam"), [], language)))
    assert public.first_line.endswith("load it")
    comment = source.rpartition(" load it")[0].rpartition(" ")[2]
    assert public.first_line.endswith(f"{comment} load it")


# The own source, and comments that hold no value.

_PLAIN_COMMENT = re.compile(r"(?!.*://)#+ ?[^\W_](?:[^\d\\@]|(?<!\d)\d{1,2}(?!\d)){3,100}\Z")


def real_comments() -> Iterator[str]:
    """Comments of real notebooks that nobody labelled as data, and in which no pattern can see any."""
    with (ROOT / "corpus" / "errors.jsonl").open(encoding="utf-8") as file:
        for record in map(json.loads, file):
            lines = record["source"].splitlines() if record["language"] == "python" else []
            for comment in map(str.strip, lines):
                is_data = any(data and data.casefold() in comment.casefold() for data in record["data"])
                if _PLAIN_COMMENT.match(comment) and not is_data:
                    yield comment


COMMENTS = sorted(set(real_comments()))


def test_the_running_cell_is_no_value_that_its_comment_could_repeat() -> None:
    lost = {}
    for comment in COMMENTS:
        cell = f"{comment}\n1 / 0"
        earlier = ["import os", f"{comment}\nx = 1"]
        history: dict[str, Any] = {
            "_ih": ["", *earlier, cell],
            "In": ["", *earlier, cell],
            "_i": earlier[1],
            "_ii": earlier[0],
        }
        history |= {"_i1": earlier[0], "_i2": earlier[1], "_i3": cell, "Out": {}, "_oh": {}}
        held = {"who": "zovamelurik", "n": 200_000_001, "rows": [["Zovam", "1931-07-04"]]}
        line = event_in(cell, {**history, **held}, earlier)["first_line"]
        if line != comment:
            lost[comment] = line
    assert len(COMMENTS) > 150
    assert len(lost) <= 0.01 * len(COMMENTS), lost


@several
@given(
    planted=one_of(*NAMES, *TEXTS),
    words=st.lists(
        st.sampled_from("tag runtime look up a station plot the dose by day remove rows".split()),
        min_size=2,
        max_size=9,
    ),
)
def test_a_comment_keeps_its_words_beside_a_value_that_an_earlier_cell_has_in_a_literal(
    planted: Planted, words: list[str]
) -> None:
    comment = "# " + " ".join(words)
    earlier = f"ask({planted[1]!r})"
    history = {"_ih": ["", earlier, f"{comment}\n1 / 0"], "_i1": earlier, "_i2": f"{comment}\n1 / 0"}
    assume(not find_leaks(comment, dict([planted])))
    assert event_in(f"{comment}\n1 / 0", history, [earlier])["first_line"] == comment

"""What a lookup was given is a value, whatever it equals; the KeyError of a library may still say a sentence."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_errreport.kernel.assemble import assemble
from jupyter_errreport.privacy.code_names import CodeNames
from jupyter_errreport.privacy.messages.matching import every, none, sentences
from jupyter_errreport.privacy.messages.message import Evidence, believed_of, public_message
from jupyter_errreport.privacy.messages.quoted import is_repr, quoted_spans
from jupyter_errreport.privacy.messages.template import Template
from jupyter_errreport.privacy.steps import finished

from .scrubbing import CELL, event_of, install, snapshot_of

NOTHING = CodeNames(frozenset(), lambda name: False, lambda name: False, lambda name: False)
SENTENCE = "Unable to synchronously open object (component not found)"
KNOWN_TEXTS = [
    "User Name",
    "no such file or directory",
    "Permission denied",
    "no children, does not exist in the registry",
    "division by zero",
    "could not convert string to float: 'x'",
    SENTENCE,
]
keys = st.sampled_from(KNOWN_TEXTS) | st.text(min_size=1, max_size=30)
_numbers = itertools.count()


def told(text: str, believes: Any) -> str:
    return finished(public_message(text, Evidence((), NOTHING, believes=believes)))


@given(keys)
@settings(deadline=None)
def test_a_key_is_a_placeholder(key: str) -> None:
    for text in (repr(key), repr((key, 1)), repr((1, key)), repr(frozenset([key])), repr([key])):
        public = told(text, believed_of("KeyError", False))
        assert not any(word in public for word in key.split() if len(word) > 3)


def test_a_key_that_no_code_is_there_for_is_a_value_and_other_messages_are_not() -> None:
    assert believed_of("KeyError", False) is none
    assert believed_of("KeyError", True) is sentences
    assert believed_of("ValueError", False) is every


def compiled_error(key: str, source: str, frames: int = 1, namespace: dict[str, Any] | None = None) -> str:
    """The message of a KeyError that an extension module of a library raised, as its frames tell."""
    assert msgspec.__file__
    filename = "msgspec/_core.pyx"
    names: dict[str, Any] = {"__name__": "msgspec._core"}
    exec(compile("def decode(key): raise KeyError(key)", filename, "exec"), names)
    cell: dict[str, Any] = {"__name__": "__main__", "decode": names["decode"], **(namespace or {})}
    try:
        exec(compile(source, CELL, "exec"), cell)
    except KeyError as error:
        trace = error.__traceback__
        assert trace is not None
        snapshot = snapshot_of(error.with_traceback(trace.tb_next), source, cell)
        if frames > 1:
            first = snapshot.frames[-1]
            snapshot = snapshot._replace(frames=(*snapshot.frames[:-1], first._replace(values={"key": key})))
        else:
            frames_without = tuple(frame._replace(values={}) for frame in snapshot.frames)
            snapshot = snapshot._replace(frames=frames_without)
        return finished(assemble(snapshot, "code-only"))["error_message"]
    raise AssertionError("the cell did not fail")


def test_the_sentence_of_an_extension_module_keeps_its_words() -> None:
    source = "decode('Unable to synchronously open ' + 'object (component not found)')"
    assert compiled_error(SENTENCE, source) == f"'{SENTENCE}'"


def test_a_sentence_that_the_cell_or_a_frame_holds_is_a_value() -> None:
    assert compiled_error(SENTENCE, f"decode({SENTENCE!r})") == "<str>"
    assert (
        compiled_error(SENTENCE, "decode('Unable to synchronously open ' + 'object (component not found)')", 2)
        == "<str>"
    )


def test_few_words_of_an_extension_module_are_a_key() -> None:
    for key in ("User Name", "not found", "connection refused"):
        assert compiled_error(key, f"decode({key[:3]!r} + {key[3:]!r})") == "<str>"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    folder = tmp_path / "site-packages"
    monkeypatch.syspath_prepend(str(folder))
    names: list[str] = []

    def make(source: str) -> str:
        name = f"lookuplib{next(_numbers)}"
        install(folder, name, source)
        names.append(name)
        return name

    yield make
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def find(key): raise KeyError(key)", "<str>"),
        ("def find(key): return {}[key]", "<str>"),
        ("def find(key):\n    try: return {}[key]\n    except KeyError as e: raise KeyError(key) from e", "<str>"),
        ("def find(key): raise KeyError(f'there is no item named {key!r}')", "'there is no item named <key>'"),
        (
            "class Missing(KeyError): pass\ndef find(key): raise Missing(f'no ligand called {key}')",
            "'no ligand called <key>'",
        ),
    ],
)
@given(key=st.sampled_from(KNOWN_TEXTS))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_key_error_says_what_the_code_that_raised_it_says(
    library: Callable[[str], str], source: str, message: str, key: str
) -> None:
    name = library(source)
    event = event_of(f"import {name}\n{name}.find({key!r})")
    assert [event["error_message"], *(other["error_message"] for other in event["chain"])] == [
        message,
        *["<str>"] * len(event["chain"]),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "def check(value): raise ValueError(f'no ligand {value}')",
        "def check(value): raise ValueError(f'no ligand {value!r} in this pose')",
        "def check(value): raise ValueError('no ligand: %s' % value)",
        "def check(value): raise ValueError('no ligand called \"{}\"'.format(value))",
    ],
)
@given(value=st.sampled_from(KNOWN_TEXTS))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_hole_holds_is_a_value_whatever_it_equals(
    library: Callable[[str], str], source: str, value: str
) -> None:
    name = library(source)
    message = event_of(f"import {name}\n{name}.check({value!r})")["error_message"]
    assert message.startswith("no ligand")
    assert not any(word in message for word in value.split() if len(word) > 4)


def test_a_message_in_a_hole_for_messages_keeps_its_words(library: Callable[[str], str]) -> None:
    name = library(
        "def check(v):\n    try: float(v)\n    except ValueError as e: raise RuntimeError(f'no ligand: {e}')"
    )
    message = event_of(f"import {name}\n{name}.check('zovam')")["error_message"]
    assert message == "no ligand: could not convert string to float: <str>"


@pytest.mark.parametrize("value", KNOWN_TEXTS)
@pytest.mark.parametrize("before", ["no such table: ", "could not convert string to float: "])
def test_a_value_at_the_end_of_a_known_message_is_one_whatever_it_equals(before: str, value: str) -> None:
    assert told(before + value, every) == before + "<str>"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("could not convert 'a b' to float", ["a b"]),
        ("'a' and 'b'", ["a", "b"]),
        ("Can't find \"it's here\" now", ["it's here"]),
        (r"got 'it\'s' there", [r"it\'s"]),
        ("b'a b' is no text", ["a b"]),
        ("the users' data", []),
        ("an 'open one", []),
    ],
)
def test_what_stands_in_quotation_marks(text: str, inside: list[str]) -> None:
    assert [text[begin:end] for begin, end in quoted_spans(text)] == inside


@given(st.text())
def test_the_repr_of_a_text_is_known_as_one(text: str) -> None:
    for value in (text, text.encode("utf-8", "replace"), [text], (text, text), {text}):
        assert is_repr(repr(value))
    assert not is_repr("a b")


def test_what_is_in_quotation_marks_no_known_template_explains() -> None:
    for text in ("a thing 'could not convert string to float: 3' of it", 'a thing "no such file or directory"'):
        assert "convert" not in told(text, every)
        assert "such" not in told(text, every)


def test_a_message_that_lacks_a_part_of_its_template_is_explained_on_both_sides() -> None:
    template = Template.parse('no value in column "{a}" of the relation "{b}" but it has to be there')
    text = 'no value in column "zovam" but it has to be there'
    at = template.spans_within(text, 0, 0)
    assert [text[start:end] for _, (start, end) in at] == ['no value in column "', '" but it has to be there']


def test_the_evidence_for_what_stands_in_a_message_is_no_wider_than_for_the_message() -> None:
    for believes in (sentences, none):
        assert Evidence((), NOTHING, believes=believes).of_hole().believes is believes
    assert Evidence((), NOTHING).of_hole().believes is not every

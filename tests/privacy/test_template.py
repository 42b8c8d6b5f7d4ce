"""Templates: literals with holes, found in a text without regular expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.privacy.messages.known import Index, index_lines, keys
from jupyter_errreport.privacy.messages.template import Hole, Template


def test_parts_become_literals_with_a_hole_between_any_two() -> None:
    assert Template.of(["a", "b", Hole("x"), Hole("y"), "c"]) == Template(("ab", "c"), ("x y",))
    assert Template.of([Hole("x")]) == Template(("", ""), ("x",))
    assert Template.of([]) == Template(("",), ())


def test_it_is_written_as_for_format() -> None:
    assert Template.parse("unknown {res} in {{{chain.id}}}") == Template(
        ("unknown ", " in {", "}"), ("res", "chain.id")
    )


@pytest.mark.parametrize(
    ("template", "text", "expected"),
    [
        ("unknown {res} in {chain}", "unknown a in b in c", [(0, 8), (9, 13), (19, 19)]),
        ("{a}: {b}", "x: y", [(0, 0), (1, 3), (4, 4)]),
        ("only words", "only words", [(0, 10)]),
        ("only words", "only words more", None),
        ("ab{x}ba", "aba", None),
        ("a {x} b {y} c", "a 1 c 2 b", None),
    ],
)
def test_it_explains_all_of_a_text_or_nothing(template: str, text: str, expected: list[tuple[int, int]] | None) -> None:
    assert Template.parse(template).spans(text) == expected


words = st.text("ab :'", max_size=6)


@given(words, st.lists(st.tuples(words, words), max_size=4))
def test_a_text_that_was_made_from_a_template_is_explained_by_it(first: str, rest: list[tuple[str, str]]) -> None:
    template = Template((first, *(literal for _, literal in rest)), ("",) * len(rest))
    spans = template.spans(first + "".join(value + literal for value, literal in rest))
    assert spans is not None
    assert len(spans) == len(template.literals)


def test_a_word_that_touches_a_hole_is_no_key() -> None:
    assert list(keys(("could not con", "vert it to ", " now"))) == [
        "could not",
        "it to",
        "could",
        "not",
        "it",
        "to",
        "now",
    ]


def test_the_index_finds_each_template_by_a_key_of_its_own() -> None:
    templates = [f"word{chr(97 + index)} must be {{x}}, not {{y}}" for index in range(26)] + ["could not convert {x}"]
    lines = index_lines(templates)
    index = Index("\n".join(lines).encode())
    for line in lines:
        key, _, written = line.partition("\t")
        assert Template.parse(written) in list(index.templates(key))
    assert list(index.templates("no such")) == []
    assert list(Index(b"").templates("no such")) == []

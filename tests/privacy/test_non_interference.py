"""The same cell with two values of the same kind gives the same event, but for its id and its time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jupyter_errreport.event import fingerprint

from .drawn_values import ALL, NAMES, TEXTS, pair_of
from .implicit_differences import ALLOWED, OWN, difference, needed, told_by
from .scrubbing import event_of, failed
from .test_leak_kinds import COSTLY, HELD, LITERALS, LOOKUPS, MESSAGES, PASTED, SAID, event_in, parses
from .test_properties import CELLS

AS_NAME = "{v}"
"""How a cell begins in which the value is an identifier, which is code."""


@pytest.mark.parametrize("cell", [cell for cell in CELLS if not cell.startswith(AS_NAME)] + [*MESSAGES, *LOOKUPS])
@settings(max_examples=8, deadline=None)
@given(pair=pair_of(*ALL))
def test_a_message_tells_nothing_of_a_value(cell: str, pair: tuple[str, str]) -> None:
    sources = [cell.format(v=value) for value in pair]
    assume(all(failed(source, {}) is not None for source in sources))  # a number is a fine float
    one, other = map(event_of, sources)
    assert not difference([one], [other])


WORDS = "no such file or lists key is not in base thing has an attribute value could found d'accord zéro 王伟".split()
"""Of which many stand in the templates of libraries, and so find these."""


@pytest.mark.parametrize(
    "cell",
    [
        "int({v!r})",
        "float({v!r})",
        "object().__getattribute__({v!r})",
        "[].index({v!r})",
        "{{}}[{v!r}]",
        "setattr(object(), {v!r}, 1)",
        "open({v!r}, 'q')",
        "'a'.encode({v!r})",
        "import json; json.loads({v!r})",
        "import decimal; decimal.Decimal({v!r})",
        "import datetime; datetime.date.fromisoformat({v!r})",
    ],
)
@settings(max_examples=10, deadline=None)
@given(values=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join), min_size=2, max_size=2))
def test_a_message_tells_nothing_of_a_value_that_speaks_like_a_library(cell: str, values: list[str]) -> None:
    one, other = (event_of(cell.format(v=value)) for value in values)
    assert not difference([one], [other])


@pytest.mark.parametrize("cell", PASTED)
@settings(max_examples=8, deadline=None)
@given(pair=pair_of(*ALL))
def test_pasted_text_tells_nothing_of_a_value(cell: str, pair: tuple[str, str]) -> None:
    sources = [cell.format(v=value) for value in pair]
    if not any(map(parses, sources)):  # in one that parses the words are names
        one, other = map(event_of, sources)
        assert not difference([one], [other])


@pytest.mark.parametrize("held", HELD)
@settings(max_examples=8, deadline=None)
@given(pair=pair_of(*ALL), said=st.sampled_from(SAID))
def test_a_comment_tells_nothing_of_a_value_that_is_held(held: str, pair: tuple[str, str], said: str) -> None:
    one, other = (
        event_in(said.format(v=value) + "\n1 / 0", {"thing": HELD[held](value), "who": value}) for value in pair
    )
    assert not difference([one], [other])


@settings(max_examples=25, deadline=None)
@given(pair=pair_of(*NAMES, *TEXTS), literal=st.sampled_from(LITERALS))
def test_a_comment_tells_nothing_of_a_literal(pair: tuple[str, str], literal: str) -> None:
    one, other = (event_of(f"# no scan of {value}\n1 / 0\n{literal.format(v=value)}") for value in pair)
    assert not difference([one], [other])


@pytest.mark.parametrize("costly", COSTLY)
@settings(max_examples=4, deadline=None)
@given(pair=pair_of(*NAMES, *TEXTS))
def test_an_error_that_costs_much_tells_nothing_of_a_value(costly: str, pair: tuple[str, str]) -> None:
    one, other = (event_in(f"# plan for {value}\n{costly}", {"who": value}) for value in pair)
    assert not difference([one], [other])


def test_events_that_tell_a_value_differ() -> None:
    one: dict[str, Any] = {**event_of("# of Zovam\nfloat('Zovam')")}
    assert not difference([one], [{**one, **dict.fromkeys(OWN, "other")}])
    for name, changed in _changes(one):
        assert difference([one], [{**one, name: changed}]), name
    assert difference([one], [one, one]) == "1 and 2 events"
    assert difference([one], [dict(reversed(one.items()))]) == "the order of the fields"


def _changes(event: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    cause = {"error_name": "KeyError", "error_message": "Zovam", "relation": "cause"}
    for name, value in told_by(event).items():
        if isinstance(value, list):
            yield name, value + value if value else [cause]
        else:
            yield name, value + 1 if isinstance(value, int) else "Zovam"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"error_message": ("no scan in <path>", "no scan in <str>")}, "the kind of a placeholder"),
        ({"error_message": ("no <str>", "no <str>. Did you mean <str>?")}, "whether there is a suggestion"),
        ({"first_line": ("x = 1  <comment>", "x = 1  # of the week")}, "a comment that could not be checked"),
        (
            {"kind": ("syntax", "syntax"), "error_message": ("invalid syntax (line 1)", "invalid decimal literal")},
            "which rule a text breaks",
        ),
        (
            {"first_line": ("TOKEN = <token>",) * 2, "cell_hash": ("0" * 32, "1" * 32)},
            "the hash of a cell with a key in place of a name",
        ),
    ],
)
def test_each_difference_that_is_allowed_is_seen_and_named(changes: dict[str, tuple[str, str]], name: str) -> None:
    told: dict[str, Any] = {**event_of("# of the week\nfloat('Zovam')")}
    told["error_name"] = "SyntaxError" if "kind" in changes else "ValueError"
    both = [{**told, **{field: values[side] for field, values in changes.items()}} for side in (0, 1)]
    one, other = ({**event, "fingerprint": fingerprint_of(event)} for event in both)
    assert needed([one], [other]) == [name]
    assert needed([one], [{**other, "error_message": "Zovam", "kind": "cell"}]) is None
    assert name in [allowed.name for allowed in ALLOWED]


def test_a_hash_tells_nothing_of_a_value_in_quotes() -> None:
    told = {**event_of("x = 'Zovam'; 1 / 0"), "cell_hash": "0" * 32}
    assert needed([told], [{**told, "cell_hash": "1" * 32}]) is None


def fingerprint_of(event: dict[str, Any]) -> str:
    return fingerprint(event["error_name"], event["error_message"], event["traceback"])


@pytest.mark.parametrize("allowed", ALLOWED, ids=[allowed.name for allowed in ALLOWED])
def test_every_difference_that_is_allowed_is_explained_in_the_manual(root: Path, allowed: Any) -> None:
    page = (root / "docs" / "privacy.md").read_text(encoding="utf-8")
    section = re.search(r"^## Implicit differences\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    assert section is not None
    explained = re.sub(r"\s+", " ", section[1])
    assert f"**{allowed.name}**" in explained.casefold()
    assert len(allowed.reason) > 40


def test_the_manual_explains_no_difference_that_is_not_allowed(root: Path) -> None:
    page = (root / "docs" / "privacy.md").read_text(encoding="utf-8")
    section = page.partition("## Implicit differences\n")[2].partition("\n## ")[0]
    explained = [re.sub(r"\s+", " ", name).casefold() for name in re.findall(r"\*\*(.*?)\*\*", section, re.DOTALL)]
    assert sorted(explained) == sorted(allowed.name for allowed in ALLOWED)

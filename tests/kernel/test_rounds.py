"""How deep a recursion went is a value: no traceback that leaves tells it, and errors stay equal to what they were."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_errreport.event import TracebackDetailsType, fingerprint_parts
from jupyter_errreport.kernel.rounds import LONGEST, MANY, folded
from tests.privacy.scrubbing import event_of

FEW_DEPTHS, MANY_DEPTHS = st.integers(2, MANY - 1), st.integers(MANY, 60)


def shown_of(calls: str) -> str:
    return "".join(folded(calls, str))


@pytest.mark.parametrize(
    ("calls", "shown"),
    [
        ("", ""),
        ("xy", "xy"),
        ("xffy", "xffy"),
        ("xfffy", "xffy"),
        ("x" + "f" * 9 + "y", "xffy"),
        ("x" + "f" * 10 + "y", "xfffy"),
        ("x" + "fg" * 5 + "f", "xfgfgf"),
        ("x" + "fgh" * 12, "xfghfghfgh"),
        ("ffg" * 4, "ffgffg"),
        ("gff" * 4 + "x", "gffgffx"),
        ("f" * 20 + "g" + "f" * 30 + "g" + "f" * 11 + "g", "fffgfffg"),
        ("abcdefgh" * 3, "abcdefgh" * 2),
        ("abcdefghi" * 2, "abcdefghi" * 2),
    ],
)
def test_two_rounds_stand_for_a_few_and_three_for_many(calls: str, shown: str) -> None:
    assert shown_of(calls) == shown


@given(st.permutations("abcdefgh"), st.integers(1, LONGEST), st.data())
def test_the_number_of_rounds_says_no_more_than_few_or_many(
    letters: list[str], length: int, data: st.DataObject
) -> None:
    one = "".join(letters[:length])
    for depths in (FEW_DEPTHS, MANY_DEPTHS):
        first, second = data.draw(depths), data.draw(depths)
        assert shown_of(f"x{one * first}y") == shown_of(f"x{one * second}y")


@given(st.text("abc", max_size=300))
@settings(deadline=None)
def test_what_is_kept_is_made_of_what_was_there_and_ends_as_it_did(calls: str) -> None:
    kept = shown_of(calls)
    remaining = iter(calls)
    assert all(letter in remaining for letter in kept), "in the same order"
    assert kept[:1] == calls[:1]
    assert kept[-1:] == calls[-1:]
    assert set(kept) == set(calls)


RECURSIONS = [
    "def g(n): return g(n - 1) if n else 1 / 0\ng({n})",
    "def g(n):\n    if n == 0:\n        raise ValueError\n    g(n - 1)\ng({n})",
    "def f(n): return g(n) if n else 1 / 0\ndef g(n): return f(n - 1)\nf({n})",
    "class Tree:\n"
    "    def depth(self, n): return sum(self.depth(n - 1) for _ in range(1)) if n else 1 / 0\nTree().depth({n})",
    "f = lambda n: f(n - 1) if n else [][0]\nf({n})",
    "import copy\nclass Odd:\n    def __deepcopy__(self, memo): 1 / 0\n"
    "x = Odd()\nfor _ in range({n}): x = [x]\ncopy.deepcopy(x)",
    "import json\nx = object()\nfor _ in range({n}): x = {{'a': x}}\njson.dump(x, open('/dev/null', 'w'))",
    "def walk(n):\n    if n % 3 == 1:\n        return walk(n - 1)\n"
    "    return walk(n - 1) if n else 1 / 0\nwalk(3 * {n})",
]


@pytest.mark.parametrize("cell", RECURSIONS)
@given(st.data())
@settings(max_examples=5, deadline=None)
def test_the_depth_of_a_recursion_does_not_leave(cell: str, data: st.DataObject) -> None:
    for depths in (st.integers(3, MANY - 2), st.integers(MANY + 1, 70)):
        first, second = (event_of(cell.format(n=data.draw(depths))) for _ in range(2))
        assert first["traceback"] == second["traceback"]
        assert first["fingerprint"] == second["fingerprint"]
        assert len(first["traceback"]) < 30


def frame(function: str) -> TracebackDetailsType:
    if function in "xy":
        return {"filename": "<cell 3>", "fun_name": "<module>" if function == "x" else "y", "lineno": 1}
    return {"filename": "<cell 3>" if function in "ab" else "lib/code.py", "fun_name": function, "lineno": 2}


@given(st.text("xyabcdefg_", max_size=12), st.text("abcdefg_", min_size=1, max_size=LONGEST), st.integers(1, 40),
       st.text("yabcdefg_", max_size=12), st.sampled_from(["ValueError", "RecursionError"]))  # fmt: skip
@settings(max_examples=300)
def test_a_fingerprint_is_the_same_for_a_folded_traceback(
    before: str, one: str, times: int, behind: str, name: str
) -> None:
    calls = before + one * times + behind
    whole, short = [frame(call) for call in calls], [frame(call) for call in shown_of(calls)]
    assert fingerprint_parts(name, "", short) == fingerprint_parts(name, "", whole)


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_traceback_without_rounds_is_whole(depth: int) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    source = "".join(f"def f{n}(): return f{n + 1}()\n" for n in range(20)) + "def f20(): 1 / 0\n"
    event = event_of(source + f"f{depth}()", names)
    assert [line["fun_name"] for line in event["traceback"]] == ["<module>", *(f"f{n}" for n in range(depth, 21))]


def test_an_endless_recursion_shows_three_rounds() -> None:
    limit = sys.getrecursionlimit()
    event = event_of("def endless(n): return endless(n + 1)\nendless(0)")
    assert event["error_name"] == "RecursionError"
    assert limit == sys.getrecursionlimit()
    assert [line["fun_name"] for line in event["traceback"]] == ["<module>", *["endless"] * 3]

"""The patterns hide what looks private, and no text makes them slow."""

from __future__ import annotations

import time

import pytest

from jupyter_errreport.privacy.patterns import _PATTERNS, TEXT_LIMIT, hide_patterns

WORST = [
    "a" * TEXT_LIMIT,
    "a." * 2_000,
    "a@" * 2_000,
    "1" * TEXT_LIMIT,
    "1-" * 2_000,
    "/a" * 2_000,
    "a/" * 2_000,
    "a:" * 2_000,
    "-" * TEXT_LIMIT,
    " " * TEXT_LIMIT,
    "_1" * 2_000,
    "a1_1_" * 800,
]


@pytest.mark.parametrize("text", WORST, ids=[text[:2] for text in WORST])
def test_no_text_takes_a_pattern_long(text: str) -> None:
    """The bound is a hundred times what a linear pattern takes: this finds explosions, it measures nothing."""
    for name, pattern in _PATTERNS:
        started = time.process_time()
        pattern.sub(name, text)
        assert time.process_time() - started < 1, pattern.pattern


@pytest.mark.parametrize("text", ["Calculate the mean", "see step 2 and 3", "n = 10", "a and/or b", "use x.y.z here"])
def test_plain_words_stay(text: str) -> None:
    assert hide_patterns(text) == text

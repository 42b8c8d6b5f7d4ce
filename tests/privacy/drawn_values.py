"""Values of the kinds of `tests/live/values.py` for Hypothesis: names in ten scripts, ids, keys, paths, dates."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.live.leaks import find_leaks
from tests.live.values import make_value

NAMES = (*(f"@A{number}@" for number in range(10)), "@V1@", "@W1@", "@G1@")
IDS = ("@I1@", "@I2@", "@S1@", "@N1@", "@M1@")
SECRETS = ("@K1@", "@K2@", "@K3@", "@R1@", "@R2@", "@U1@", "@E1@", "@H1@", "@T1@")
PATHS = ("@P1@", "@B1@", "@C1@")
DATES = ("@Y1@",)
TEXTS = ("@S2@",)
ALL = NAMES + IDS + SECRETS + PATHS + DATES + TEXTS


def drawn(placeholder: str) -> st.SearchStrategy[tuple[str, str]]:
    """A placeholder and a value of its kind."""
    return st.integers(0, 2**32 - 1).map(lambda seed: (placeholder, make_value(placeholder, random.Random(seed))))


def one_of(*placeholders: str) -> st.SearchStrategy[tuple[str, str]]:
    """A placeholder among these, and a value of its kind."""
    return st.sampled_from(placeholders).flatmap(drawn)


def pair_of(*placeholders: str) -> st.SearchStrategy[tuple[str, str]]:
    """Two different values of one kind among these."""

    def two(placeholder: str) -> st.SearchStrategy[tuple[str, str]]:
        values = st.tuples(drawn(placeholder), drawn(placeholder)).map(lambda both: (both[0][1], both[1][1]))
        return values.filter(lambda both: both[0] != both[1])

    return st.sampled_from(placeholders).flatmap(two)


def leaks(event: Mapping[str, Any], planted: tuple[str, str]) -> list[tuple[str, str]]:
    """How a value stands in an event."""
    placeholder, value = planted
    return find_leaks(json.dumps(event, ensure_ascii=False), {placeholder: value})

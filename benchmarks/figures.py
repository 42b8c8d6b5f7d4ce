"""The figures of a comparison: the value that 99 of 100 do not exceed, the ratio to another kernel, the table."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence


def p99(values: Sequence[float]) -> float:
    """The value that 99 of 100 do not exceed."""
    return sorted(values)[-(-99 * len(values) // 100) - 1]


def median_ratio(own: Sequence[float], other: Sequence[float]) -> float:
    """The median of the rounds' ratios; of a kernel that ran only in the first rounds, those."""
    return statistics.median(mine / theirs for mine, theirs in zip(own, other, strict=False))


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, its first column text and the others figures."""
    names = list(header)
    lines = [names, ["---"] + ["---:"] * (len(names) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

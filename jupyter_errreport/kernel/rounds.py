"""Repeated rounds of a traceback, folded: how deep a recursion went is a value.

>>> "".join(folded("xffffffffffffy", str))
'xfffy'
"""

from typing import Callable, Hashable, List, Sequence, TypeVar

LONGEST = 8
"""Entries of the longest round: functions that call each other in turn."""
MANY = 10
"""Rounds from which on three are shown; fewer are shown as two, whether two or nine."""

T = TypeVar("T")


def folded(entries: Sequence[T], key: Callable[[T], Hashable]) -> Sequence[T]:
    """The entries, of rounds that repeat themselves two or three; equal keys make equal rounds.

    Short rounds first: what one function does in each round of others may repeat itself more or less often. The time is
    linear.
    """
    keys = [key(entry) for entry in entries]
    kept: Sequence[int] = range(len(keys))
    for length in range(1, LONGEST + 1):
        kept = _fold(kept, keys, length)
    return [entries[index] for index in kept]


def _fold(indices: Sequence[int], keys: Sequence[Hashable], length: int) -> Sequence[int]:
    """The indices without most of the rounds of one length."""
    found: List[int] = []
    rest = [keys[index] for index in indices]
    start, end = 0, len(rest)
    while start < end:
        same = start + length  # as long as each is what stands a round before it
        while same < end and rest[same] == rest[same - length]:
            same += 1
        rounds = (same - start) // length
        if rounds < 2:
            found.append(indices[start])
            start += 1
            continue
        behind = start + rounds * length
        found += indices[start : start + (length if rounds < MANY else 2 * length)]
        found += indices[behind - length : behind]  # the last one is the one that failed
        start = behind
    return found

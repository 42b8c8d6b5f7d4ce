"""How well a grouping agrees with labels: over all pairs of errors, and which pairs it gets wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Score:
    """Pairs of one label in one group, of all pairs in one group (precision) and of all pairs of one label (recall)."""

    right: int
    grouped: int
    labelled: int

    @property
    def precision(self) -> float:
        return self.right / self.grouped if self.grouped else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        both = self.grouped + self.labelled
        return 2 * self.right / both if both else 1.0

    def __str__(self) -> str:
        return f"precision {self.precision:.4f}, recall {self.recall:.4f}, F1 {self.f1:.4f}"


def score(groups: Sequence[Any], labels: Sequence[str]) -> Score:
    """The score of a grouping, given as the group and the label of each error."""
    return Score(_pairs(zip(groups, labels, strict=True)), _pairs(groups), _pairs(labels))


def _pairs(names: Iterable[Any]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(names).values())


def confusions(groups: Sequence[Any], labels: Sequence[str]) -> list[str]:
    """Each label that is in several groups, and each group of several labels, in words."""
    of_label: dict[str, Counter[Any]] = defaultdict(Counter)
    of_group: dict[Any, Counter[str]] = defaultdict(Counter)
    for group, label in zip(groups, labels, strict=True):
        of_label[label][group] += 1
        of_group[group][label] += 1
    apart = [f"apart: {label}" + _listed(found) for label, found in of_label.items() if len(found) > 1]
    together = [f"together: {group}" + _listed(found) for group, found in of_group.items() if len(found) > 1]
    return apart + together


def _listed(found: Counter[Any]) -> str:
    return "".join(f"\n    {count} x {name}" for name, count in found.most_common())

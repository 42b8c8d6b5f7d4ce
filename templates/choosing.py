"""Which templates are shipped, when the libraries have more of them than there is room for."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from jupyter_errreport.privacy.messages.known import lowered, unescaped
from jupyter_errreport.privacy.messages.template import Hole, Part, Template

from .fetching import Library
from .template_text import as_text

LIMIT = 200_000
"""Templates in all."""
BYTES = 16_000_000
"""Size of the file."""

Words = tuple[str, ...]
"""The literals of a template, by which it is found: two with the same ones explain the same texts."""


class Result(NamedTuple):
    """What one library says."""

    library: Library
    templates: dict[str, tuple[int, int]]
    """Each template with its level (the lower, the more it is worth) and the number of places that say it."""
    problem: str = ""


class _Choice(NamedTuple):
    text: str
    level: int
    rank: int
    library: str


def chosen(results: Iterable[Result], limit: int, size: int) -> tuple[list[str], dict[str, int]]:
    """The templates within the limits, sorted, and how many each library brought.

    Of each library its `most` best ones; where these are too many together, the last libraries give way. Templates with
    the same words are one, which names only the holes that all of them give the same name.
    """
    best: dict[Words, _Choice] = {}
    for rank, result in enumerate(results):
        texts = sorted(
            result.templates, key=lambda text: (result.templates[text][0], -result.templates[text][1], _shuffled(text))
        )
        left = result.library.most
        for text in texts:
            words = Template.parse(unescaped(lowered(text))).literals
            if words in best:
                best[words] = best[words]._replace(text=_with_common_names(best[words].text, text))
            elif left > 0:
                left -= 1
                best[words] = _Choice(text, result.templates[text][0], rank, result.library.name)
    counts: dict[str, int] = {}
    kept: list[str] = []
    for choice in sorted(best.values(), key=lambda choice: (choice.rank, choice.level, _shuffled(choice.text))):
        size -= len(choice.text.encode("utf-8")) + 1
        if len(kept) == limit or size < 0:
            break
        kept.append(choice.text)
        counts[choice.library] = counts.get(choice.library, 0) + 1
    return sorted(kept), counts


def _with_common_names(text: str, other: str) -> str:
    """A template whose holes have the names that another one with the same words gives them, else none."""
    ours, theirs = (Template.parse(unescaped(given)) for given in (text, other))
    parts: list[Part] = [ours.literals[0]]
    for name, others, literal in zip(ours.holes, theirs.holes, ours.literals[1:], strict=True):
        parts += [Hole(name if name == others else ""), literal]
    return as_text(parts)


def _shuffled(text: str) -> bytes:
    """An order that has nothing to do with the text, and is the same on every run."""
    return hashlib.sha256(text.encode("utf-8")).digest()

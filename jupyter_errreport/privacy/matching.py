"""Which template explains a text, or the most of it."""

import itertools
import re
from typing import Generator, List, NamedTuple, Optional, Sequence, Tuple

from .known import KNOWN, lowered
from .template import Span, Template, hole_is_named

TELLING_WORDS = 2
"""Words that a template must have to be believed about the whole of a text."""
OWN_PART_WORDS = 2
"""Words of a template of the code that raised which must stand together to be believed about a part of a text."""
WHOLE_PREFERRED = 2
"""A template that explains all is taken unless another one explains a part with this many times its letters."""

_WORDS = re.compile(r"[^\W\d_]{2,}")


class Match(NamedTuple):
    """A template and where its literals stand in a text."""

    template: Template
    spans: List[Tuple[int, Span]]
    """Index of the literal, and its place; all of them when the whole text is explained."""
    weight: int
    """Characters of literals that are not white space, less a third of the letters of prose that holes swallow."""
    is_whole: bool

    @property
    def is_telling(self) -> bool:
        """Whether the template has enough words of its own to be believed about the whole of a text."""
        return self.template.words >= TELLING_WORDS


def best_match(
    text: str, own: Sequence[Template], known_words: int, with_parts: bool
) -> Generator[None, None, Optional[Match]]:
    """The best match; None when there is none. A generator that pauses.

    `own` are templates of the code that raised: one of these that explains the whole text is taken at once. Of known
    templates `known_words` words must stand together to count for a part, with 0 none does; parts count only
    `with_parts`.
    """
    whole: Optional[Match] = None
    part: Optional[Match] = None
    for template in own:  # the likeliest first, with the names of what it formats
        found = _whole(template, text)
        whole = found if found is not None and (whole is None or found.weight > whole.weight) else whole
    yield
    if whole is not None and whole.is_telling:
        return whole
    low = lowered(text)
    candidates = itertools.chain(
        ((template, text, OWN_PART_WORDS) for template in (own if with_parts else ())),
        ((template, low, known_words) for template in KNOWN.candidates(low)),
    )
    for count, (template, searched, words) in enumerate(candidates):
        if count % 20 == 19:
            yield
        found = _whole(template, searched)
        whole = _better(whole, found)
        if found is None and with_parts and words:
            part = _better(part, _part(template, searched, words))
    if whole is not None and (part is None or part.weight < WHOLE_PREFERRED * whole.weight):
        return whole
    return part


def _better(best: Optional[Match], other: Optional[Match]) -> Optional[Match]:
    """The heavier one; of two that say the same the one whose holes have no names, which may be another library's."""
    if other is None or best is None:
        return other or best
    if other.weight == best.weight:
        return other if _names(other) < _names(best) else best
    return other if other.weight > best.weight else best


def _names(match: Match) -> int:
    return sum(map(hole_is_named, match.template.holes))


def _whole(template: Template, text: str) -> Optional[Match]:
    spans = template.spans(text)
    if spans is None:
        return None
    numbered = list(enumerate(spans))
    return Match(template, numbered, _weight(template.literals) - _swallowed(text, numbered) // 3, True)


def _part(template: Template, text: str, words: int) -> Optional[Match]:
    """The match of a template of which some literals stand in the text, one of them with so many words."""
    for core, literal in enumerate(template.literals):
        if len(literal) < 2 * words or len(_WORDS.findall(literal)) < words:
            continue
        at = text.find(literal)
        if at >= 0 and _stands_alone(text, at, literal):
            spans = template.spans_within(text, core, at)
            weight = _weight([template.literals[index] for index, _ in spans]) - _swallowed(text, spans) // 3
            return Match(template, spans, weight, False)
    return None


def _weight(literals: Sequence[str]) -> int:
    return sum(len(literal) - literal.count(" ") for literal in literals)


def _swallowed(text: str, spans: Sequence[Tuple[int, Span]]) -> int:
    """Letters of words in holes that hold three words or more."""
    letters = 0
    for (_, (_, end)), (_, (begin, _)) in zip(spans, spans[1:]):
        words = [word for word in text[end:begin].split() if word.isalpha()] if begin - end > 8 else []
        letters += sum(map(len, words)) if len(words) > 2 else 0
    return letters


def _stands_alone(text: str, at: int, literal: str) -> bool:
    """Whether a literal found in a text begins and ends at the border of a word."""
    end = at + len(literal)
    before = at > 0 and text[at - 1].isalnum() and literal[:1].isalnum()
    after = end < len(text) and text[end].isalnum() and literal[-1:].isalnum()
    return not before and not after

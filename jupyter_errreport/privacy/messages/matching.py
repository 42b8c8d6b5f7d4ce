"""Which template explains a text, or the most of it."""

import itertools
import re
from typing import Callable, Generator, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from .holes import holds_message
from .known import KNOWN, lowered
from .quoted import quoted_spans
from .template import Span, Template, hole_is_named

TELLING_WORDS = 2
"""Words that a template must have to be believed about the whole of a text."""
OWN_PART_WORDS = 2
"""Words of a template of the code that raised which must stand together to be believed about a part of a text."""
NESTED_PART_WORDS = 4
"""How many words of a known template must stand together in a text that was formatted into a message."""
NESTING = 4
WHOLE_PREFERRED = 2
"""A template that explains all is taken unless another one explains a part with this many times its letters."""
SWALLOWED_LIMIT = 1_000
"""Characters of what stands in a hole that are looked at for prose."""

Belief = Callable[[Template], bool]
"""Whether a known template, of which nobody says whose it is, may explain a text."""

_WEIGHTLESS = " '\"`"
_CLOSING = frozenset((")", "]", "}", "'", '"', "`", ">", ")."))
_WORDS = re.compile(r"[^\W\d_]{2,}")
_QUOTED = re.compile(r"""[^'"`]?(?P<mark>['"`])[^\n]{0,1002}(?P=mark)[^'"`]?\Z""")


class Match(NamedTuple):
    """A template and where its literals stand in a text."""

    template: Template
    spans: List[Tuple[int, Span]]
    """Index of the literal, and its place; all of them when the whole text is explained."""
    weight: int
    """Letters and signs of literals, less a third of the letters of prose that holes swallow.

    White space does not count, nor do quotation marks: which ones stand around a value hangs on what is in it.
    """
    is_whole: bool

    @property
    def is_telling(self) -> bool:
        """Whether the template has enough words of its own to be believed about the whole of a text."""
        return self.template.words >= TELLING_WORDS


def every(template: Template) -> bool:
    """For the message of a library or of C code as a whole."""
    return True


def with_holes(template: Template) -> bool:
    """For a text that may be a value: short ones without a hole are what anybody writes, "User name" and the like."""
    return bool(template.holes)


def likely(template: Template) -> bool:
    """For a message that Python code of a library raised, whose words should stand there, and for its lines."""
    return bool(template.holes) or template.words >= NESTED_PART_WORDS


def sentences(template: Template) -> bool:
    """For the repr of a text: most likely a value, but it may be a message."""
    return template.words >= NESTED_PART_WORDS


def none(template: Template) -> bool:
    """For a value."""
    return False


def best_match(
    text: str, own: Sequence[Template], known_words: int, with_parts: bool, believed: Belief
) -> Generator[None, None, Optional[Match]]:
    """The best match; None when there is none. A generator that pauses.

    `own` are templates of the code that raised: one of these that explains the whole text is taken at once. Of known
    templates only those that are `believed` count, and `known_words` words must stand together to count for a part,
    with 0 none does; parts count only `with_parts`. What stands in quotation marks no known template explains.
    """
    whole: Optional[Match] = None
    parts: List[Match] = []
    for template in own:  # the likeliest first, with the names of what it formats
        found = _whole(template, text)
        whole = found if found is not None and (whole is None or found.weight > whole.weight) else whole
    yield
    if whole is not None and whole.is_telling:
        return whole
    low = lowered(text)
    quoted = quoted_spans(text)
    known = (found if found is None or believed(found) else None for found in KNOWN.candidates(low))
    candidates: Iterator[Tuple[Optional[Template], bool]] = itertools.chain(
        ((template, True) for template in (own if with_parts else ())),
        ((template, False) for template in (known if believed is not none else ())),
    )
    for count, (candidate, is_own) in enumerate(candidates):
        if candidate is None or count % 20 == 19:
            yield
        if candidate is None:
            continue
        searched, words = (text, OWN_PART_WORDS) if is_own else (low, known_words)
        found = _whole(candidate, searched)
        if found is None and with_parts and words and (is_own or believed is not with_holes):
            part = _part(candidate, searched, words)
            if part is not None and (is_own or not _is_quoted(part, text, quoted)):
                parts.append(part)
        elif found is not None and (is_own or not (_is_quoted(found, text, quoted) or _lacks_holes(found, believed))):
            whole = _better(whole, found)
    part = _outermost(parts, text)
    if whole is None or part is None:
        return whole or part
    inside = _hole_around(part, whole, text)
    is_long = _words_of(part) >= 2 * NESTED_PART_WORDS  # which nobody writes by chance
    is_certain = whole.template.words >= NESTED_PART_WORDS or (_begins(whole) and not is_long)
    if inside is not None and (is_certain or (whole.is_telling and holds_message(*inside))):
        return whole  # a message inside it, or a value
    if whole.is_telling and whole.template.words >= 2 * _words_of(part):
        return whole
    return whole if part.weight < WHOLE_PREFERRED * whole.weight else part


def _lacks_holes(match: Match, believed: Belief) -> bool:
    """Whether nothing stands in the holes of a template that is believed for its holes."""
    spans = match.spans
    return believed is with_holes and all(left[1] == right[0] for (_, left), (_, right) in zip(spans, spans[1:]))


def _is_quoted(match: Match, text: str, quoted: Sequence[Span]) -> bool:
    """Whether any words of the template stand between quotation marks of the text, and so are a value's."""
    return any(
        begin <= start and stop <= end and _WORDS.search(text, start, stop)
        for begin, end in quoted
        for _, (start, stop) in match.spans
    )


def _words_of(part: Match) -> int:
    return sum(len(_WORDS.findall(part.template.literals[index])) for index, _ in part.spans)


def _outermost(parts: Sequence[Match], text: str) -> Optional[Match]:
    """The heaviest match, or the one that it is a message inside of."""
    best: Optional[Match] = None
    for part in parts:
        best = _better(best, part)
    for _ in range(NESTING):
        if best is None or not _speaks_for_itself(best):
            break
        around = [part for part in parts if part.is_telling and _is_in_nested_hole(best, part, text)]
        if not around:
            break
        best = max(around, key=lambda part: part.weight)
    return best


def _speaks_for_itself(part: Match) -> bool:
    return any(len(_WORDS.findall(part.template.literals[index])) >= NESTED_PART_WORDS for index, _ in part.spans)


def _is_in_nested_hole(part: Match, whole: Match, text: str) -> bool:
    """Whether all that one match explains stands in a hole of another one which may hold a message itself."""
    around = _hole_around(part, whole, text)
    return around is not None and holds_message(*around)


def _hole_around(part: Match, whole: Match, text: str) -> Optional[Tuple[str, str, str]]:
    """The hole of one match in which all of another one stands: its name, and the literals before and behind it."""
    word = _WORDS.search(text, part.spans[0][1][0])  # a colon may belong to both
    begin, end = word.start() if word else part.spans[0][1][0], part.spans[-1][1][1]
    spans = whole.spans
    if spans[-1][0] == len(whole.template.holes) - 1 and not whole.template.literals[-1]:
        spans = [*spans, (spans[-1][0] + 1, (len(text), len(text)))]  # the hole that ends the template
    for (index, left), (_, right) in zip(spans, spans[1:]):
        if left[1] <= begin and end <= right[0]:
            return whole.template.holes[index], text[left[0] : left[1]], text[right[0] : right[1]]
    return None


def _better(best: Optional[Match], other: Optional[Match]) -> Optional[Match]:
    """The heavier one; of two that say the same the one whose holes have no names, which may be another library's.

    One that begins the text with a word is better than one that begins with a hole: values stand at the end. Of two
    that are alike in all of this the first by their texts: candidates come in an order that hangs on the values' words.
    """
    if other is None or best is None:
        return other or best
    if best.is_whole and other.is_whole and _begins(best) != _begins(other):
        return best if _begins(best) else other
    if other.weight == best.weight:
        return min(best, other, key=lambda match: (_names(match), match.template))
    return other if other.weight > best.weight else best


def _begins(match: Match) -> bool:
    return match.is_telling and _WORDS.match(match.template.literals[0]) is not None


def _names(match: Match) -> int:
    return sum(map(hole_is_named, match.template.holes))


def _whole(template: Template, text: str) -> Optional[Match]:
    spans = template.spans(text)
    if spans is None or template.letters == 1:  # `{low}x{high}` is found in any value that holds an x
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
            spans = _to_the_end(template, template.spans_within(text, core, at), text)
            weight = _weight([template.literals[index] for index, _ in spans]) - _swallowed(text, spans) // 3
            return Match(template, spans, weight, False)
    return None


def _to_the_end(template: Template, spans: List[Tuple[int, Span]], text: str) -> List[Tuple[int, Span]]:
    """The spans, a closing bracket or quote that ends the template being the one that ends the text."""
    last = template.literals[-1]
    begin = len(text) - len(last)
    if len(spans) > 1 and spans[-1][0] == len(template.holes) and last in _CLOSING and text.endswith(last):
        return [*spans[:-1], (spans[-1][0], (begin, len(text)))]
    return spans


def _weight(literals: Sequence[str]) -> int:
    return sum(len(literal) - sum(map(literal.count, _WEIGHTLESS)) for literal in literals)


def _swallowed(text: str, spans: Sequence[Tuple[int, Span]]) -> int:
    """Letters of words in holes that hold three words or more; what stands in quotation marks is a value's.

    So the words of a value don't decide which template explains the words around it.
    """
    letters = 0
    for (_, (_, end)), (_, (begin, _)) in zip(spans, spans[1:]):
        content = text[end : min(begin, end + SWALLOWED_LIMIT)]
        if _QUOTED.match(text[max(end - 1, 0) : end] + content + text[begin : begin + 1]):
            continue
        words = [word for word in content.split() if word.isalpha()] if len(content) > 8 else []
        letters += sum(map(len, words)) if len(words) > 2 else 0
    return letters


def _stands_alone(text: str, at: int, literal: str) -> bool:
    """Whether a literal found in a text begins and ends at the border of a word."""
    end = at + len(literal)
    before = at > 0 and text[at - 1].isalnum() and literal[:1].isalnum()
    after = end < len(text) and text[end].isalnum() and literal[-1:].isalnum()
    return not before and not after

r"""The template of a message: the words of whoever wrote the code, with holes for what was formatted in.

    >>> template = Template.parse("unknown residue {res} in {chain}")
    >>> template.spans("unknown residue XYZ in A")
    [(0, 16), (19, 23)]

Matching is a search for one literal after the other, never a regular expression: linear in the text, whatever it holds.
"""

import re
from typing import List, NamedTuple, Optional, Sequence, Tuple, Union

TEMPLATE_LIMIT = 2_000
"""Characters of literal text that a template may hold."""

_BRACE = re.compile(r"\{\{|\}\}|\{([^{}\n]{0,80})\}")
_LETTERS = re.compile(r"[^\W\d_]+")
_PLAIN_HOLES = frozenset(("", "str", "repr", "value", "object", "int", "float"))


class Hole(NamedTuple):
    """A place where something was formatted in."""

    name: str
    """The names and attributes of the formatted expression; empty when it has none."""


Part = Union[str, Hole]
Span = Tuple[int, int]


class Template(NamedTuple):
    """Literals with a hole between any two of them: `len(literals) == len(holes) + 1`; the outer ones may be empty."""

    literals: Tuple[str, ...]
    holes: Tuple[str, ...]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> "Template":
        """The template of literals and holes in order; neighbours of a kind become one."""
        literals: List[str] = [""]
        holes: List[str] = []
        for part in parts:
            if isinstance(part, Hole):
                if holes and not literals[-1]:
                    holes[-1] = (holes[-1] + " " + part.name).strip()
                else:
                    holes.append(part.name)
                    literals.append("")
            else:
                literals[-1] += part
        return cls(tuple(literals), tuple(holes))

    @classmethod
    def parse(cls, text: str) -> "Template":
        """The template that is written as for `str.format`: holes in braces, braces doubled."""
        parts: List[Part] = []
        end = 0
        for match in _BRACE.finditer(text):
            parts.append(text[end : match.start()])
            parts.append(match.group()[0] if match.group(1) is None else Hole(match.group(1)))
            end = match.end()
        parts.append(text[end:])
        return cls.of(parts)

    @property
    def words(self) -> int:
        """How many words the literals hold: what speaks for a match."""
        return sum(len(_LETTERS.findall(literal)) for literal in self.literals)

    @property
    def letters(self) -> int:
        """How many letters the literals hold."""
        return sum(len(word) for literal in self.literals for word in _LETTERS.findall(literal))

    def spans(self, text: str) -> Optional[List[Span]]:
        """Where the literals stand when the template explains the whole `text`; None when it does not."""
        first, last = self.literals[0], self.literals[-1]
        if len(self.literals) == 1:
            return [(0, len(text))] if text == first else None
        if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
            return None
        found, position, stop = [(0, len(first))], len(first), len(text) - len(last)
        for literal in self.literals[1:-1]:
            start = text.find(literal, position, stop)
            if start < 0:
                return None
            position = start + len(literal)
            found.append((start, position))
        found.append((stop, len(text)))
        return found

    def spans_within(self, text: str, core: int, at: int) -> List[Tuple[int, Span]]:
        """Which literals stand around literal `core`, found at `at`, in order, as (index, span); the core at least.

        For a text that says more than the template, ends before it, or lacks a part of it.
        """
        here = [(core, (at, at + len(self.literals[core])))]
        position = at
        for index in range(core - 1, -1, -1):
            literal = self.literals[index]
            start = text.rfind(literal, 0, position) if literal else -1
            if start < 0:
                break
            here.insert(0, (index, (start, start + len(literal))))
            position = start
        position = at + len(self.literals[core])
        for index in range(core + 1, len(self.literals)):
            literal = self.literals[index]
            start = text.find(literal, position) if literal else -1
            skipped = here[-1][0] < index - 1
            if start < 0 or (skipped and len(_LETTERS.findall(literal)) < 2):
                continue  # another release may say less
            position = start + len(literal)
            here.append((index, (start, position)))
        return here


def hole_is_named(name: str) -> bool:
    """Whether a hole says more than that something stood there."""
    return name not in _PLAIN_HOLES

r"""Known templates: the fixed words of messages whose code is at hand nowhere (C, Cython, Rust, Java), and others.

`known_templates.txt` is made from the libraries' sources by `python -m templates`. Each line is a key, a tab and a
template; the lines are sorted, so that a few bisections find all templates that may explain a text, without reading,
parsing or keeping the whole. A key is one or two neighbouring words of the template which are rare among all. All is in
lower case: libraries begin a sentence with words that stand in the middle of another library's.
"""

import mmap
import os
import re
from collections import Counter
from itertools import islice
from typing import Dict, FrozenSet, Iterable, Iterator, List, Optional, Sequence, Set, Union

from .template import Template

_FILE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "known_templates.txt")
_WORD = re.compile(r"[^\W\d_]{1,40}")
_LOWER = {code: code + 32 for code in range(65, 91)}
_ESCAPE = re.compile(r"\\([\\ntr])")
_ESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
_ADDRESS = re.compile(rb"https?://[\w./#-]{4,200}[\w/]")
Content = Union[bytes, mmap.mmap]
TEXT_WORDS = 700
PER_KEY = 400
KEYS_AT_ONCE = 20


def keys(literals: Sequence[str]) -> Iterator[str]:
    """The keys that a template can be found by: neighbouring words in one literal, then single words.

    A word that touches a hole may be part of a longer one in a message, and is no key.
    """
    single: List[str] = []
    for index, literal in enumerate(literals):
        words = list(_WORD.finditer(literal))
        if words and index > 0 and words[0].start() == 0:
            words = words[1:]
        if words and index < len(literals) - 1 and words[-1].end() == len(literal):
            words = words[:-1]
        yield from (first.group() + " " + second.group() for first, second in zip(words, words[1:]))
        single += [word.group() for word in words]
    yield from single


def index_lines(templates: Iterable[str]) -> List[str]:
    """The sorted lines of the index for templates as they are written in a file; those without a key are left out."""
    entries = sorted({lowered(entry) for entry in templates})
    choices = [list(dict.fromkeys(keys(Template.parse(unescaped(entry)).literals))) for entry in entries]
    frequency = Counter(key for chosen in choices for key in chosen)
    lines = []
    for entry, chosen in zip(entries, choices):
        if chosen:
            # Two words together first: single ones are looked up only where no pair of a text leads anywhere.
            key = min(chosen, key=lambda key: (" " not in key, frequency[key], -len(key)))
            lines.append(f"{key}\t{entry}")
    return sorted(lines, key=lambda line: line.encode("utf-8"))


def lowered(text: str) -> str:
    """A text with its ASCII letters in lower case: what keeps its length, whatever it holds."""
    return text.translate(_LOWER)


def unescaped(text: str) -> str:
    """A template of the file with its line breaks and tabs as characters."""
    return _ESCAPE.sub(lambda match: _ESCAPES[match.group(1)], text)


class Index:
    """Sorted lines `key TAB template`, as bytes (or a file that is mapped into memory); never decoded as a whole."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def templates(self, key: str) -> Iterator[Template]:
        """The templates under a key; at most 400."""
        wanted = key.encode("utf-8", "replace") + b"\t"
        position = self._first(wanted)
        for _ in range(PER_KEY):
            end = self._content.find(b"\n", position)
            line = self._content[position : end if end >= 0 else len(self._content)]
            if not line.startswith(wanted):
                return
            yield Template.parse(unescaped(line[len(wanted) :].decode("utf-8")))
            position += len(line) + 1

    def addresses(self) -> FrozenSet[bytes]:
        """The addresses of web pages that stand in the lines: one pass over all of them."""
        return frozenset(_ADDRESS.findall(self._content))

    def _first(self, wanted: bytes) -> int:
        """Where the first line begins that is not before `wanted`."""
        low, high = 0, len(self._content)
        while low < high:
            middle = (low + high) // 2
            start = self._content.rfind(b"\n", 0, middle) + 1
            end = self._content.find(b"\n", start)
            end = len(self._content) if end < 0 else end
            if self._content[start:end] < wanted:
                low = end + 1
            else:
                high = start
        return low


class KnownTemplates:
    """The shipped templates together with those that were registered."""

    def __init__(self) -> None:
        self._shipped: List[Index] = []
        self._registered: Dict[str, List[Template]] = {}
        self._addresses: Optional[FrozenSet[bytes]] = None

    def add(self, template: Template) -> None:
        """Know one more template."""
        template = Template(tuple(map(lowered, template.literals)), template.holes)
        for key in list(keys(template.literals))[:1] or [""]:
            self._registered.setdefault(key, []).append(template)

    def is_address(self, text: str) -> bool:
        """Whether an address in lower case stands in a shipped template: then a library's author wrote it.

        The first question takes a pass over the file (20 ms), all others a look into a set.
        """
        if self._addresses is None:
            self._addresses = self._index().addresses()
        return text.encode("utf-8", "replace") in self._addresses

    def _index(self) -> Index:
        if not self._shipped:
            self._shipped.append(Index(_content()))
        return self._shipped[0]

    def candidates(self, text: str) -> Iterator[Optional[Template]]:
        """Templates, in lower case, of which a key stands in the text, which must be too; each once, None to pause."""
        index = self._index()
        words = [match.group() for match in islice(_WORD.finditer(text), TEXT_WORDS)]
        pairs = [first + " " + second for first, second in zip(words, words[1:])]
        seen: Set[Template] = set()
        for count, key in enumerate(dict.fromkeys(pairs + words)):
            if count % KEYS_AT_ONCE == KEYS_AT_ONCE - 1:
                yield None
            for template in [*self._registered.get(key, ()), *index.templates(key)]:
                if template not in seen:
                    seen.add(template)
                    yield template
        yield from self._registered.get("", ())


def _content() -> Content:
    """The file, mapped into memory: kernels share its pages, and read only those that they search."""
    try:
        with open(_FILE, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # an installation in a zip file: known templates are then what was registered
        return b""


KNOWN = KnownTemplates()

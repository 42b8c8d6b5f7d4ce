"""The message of an error, freed of values: its words stay where they are known to be code.

The order of trust: the templates of the code that raised (provenance), known templates of libraries, then default
deny. What leaves is a template's own words; what was formatted in becomes a placeholder. So a wrong match costs
meaning, never a value.
"""

import ast
import itertools
import re
from typing import Generator, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ..event import MESSAGE_LIMIT
from .code_names import CodeNames
from .holes import placeholder, shown, type_expression
from .known import KNOWN
from .template import Span, Template

WITHHELD = "<withheld>"
"""What is sent in place of a message that stays in the kernel."""
TEXT_LIMIT = 4_000
LINES = 60
NESTING = 4
OWN_TEMPLATES = 4_000

ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\))")
_LETTERS = re.compile(r"[^\W\d_]+")
_NESTED_HOLE = re.compile(
    r"(?:\A|[._ ])(?:msg|message|messages|exc|exception|err|errors?|e|ex|reason|reasons|details?|cause|original|orig"
    r"|description|text|errmsg|error_msg|err_msg|why|info|hint|str e|str|strerror)(?:\.args)?\Z"
)
_WRAPPED = re.compile(r"([A-Z]\w{2,60})\((?P<quote>['\"])(.*)(?P=quote)(?:,\)|\))\Z", re.DOTALL)
_SYNTAX_PLACE = re.compile(r" \((?:[^()\n]{0,400}, )?line (\d{1,7})\)\Z")
_LEADING_TYPE = re.compile(r"((?:[\w$]{1,60}\.){0,8}[\w$]{2,60}): ", re.DOTALL)
_JAVA_TYPE = re.compile(
    r"(?:java|javax|scala|org\.apache|com\.google|py4j)(?:\.[a-z]\w{0,40}){0,8}(?:\.[A-Z][\w$]{0,60})\Z"
)
_MERGED = re.compile(r"(<[a-z]+>)(?:[\s,;.:'\"()\[\]{}|/-]*<(?:str|int|float|list|tuple|dict|path|object)>)+")

Scrub = Generator[None, None, str]
"""Text that may leave, made with pauses."""


class Evidence(NamedTuple):
    """What is known about where a message came from."""

    templates: Sequence[Template]
    """Of the code that raised, the likeliest first."""
    names: CodeNames
    is_own: bool = False
    """Whether the notebook's or the user's own code wrote the message: then every word is data."""
    is_key: bool = False
    """Whether the message may be the repr of a key (KeyError)."""
    is_syntax: bool = False
    part_words: int = 3
    """How many words of a known template must stand together to be believed about a part of a text."""


def public_message(message: Optional[str], evidence: Evidence) -> Scrub:
    """The part of an error's message that may leave, at most 1,000 characters; empty for an empty one.

    A generator: it yields wherever the worker may pause.
    """
    if not message or not message.strip():
        return "" if message is not None else "<unreadable>"
    text = ANSI.sub("", message[:TEXT_LIMIT])
    if evidence.is_own:
        yield
        return (yield from _explain_own(text, evidence))
    place = _SYNTAX_PLACE.search(text) if evidence.is_syntax else None
    if place:
        text = text[: place.start()]
    unquoted = _unquoted(text) if evidence.is_key else None
    if unquoted is not None:
        inner = yield from _whole(unquoted, evidence, 0, True)
        result = placeholder(text) if inner is None else f"{text[0]}{inner}{text[0]}"
    else:
        result = yield from explain(text, evidence, 0)
    result = tidy(result) + (f" (line {place.group(1)})" if place else "")
    return result if len(result) <= MESSAGE_LIMIT else result[: MESSAGE_LIMIT - 1] + "…"


def _explain_own(text: str, evidence: Evidence) -> Scrub:
    """A message that the user's own code wrote: a library's exception class may still have put words around it."""
    for template in evidence.templates:
        spans = template.spans(text)
        if spans is not None and template.words >= 2:
            return tidy((yield from _filled(template, spans, text, evidence, NESTING)))
    return placeholder(text)


def explain(text: str, evidence: Evidence, depth: int = 0) -> Scrub:
    """`text` with everything that no template explains as a placeholder."""
    whole = yield from _whole(text, evidence, depth)
    if whole is not None:
        return whole
    if "\n" in text.strip():
        lines = text.split("\n")
        told: List[str] = []
        for line in lines[:LINES]:
            told.append((yield from explain(line, evidence, depth)) if line.strip() else line)
        return "\n".join(told)
    part = yield from _part(text, evidence, depth)
    if part is not None:
        return part
    return _denied(text, evidence.names)


def _whole(text: str, evidence: Evidence, depth: int, keyed: bool = False) -> Generator[None, None, Optional[str]]:
    """`text` as the template says that explains all of it; None when there is none."""
    if not _LETTERS.search(text):
        return None
    best: Optional[Tuple[int, Template, List[Span]]] = None
    for template in evidence.templates:
        spans = template.spans(text)
        if spans is not None and (best is None or template.letters > best[0]):
            best = template.letters, template, spans
    yield
    if best is None or not _is_telling(best[1]):
        for count, template in enumerate(KNOWN.candidates(text)):
            spans = template.spans(text)
            if spans is not None and (best is None or template.letters > best[0]):
                best = template.letters, template, spans
            if count % 20 == 0:
                yield
    if best is None or (keyed and not _is_telling(best[1])):
        return None
    return (yield from _filled(best[1], best[2], text, evidence, depth))


def _is_telling(template: Template) -> bool:
    """Whether a template has enough words of its own to be believed about the whole of a text."""
    return template.words >= 2


def _filled(template: Template, spans: List[Span], text: str, evidence: Evidence, depth: int) -> Scrub:
    """The words of a template with what stands for its holes."""
    told = template.literals[0]
    for index, name in enumerate(template.holes):
        content = text[spans[index][1] : spans[index + 1][0]]
        left, right = template.literals[index], template.literals[index + 1]
        told += yield from _hole(name, content, left, right, evidence, depth)
        told += right
    return told


def _hole(name: str, content: str, left: str, right: str, evidence: Evidence, depth: int) -> Scrub:
    """What stands for one hole: a name of code, the words of a nested message, or a placeholder."""
    if not content:
        return ""
    if depth < NESTING and _LETTERS.search(content):
        wrapped = _WRAPPED.match(content)
        if wrapped and evidence.names.is_type(wrapped.group(1)):
            said = _unescaped(wrapped.group(3))
            inner = yield from _whole(said, evidence, depth + 1)
            if inner is None:  # whoever wrote it may be a user: only the code of the traceback is believed about a part
                inner = yield from _part(said, evidence, depth + 1, known=False)
            quote = wrapped.group("quote")
            return f"{wrapped.group(1)}({quote}{inner or '<str>'}{quote})"
        trailing = not right and left.endswith((": ", ":\n", "\n"))
        if " " in content and (_NESTED_HOLE.search(name) or trailing or "\n" in content):
            inner = yield from (_whole if "\n" not in content else _lines)(content, evidence, depth + 1)
            if inner is not None:
                return inner
    return shown(name, content, left, right, evidence.names)


def _lines(text: str, evidence: Evidence, depth: int) -> Generator[None, None, Optional[str]]:
    """The lines of a nested text of which templates explain some; None when they explain none."""
    whole = yield from _whole(text, evidence, depth)
    if whole is not None:
        return whole
    told, any_told = [], False
    for line in text.split("\n")[:LINES]:
        found = (yield from _whole(line, evidence, depth)) if line.strip() else line
        any_told = any_told or bool(found and found.strip())
        told.append(placeholder(line) if found is None else found)
    return "\n".join(told) if any_told else None


def _part(text: str, evidence: Evidence, depth: int, known: bool = True) -> Generator[None, None, Optional[str]]:
    """A line of which a template explains a part: that part's words, and the rest explained in turn; None without.

    Without `known` only the templates of the code that raised count.
    """
    best: List[Tuple[int, Span]] = []
    best_template: Optional[Template] = None
    best_letters = 0
    own = ((template, 2) for template in evidence.templates)
    others = ((template, evidence.part_words) for template in (KNOWN.candidates(text) if known else ()))
    for count, (template, least) in enumerate(itertools.chain(own, others)):
        if count % 20 == 0:
            yield
        cores = [index for index, literal in enumerate(template.literals) if len(_LETTERS.findall(literal)) >= least]
        for core in cores:
            literal = template.literals[core]
            at = text.find(literal)
            if at < 0 or not _stands_alone(text, at, literal):
                continue
            around = template.spans_within(text, core, at)
            letters = sum(len(word) for _, (start, end) in around for word in _LETTERS.findall(text[start:end]))
            if letters > best_letters:
                best, best_template, best_letters = around, template, letters
            break
    if best_template is None or depth >= NESTING:
        return None
    first, last = best[0], best[-1]
    told = yield from _outside(text[: first[1][0]], evidence, depth + 1)
    for (index, (start, end)), following in zip(best, [*best[1:], None]):
        told += text[start:end]
        if following is not None:
            content = text[end : following[1][0]]
            right = best_template.literals[following[0]]
            told += yield from _hole(best_template.holes[index], content, text[start:end], right, evidence, depth)
    if last[0] == len(best_template.holes) - 1 and not best_template.literals[-1]:
        content = text[last[1][1] :]
        return told + (
            yield from _hole(best_template.holes[-1], content, text[last[1][0] : last[1][1]], "", evidence, depth)
        )
    return told + (yield from _outside(text[last[1][1] :], evidence, depth + 1))


def _chain(
    first: Iterable[Tuple[Template, int]], second: Iterable[Tuple[Template, int]]
) -> Iterable[Tuple[Template, int]]:
    yield from first
    yield from second


def _stands_alone(text: str, at: int, literal: str) -> bool:
    """Whether a literal found in a text begins and ends at the border of a word."""
    end = at + len(literal)
    before = at > 0 and text[at - 1].isalnum() and literal[:1].isalnum()
    after = end < len(text) and text[end].isalnum() and literal[-1:].isalnum()
    return not before and not after


def _outside(text: str, evidence: Evidence, depth: int) -> Scrub:
    """What stands before or behind the part that a template explained."""
    if not _LETTERS.search(text) and not any(character.isdigit() for character in text):
        return text if len(text) <= 8 else placeholder(text)
    lead, tail = re.match(r"\s*", text), re.search(r"\s*\Z", text)
    body = text.strip()
    before, after = lead.group() if lead else "", tail.group() if tail else ""
    return before + (yield from explain(body, evidence, depth)) + after


def _denied(text: str, names: CodeNames) -> str:
    """Text that nothing explains: the types that it begins with, and a placeholder."""
    kept = ""
    while len(kept) < 300:
        leading = _LEADING_TYPE.match(text)
        if leading is None or not (_JAVA_TYPE.match(leading.group(1)) or _is_type_of_error(leading.group(1), names)):
            break
        kept += leading.group()
        text = text[leading.end() :]
    if _JAVA_TYPE.match(text):
        return kept + text
    known = type_expression(text, names)
    return kept + (known if known and not text.islower() else placeholder(text))


def _is_type_of_error(name: str, names: CodeNames) -> bool:
    return name[-9:].endswith(("Error", "Exception", "Warning")) and names.is_type(name)


def _unquoted(text: str) -> Optional[str]:
    """The text of which this is the repr; None when it is none."""
    if len(text) < 2 or text[0] not in "'\"" or text[-1] != text[0]:
        return None
    return _unescaped(text[1:-1])


def _unescaped(text: str) -> str:
    """A text as it was before `repr` escaped it."""
    try:
        found = ast.literal_eval('"' + re.sub(r'(?<!\\)"', r"\"", text) + '"')
    except (SyntaxError, ValueError, MemoryError):
        return text
    return found if type(found) is str else text


def tidy(text: str) -> str:
    """One placeholder where many stand side by side, and no white space at the ends."""
    return _MERGED.sub(r"\1", text).strip()

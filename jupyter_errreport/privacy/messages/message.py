"""The message of an error, freed of values: its words stay where they are known to be code.

The order of trust: the templates of the code that raised (provenance), known templates of libraries, then default
deny. What leaves is a template's own words; what was formatted in becomes a placeholder. So a wrong match costs
meaning, never a value.
"""

import ast
import re
from collections import Counter
from typing import Generator, List, NamedTuple, Optional, Sequence

from ...contract import MESSAGE_LIMIT
from ..code_names import CodeNames
from .ahead import SYSTEM_TEXTS, line_of_code, quotes_the_user, system_error, types_ahead
from .hole_rules import Formatted
from .holes import holds_message, is_for_message, shown
from .known import lowered
from .matching import (
    NESTED_PART_WORDS,
    NESTING,
    TELLING_WORDS,
    Belief,
    Match,
    best_match,
    every,
    likely,
    none,
    sentences,
    with_holes,
)
from .placeholders import placeholder
from .quoted import is_repr, quoted_spans
from .template import Template, hole_is_named
from .type_text import repr_of_type

WITHHELD = "<withheld>"
"""What is sent in place of a message that stays in the kernel."""
TEXT_LIMIT = 4_000
LINES = 60
OWN_TEMPLATES = 4_000
HANDED_ON = ("KeyError", "StopIteration", "StopAsyncIteration", "SystemExit", "GeneratorExit", "CancelledError")
"""Errors whose message is what a lookup was given, or what somebody handed over by them."""

ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\))")
_NATIVE_FRAME = re.compile(
    r"\n[ \t]{0,8}(?:\[bt\] \(\d{1,3}\)|frame #\d{1,3}: |#\d{1,3}:? {1,4}0x[0-9a-fA-F]|@ {1,16}0x[0-9a-fA-F])"
    r"[^\n]{0,2000}"
)
"""A line of a stack trace of C or C++ (XGBoost, PyTorch, TensorFlow): addresses, which differ in each process."""
_PLACEHOLDER = re.compile(r"<[a-z_][^<>\n]{0,60}>")
_LETTERS = re.compile(r"[^\W\d_]+")
_WRAPPED = re.compile(r"([A-Z]\w{2,60})\((?P<quote>['\"])(?P<text>.*)(?P=quote)(?:,\)|\))\Z", re.DOTALL)
_SYNTAX_PLACE = re.compile(r" \((?:[^()\n]{0,400}, )?line (\d{1,7})\)\Z")
_BULLET = re.compile(r"\s*(?:[-*•] )?\s*")
_ARGUMENTS = re.compile(r"\((?:[bBuU]?['\"]|-?\d{1,9}, )")
_ARGUMENT = re.compile(
    r"(?:(?P<type>[A-Z]\w{2,60})\()?[uU]?(?P<quote>['\"])(?P<text>(?:\\.|(?!(?P=quote))[^\\]){0,4000})(?P=quote)"
    r"|[\w.+-]{1,200}",
    re.DOTALL,
)
_BRACKETED = re.compile(r"([^()\n]{8,200}) \(([^\n]{8,2000})\)\Z")
"""A message and the one that it came from, as HDF5's are."""
_ODBC_CALL = re.compile(r" \(-?\d{1,6}\) \((SQL[A-Z][A-Za-z]{3,30})\)\Z")
_NODE = re.compile(r"\{\{(?P<kind>function_node|node) [^{}]{1,1000}\}\} ")
_OPERATION = re.compile(r" \[Op:(?P<operation>[A-Z]\w{1,60})\](?P<name> name: ?[^\n]{0,1000})?\Z")
"""What TensorFlow puts ahead of the words of an operation, and behind them."""
_NUMBERED = re.compile(r"\[(?:Errno|WinError) -?\d{1,6}\] ")
_ERROR_NAME = re.compile(r"[A-Z]\w{2,40}(?:Error|Exception|Warning)\Z")
_QUOTES = ("'", '"', "`")
_CODEC = re.compile(r"'[\w-]{1,30}' codec can't ")
_MERGED = re.compile(r"(<[a-z]+>)(?:[\s,;.:'\"()\[\]|/-]*<(?:str|int|float|list|tuple|dict|path|object)>)+")
_QUOTED_HOLE = re.compile(r"(['\"`])(<[^<>'\"`\n]{1,60}>)\1")
_ESCAPED_HOLE = re.compile(r"\\[xU](?=<)")
"""How a character is escaped tells which range it is of."""
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_EDGES = re.compile(r"[\s:;,.!]*")

Scrub = Generator[None, None, str]
"""Text that may leave, made with pauses."""


class Evidence(NamedTuple):
    """What is known about where a message came from."""

    templates: Sequence[Template]
    """Of the code that raised, the likeliest first."""
    names: CodeNames
    is_own: bool = False
    """Whether the notebook's or the user's own code wrote the message: then every word is data."""
    is_builtin_text: bool = False
    """Whether the class is one of Python's that builds its text from numbers and names (OSError, UnicodeError)."""
    is_syntax: bool = False
    part_words: int = 3
    """How many words of a known template must stand together to be believed about a part of a text."""
    believes: Belief = every
    """Which known templates may explain the text: not all where it may be what a call was given."""
    library: Sequence[Template] = ()
    """Of the library's files, where nothing else explains the whole."""

    def of_hole(self) -> "Evidence":
        """The evidence for a text that stands in the message: a value may be there."""
        return self._replace(believes=with_holes) if self.believes in (every, likely) else self


def believed_of(error_name: str, is_compiled: bool) -> Belief:
    """Which known templates may explain the message of an error whose code is not there to ask.

    `is_compiled` tells of an extension module of a library, which may raise a KeyError that says a sentence.
    """
    if error_name not in HANDED_ON:
        return every
    return sentences if is_compiled else none


def public_message(message: Optional[str], evidence: Evidence) -> Scrub:
    """The part of an error's message that may leave, at most 1,000 characters; empty for an empty one.

    A generator: it yields wherever the worker may pause.
    """
    told = yield from _told(message, evidence)
    if not evidence.library:
        return told
    other = yield from _told(message, evidence._replace(templates=[*evidence.templates, *evidence.library]))
    return other if _says_more(other, told) else told


def _says_more(other: str, told: str) -> bool:
    """Whether one form of a message says much that the other does not, and leaves out next to nothing."""
    words, others = (Counter(_LETTERS.findall(_PLACEHOLDER.sub("", text))) for text in (told, other))
    gained, lost = (sum(map(len, more.elements())) for more in (others - words, words - others))
    return gained > 0 and gained >= 8 * lost


def _told(message: Optional[str], evidence: Evidence) -> Scrub:
    if not message or not message.strip():
        return "" if message is not None else "<unreadable>"
    text = _NATIVE_FRAME.sub("", ANSI.sub("", message[:TEXT_LIMIT]))
    if text.endswith("\n") and not any(template.literals[-1].endswith("\n") for template in evidence.templates):
        text = text.rstrip("\n")  # as C++ ends its lines
    if evidence.is_own:
        yield
        return cut((yield from _explain_own(text, evidence)))
    place = _SYNTAX_PLACE.search(text) if evidence.is_syntax else None
    if place:
        text = text[: place.start()]
    unquoted = unquoted_text(text)
    if unquoted is not None:  # what a lookup was given, whatever it equals, unless the code that raised says its words
        evidence = evidence._replace(believes=sentences) if evidence.believes is not none else evidence
        if evidence.part_words == 3:
            inner = yield from _nested(unquoted, evidence, 0) if " " in unquoted else _whole(unquoted, evidence, 0)
        else:
            inner = yield from _whole(unquoted, evidence, 0)
        quote = '"' if "'" in (inner or "") else "'"  # not the one of the text, which depends on what is quoted
        result = placeholder(text) if inner is None else f"{quote}{inner}{quote}"
    elif _is_of_arguments(text):
        result = yield from _arguments(text, evidence)
    else:
        result = yield from explain(text, evidence)
    return cut(tidy(result) + (f" (line {place.group(1)})" if place else ""))


def cut(text: str) -> str:
    """`text` as long as a message may be."""
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def tidy(text: str) -> str:
    """One placeholder where many stand side by side, none in quotes, and no white space at the ends."""
    return _ESCAPED_HOLE.sub(r"\\u", _MERGED.sub(r"\1", _QUOTED_HOLE.sub(r"\2", text))).strip()


def _explain_own(text: str, evidence: Evidence) -> Scrub:
    """A message that the user's own code wrote: a library's exception class may still have put words around it."""
    for template in evidence.templates:
        spans = template.spans(text)
        if spans is not None and template.words >= TELLING_WORDS:
            match = Match(template, list(enumerate(spans)), 0, True)
            return tidy((yield from _filled(match, text, evidence, NESTING)))
    if evidence.is_builtin_text:  # OSError(2, "..."), UnicodeError: Python says it, whoever raised it
        system = system_error(text)
        if system is not None:
            return system
        if _CODEC.match(text):
            whole = yield from _whole(text, evidence._replace(templates=(), believes=with_holes), NESTING)
            if whole is not None:
                return tidy(whole)
    return placeholder(text)


def explain(text: str, evidence: Evidence, depth: int = 0) -> Scrub:
    """`text` with everything that no template explains as a placeholder."""
    if not _LETTERS.search(text):
        return placeholder(text) if text.strip() else text
    if text in SYSTEM_TEXTS and evidence.believes is every:
        return text
    lead, rest = types_ahead(text, evidence.names)
    if quotes_the_user(lead):
        return lead + placeholder(rest)
    if lead:  # what names the kind of an error is its message
        told_of = evidence._replace(believes=every) if evidence.believes in (likely, sentences) else evidence
        return lead + (yield from explain(rest, told_of, depth))
    node, operation = _NODE.match(text), _OPERATION.search(text)
    if node or operation:
        return (yield from _of_operation(text, node, operation, evidence, depth))
    code = line_of_code(text, evidence.names)
    if code is not None:
        return code
    parts = "\n" not in text.strip() and depth < NESTING
    match = yield from best_match(text, evidence.templates, evidence.part_words, parts, evidence.believes)
    if match is None and not parts and depth < NESTING:
        match = yield from _over_lines(text, evidence)
    bracketed = (yield from _bracketed(text, evidence, depth)) if match is None or not match.is_whole else None
    if bracketed is not None:
        return bracketed
    if match is not None and not _swallows_lines(match, text):
        return (yield from _filled(match, text, evidence, depth))
    if "\n" in text.strip():
        return (yield from _line_by_line(text, evidence, depth))
    known = _error_name(text, evidence) or repr_of_type(text.strip(), evidence.names)
    return placeholder(text) if known is None else known


def _line_by_line(text: str, evidence: Evidence, depth: int) -> Scrub:
    """The lines of a text, each explained for itself; those behind the first may quote something of the user's."""
    told: List[str] = []
    for line in text.split("\n")[:LINES]:
        told.append((yield from explain(line, evidence, depth)) if line.strip() else line)
        evidence = evidence._replace(believes=likely) if evidence.believes is every else evidence
    return "\n".join(told)


def _error_name(text: str, evidence: Evidence) -> Optional[str]:
    """A text that is the name of an exception of Python's, and no value; None for any other."""
    name = text.strip()
    is_name = _ERROR_NAME.match(name) is not None and evidence.names.is_pythons_type(name)
    return text if is_name and evidence.believes is not none else None


def _bracketed(text: str, evidence: Evidence, depth: int) -> Generator[None, None, Optional[str]]:
    """A message and, in brackets, the one that it came from; None for anything else."""
    match = _BRACKETED.match(text)
    outer = (yield from _whole(match.group(1), evidence, depth)) if match is not None else None
    if match is None or outer is None:
        return None
    told_of = evidence._replace(believes=every) if evidence.believes in (likely, sentences) else evidence
    inner = yield from _nested(match.group(2), told_of, depth + 1)
    return f"{outer} ({placeholder(match.group(2)) if inner is None else inner})"


def _of_operation(
    text: str, node: Optional["re.Match[str]"], operation: Optional["re.Match[str]"], evidence: Evidence, depth: int
) -> Scrub:
    """The words of an operation of TensorFlow, whose name is believed when it stands in the function's name, too."""
    told = f"{{{{{node.group('kind')} <name>}}}} " if node else ""
    told += yield from explain(
        text[node.end() if node else 0 : operation.start() if operation else None], evidence, depth
    )
    if operation:
        name = operation.group("operation")
        known = node is not None and re.search(rf" __wrapped__\w*{name}_", node.group()) is not None
        told += f" [Op:{name if known else '<name>'}]" + (" name: <name>" if operation.group("name") else "")
    return told


def _over_lines(text: str, evidence: Evidence) -> Generator[None, None, Optional[Match]]:
    """The template of several lines that explains part of a text, as of one with an error's number before it."""
    lined = tuple(template for template in evidence.templates if any("\n" in part for part in template.literals))
    match = (yield from best_match(text, lined, evidence.part_words, True, none)) if lined else None
    return match if match is not None and match.template in lined else None


def _swallows_lines(match: Match, text: str) -> bool:
    """Whether a template of one line takes lines around it for what was formatted in: lines are better then."""
    literals, spans = match.template.literals, [span for _, span in match.spans]
    if len(literals) == 1 or any("\n" in literal for literal in literals):
        return False
    first = text[: spans[1][0]] if not literals[0] and spans[1:] else ""
    last = text[spans[-2][1] :] if not literals[-1] and spans[1:] else ""
    return "\n" in first.strip() or "\n" in last.strip()


def _repeats(match: Match, text: str) -> bool:
    """Whether a template of one line begins several lines of a text, which are messages of their own."""
    begin, joined = lowered(match.template.literals[0]), "".join(match.template.literals)
    return "\n" in text and "\n" not in joined and _LETTERS.search(begin) is not None and lowered(text).count(begin) > 1


def _whole(text: str, evidence: Evidence, depth: int) -> Generator[None, None, Optional[str]]:
    """`text` as the template says that explains all of it, if it has words to be believed; else None."""
    match = yield from best_match(text, evidence.templates, 0, False, evidence.believes)
    if match is None or not match.is_telling:
        return None
    return (yield from _filled(match, text, evidence, depth))


def _filled(match: Match, text: str, evidence: Evidence, depth: int) -> Scrub:
    """The words of a template with what stands for its holes; what stands outside of it is explained in turn."""
    holes = match.template.holes
    first, last = match.spans[0], match.spans[-1]
    told, before = "", ""
    if first[0] > 0 or first[1][0] > 0:
        told = yield from _outside(text[: first[1][0]], evidence, depth + 1)
    for position, (index, (start, end)) in enumerate(match.spans):
        told += text[start:end]
        before += text[start:end]
        if position + 1 < len(match.spans):
            begin, stop = match.spans[position + 1][1]
            place = Formatted(text[end:begin], holes[index], text[start:end], text[begin:stop], before, evidence.names)
            told += yield from _hole(place, evidence, depth)
    rest = text[last[1][1] :]
    if rest and last[0] == len(holes) - 1 and not match.template.literals[-1]:
        place = Formatted(rest, holes[-1], text[last[1][0] : last[1][1]], "", before, evidence.names)
        return told + (yield from _hole(place, evidence, depth))
    if rest and before[-1:] in _QUOTES:  # what stands in quotation marks was cut off from its left one
        end = next((end for begin, end in quoted_spans(text) if begin == last[1][1]), len(text))
        told += placeholder(text[last[1][1] : end])
        rest = text[end:]
    return told + ((yield from _outside(rest, evidence, depth + 1)) if rest else "")


def _hole(place: Formatted, evidence: Evidence, depth: int) -> Scrub:
    """What stands for one hole: a name of code, the words of a nested message, or a placeholder."""
    content = place.content
    if depth >= NESTING or not _LETTERS.search(content) or repr_of_type(content, place.names) is not None:
        return shown(place)
    wrapped = yield from _wrapped(content, evidence, depth)
    if wrapped is not None:
        return wrapped
    if " " not in content:
        return shown(place)
    if Template((content,), ()) in evidence.templates:  # the code that raised chose among texts of its own
        return content
    is_message = is_for_message(place.name) or _is_reason(place)
    if is_message and _is_of_arguments(content):
        arguments = yield from _arguments(content, evidence)
        return arguments if "'" in arguments or '"' in arguments else shown(place)
    may_be_message = is_message or holds_message(place.name, place.left, place.right)
    if (may_be_message or ("\n" in content and not hole_is_named(place.name))) and not _is_given(place):
        told_of = evidence.of_hole()
        if "\n" in content and evidence.believes in (every, likely):  # lines of a message are whole sentences
            told_of = evidence._replace(believes=likely)
        inner = yield from _nested(content, evidence if is_message else told_of, depth + 1)
        if inner is not None:
            return inner
    return shown(place)


def _is_given(place: Formatted) -> bool:
    """Whether a text in quotation marks was formatted in: what a call was given, whatever it says."""
    return is_repr(place.content) or (place.left[-1:] in _QUOTES and place.left[-1:] == place.right[:1])


def _is_reason(place: Formatted) -> bool:
    """Whether the text ends a message behind what no value begins with: an error's number, or a codec's complaint."""
    return not place.right and (_NUMBERED.match(place.content) is not None or " codec can't " in place.before)


def _wrapped(text: str, evidence: Evidence, depth: int) -> Generator[None, None, Optional[str]]:
    """The repr of an exception in a message; None for anything else."""
    match = _WRAPPED.match(text)
    if match is None or not evidence.names.is_type(match.group(1)):
        return None
    name, quote = match.group(1), match.group("quote")
    lead, said = types_ahead(_unescaped(match.group("text")), evidence.names)
    whole = evidence._replace(believes=every) if evidence.believes is with_holes else evidence
    inner = yield from _whole(said, whole, depth + 1)
    if inner is None:  # whoever wrote it may be a user: only the code of the traceback is believed about a part
        found = yield from best_match(said, evidence.templates, 0, True, none)
        inner = (yield from _filled(found, said, evidence, depth + 1)) if found is not None else "<str>"
    return f"{name}({quote}{lead}{inner}{quote})"


def _nested(text: str, evidence: Evidence, depth: int) -> Generator[None, None, Optional[str]]:
    """A message that stands in another one, line by line where it has several; None when nothing explains it."""
    bullet = _BULLET.match(text)
    before = bullet.group() if bullet else ""
    lead, rest = types_ahead(text[len(before) :], evidence.names)
    if quotes_the_user(lead):
        return before + lead + placeholder(rest)
    if rest in SYSTEM_TEXTS and evidence.believes is every:
        return before + lead + rest
    wrapped = yield from _wrapped(rest, evidence, depth)
    if wrapped is not None:
        return before + lead + wrapped
    call = _ODBC_CALL.search(rest)
    if call:
        said = yield from _nested(rest[: call.start()], evidence, depth)
        return before + lead + (said or "<str>") + f" (<int>) ({call.group(1)})"
    is_line = "\n" not in text
    match = yield from best_match(rest, evidence.templates, NESTED_PART_WORDS, is_line, evidence.believes)
    bracketed = (yield from _bracketed(rest, evidence, depth)) if match is None or not match.is_whole else None
    if bracketed is not None:
        return before + lead + bracketed
    if match is not None and (match.is_telling or not match.is_whole) and not _repeats(match, rest):
        return before + lead + (yield from _filled(match, rest, evidence, depth))
    if is_line:
        return before + lead + "<str>" if lead else None
    told, any_told = [], False
    for line in text.split("\n")[:LINES]:
        code = line_of_code(line, evidence.names)
        found = code if code is not None else (yield from _nested(line, evidence, depth)) if line.strip() else line
        any_told = any_told or bool(found and found.strip())
        told.append(placeholder(line) if found is None else found)
    return "\n".join(told) if any_told else None


def _is_of_arguments(text: str) -> bool:
    """Whether this is what an exception says that was given several arguments."""
    return _ARGUMENTS.match(text) is not None and text.endswith(")")


def _arguments(text: str, evidence: Evidence) -> Scrub:
    """The repr of several arguments, which is what an exception says that was given more than one."""
    told, end = "", 0
    for found in _ARGUMENT.finditer(text):
        told += text[end : found.start()]
        end = found.end()
        kind = found.group("type")
        if found.group("quote") is None:
            told += placeholder(found.group())
            continue
        said = _unescaped(found.group("text"))
        inner = (yield from _nested(said, evidence, 0)) if " " in said else None
        told += f"{kind if evidence.names.is_type(kind) else '<type>'}(" if kind else ""
        told += "<str>" if inner is None else found.group("quote") + inner + found.group("quote")
    return told + text[end:]


def _outside(text: str, evidence: Evidence, depth: int) -> Scrub:
    """What stands before or behind the part that a template explained."""
    lead = _EDGES.match(text)
    before = lead.group() if lead else ""
    body = text[len(before) :]
    after = body[len(body.rstrip(" \t\r\n:;,.!")) :]
    body = body[: len(body) - len(after)]
    if not body:
        return before + after
    if not _LETTERS.search(body) and not any(character.isdigit() for character in body):
        return before + (body if len(body) <= 8 else placeholder(body)) + after
    return before + (yield from explain(body, evidence.of_hole(), depth)) + after


def unquoted_text(text: str) -> Optional[str]:
    """The text of which this is the repr, as a KeyError has it; None when it is none."""
    text = text[1:] if text[:2] in ("u'", 'u"') else text
    if len(text) < 2 or text[0] not in "'\"" or text[-1] != text[0] or text[0] in _ESCAPED.sub("", text[1:-1]):
        return None
    return _unescaped(text[1:-1])


def _unescaped(text: str) -> str:
    """A text as it was before `repr` escaped it."""
    try:
        found = ast.literal_eval('"' + re.sub(r'(?<!\\)"', r"\"", text) + '"')
    except (SyntaxError, ValueError, MemoryError):
        return text
    return found if type(found) is str else text

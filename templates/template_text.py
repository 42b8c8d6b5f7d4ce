r"""What counts as a message, and how its template is written: one line, `str.format` holes, `\n \t \r \\` for those."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from jupyter_errreport.privacy.messages.template import Hole, Part, Template

CHARACTERS = 300
HOLES = 12
LETTERS = 8
WORDS = 2
HOLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_. ]{0,40}\Z")


class Found(NamedTuple):
    """A message in a source."""

    parts: tuple[Part, ...]
    raised: bool
    """Whether it was seen to be raised, and is not only a text that reads like a message."""


def found(parts: Sequence[Part], raised: bool) -> Found:
    """A message from its parts; neighbouring literals become one."""
    template = Template.of(parts)
    joined: list[Part] = [template.literals[0]]
    for hole, literal in zip(template.holes, template.literals[1:], strict=True):
        joined += [Hole(hole), literal]
    return Found(tuple(part for part in joined if part != ""), raised)


def written(messages: Iterable[Found]) -> Iterator[tuple[str, bool]]:
    """The templates of messages as lines of the file, with `raised`: each whole, and each of its lines by itself."""
    for message in messages:
        lines = list(_lines(message.parts))
        for parts in [message.parts, *lines] if len(lines) > 1 else [message.parts]:
            parts = _stripped(parts)
            if is_message(parts, message.raised):
                yield as_text(parts), message.raised


def as_text(parts: Iterable[Part]) -> str:
    """A template as a line of the file has it."""
    return "".join(_part(part) for part in parts)


def _lines(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    line: list[Part] = []
    for part in parts:
        pieces = [part] if isinstance(part, Hole) else re.split(r"(\r?\n)", part)
        for piece in pieces:
            if not isinstance(piece, Hole) and piece in ("\n", "\r\n"):
                yield tuple(line)
                line = []
            else:
                line.append(piece)
    yield tuple(line)


def _stripped(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts without white space at both ends."""
    kept = [part for part in parts if part != ""]
    while kept and not isinstance(kept[0], Hole) and kept[0].lstrip() != kept[0]:
        kept[0:1] = [kept[0].lstrip()] if kept[0].strip() else []
    while kept and not isinstance(kept[-1], Hole) and kept[-1].rstrip() != kept[-1]:
        kept[-1:] = [kept[-1].rstrip()] if kept[-1].strip() else []
    return tuple(kept)


def _part(part: Part) -> str:
    if not isinstance(part, Hole):
        text = part.replace("{", "{{").replace("}", "}}").replace("\\", "\\\\")
        return text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    name = re.sub(r"[^A-Za-z0-9_. ]+", " ", part.name)
    name = re.sub(r"\s+", " ", name)
    name = re.sub(r"\A[^A-Za-z_]+", "", name)[:41].strip(" .")
    return "{" + (name if HOLE_NAME.match(name) else "value") + "}"


# --- prose ---

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffd]")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][a-z]+)?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://\S*|\bwww\.\S+")
_CREDENTIALS = re.compile(r"://[^\s/@]{0,80}:[^\s/@]{1,80}@")
_MARKUP = re.compile(
    r"</?(?:a|b|i|p|br|hr|div|span|table|td|th|tr|ul|li|ol|html|head|body|pre|code|script|style|img|svg|h\d|input|form"
    r"|button|label|strong|em|font|xml|meta|link|g|path|text|details|summary)\b[^>]*>|<\?xml|<!--|&(?:nbsp|lt|gt|amp);"
)
_SQL = re.compile(
    r"\A\s*(?:SELECT\s.*\bFROM\b|(?i:select\s.*\bfrom\b.*\bwhere\b)|INSERT\s+INTO\b|UPDATE\s.*\bSET\b|DELETE\s+FROM\b|(?:CREATE|DROP"
    r"|ALTER)\s+(?:OR\s+\w+\s+)?"
    r"(?:TEMP\w*\s+)?(?:TABLE|INDEX|VIEW|SCHEMA|DATABASE|FUNCTION|TRIGGER|UNIQUE|USER|ROLE|SEQUENCE|TYPE)\s+[\w\"`{%]"
    r"|GRANT\s.*\bTO\b|PRAGMA\s|WITH\s.*\bAS\s*\(|BEGIN\s*;|COMMIT\s*;)|\b(?:varchar|integer"
    r"|text) (?:not null|primary key)\b",
    re.DOTALL,
)
_CODE = re.compile(
    r"^\s*(?:import \w+|from [\w.]+ import |def \w+\(|class \w+[(:]|#\s*(?:include|define|if|endif"
    r"|pragma)\b|return [\w(]+;"
    r"|for \w+ in .*:$|if .*:$|else:$|>>> |\.\. \w+::|:\w+:`|@\w+\(|var \w+|let \w+|const \w+"
    r"|function \w*\(|static \w+|template ?<|"
    r"typedef |struct \w+ ?\{|__global__|\$ )|;\s*\Z|\{\s*\Z|&&|\|\||\bend\b\s*\Z.*;",
    re.MULTILINE,
)
_DOCUMENTATION = re.compile(
    r"--\n|^\s*(?:Parameters|Returns|Examples?|Args|Raises|Notes?|See Also|Attributes"
    r"|References)\s*:?\s*(?:\n|\Z)|::\s*\n"
    r"|\bdoctest\b|\(\s*self\b|-> None|\A\w+\([^)]*\)(?:\s*->|\n)",
    re.MULTILINE,
)
_FOREIGN = re.compile(
    r"(?i)copyright|\ball rights reserved\b|\blicen[cs]ed? under|\bauthors?:|\bwritten by\b"
    r"|\bcontributed by\b|\bmaintainers?:"
    r"|\bsoftware distributed\b|\bdistributed (?:under|with)\b|\bwarranties or conditions\b"
    r"|\bredistribution\b|autogenerated"
    r"|(?-i:\b(?:TODO|FIXME|XXX)\b)|\Atest_\w+"
    r"|\blorem ipsum\b|\b(?:jane|john) doe\b|\bfoo ?bar\b|\bhello,? world\b"
)
_PLAIN = re.compile(r"[\"'`(\[<\u2018\u201c]{0,2}[A-Za-z][A-Za-z'\u2019/-]*[\"'`)\]>\u2019\u201d]{0,2}[.,:;!?]{0,3}\Z")


def is_message(parts: Sequence[Part], raised: bool) -> bool:
    """Whether a template is worth keeping: prose with enough words of its own, not too long, no code, SQL or markup."""
    literals = [part for part in parts if not isinstance(part, Hole)]
    if len(parts) - len(literals) > HOLES:
        return False
    whole = "".join("\0" if isinstance(part, Hole) else part for part in parts)
    if len("".join(literals)) > CHARACTERS or len(as_text(parts)) > CHARACTERS:
        return False
    text = whole.replace("\0", " ")
    if _CONTROL.search(text) or _MAIL.search(text) or _CREDENTIALS.search(text) or _FOREIGN.search(text):
        return False
    if _MARKUP.search(text) or _SQL.search(text):
        return False
    words = [word for literal in literals for word in _WORD.findall(_URL.sub(" ", literal))]
    letters = sum(map(len, words))
    if letters < LETTERS or len([word for word in words if len(word) > 1]) < WORDS or len(words) < WORDS:
        return False
    pieces = whole.split()
    if len([piece for piece in pieces if _WORD.search(piece)]) < WORDS or pieces[0] == "#":
        return False
    if not raised and not any(word.islower() and len(word) > 1 for word in words):
        return False
    if _CODE.search(text) or _DOCUMENTATION.search(text):
        return False
    visible = len(re.sub(r"\s", "", _URL.sub("", text)))
    if letters < visible * (0.55 if raised else 0.7):
        return False
    return raised or is_sentence(text)


def is_sentence(text: str) -> bool:
    """Whether a text reads like what a person wrote: three words at least, and most of what is in it are words."""
    pieces = _URL.sub(" ", text).split()
    plain = [piece for piece in pieces if _PLAIN.match(piece)]
    if len(plain) < 3 or len(plain) < 0.6 * len(pieces):
        return False
    lower = [piece for piece in plain if piece.strip("\"'`.,:;!?()").islower()]
    return len(lower) >= 2 and len(lower) >= 0.4 * len(plain)

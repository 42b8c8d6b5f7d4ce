r"""A cell as tokens, and the hash by which the same cell is known to every reader.

A lexer of our own instead of `tokenize`, because it must answer alike on every Python (3.12 changed how f-strings are
split), for code that does not parse, for magics and shell lines, and, near enough, for R, Julia and shell cells.

    >>> [token.text for token in tokens("x = f('a')  # why")]
    ['x', ' ', '=', ' ', 'f', '(', "'a'", ')', '  ', '# why']
"""

import hashlib
import re
from typing import Iterator, List, NamedTuple, Optional

SOURCE_LIMIT = 100_000
"""Characters of a cell that are looked at: what bounds the time of everything here."""


class Token(NamedTuple):
    """A piece of a cell. All texts together are the cell."""

    kind: str
    """`comment`, `string`, `bytes`, `number`, `name`, `op`, `space`, `newline`, `magic` (its name), or `word` (of the
    arguments of a magic or a shell)."""
    text: str


# R and Julia write names with dots and exclamation marks; to split those is harmless here.
_TOKEN = re.compile(
    r"""
      (?P<newline>\n)
    | (?P<space>[^\S\n]+|\\\n)
    | (?P<comment>\#[^\n]*)
    | (?P<prefix>[A-Za-z]{0,3})(?P<quote>\"\"\"|'''|["'`])
    | (?P<number>(?:0[xXbBoO][\w]*|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)\w*)
    | (?P<name>[^\W\d]\w*)
    | (?P<op>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_STRING_MARK = re.compile(r"[\\\n\"'`{}]")
_LINE_END = re.compile(r"\n|\Z")
_CELL_MAGIC = re.compile(r"\s*(%%[\w.]+)")
_LINE_MAGIC = re.compile(r"[^\S\n]*(?:[\w., \t]*=[^\S\n]*)?(%(?=[A-Za-z_])[\w.]+|!!?)")
_QUOTING_CALL = re.compile(r"[^\S\n]*([,;](?=[A-Za-z_])[\w.]+)")
"""IPython's `,f a b` and `;f a b`, which call `f` with their words as text."""
_WORD = re.compile(r"[^\S\n]+|\"[^\"\n]*\"?|'[^'\n]*'?|[^\s\"']+")

PYTHON_MAGICS = frozenset(
    "time timeit prun lprun memit mprun capture debug pdb pinfo px autopx autoreload python3 pypy ipytest".split()
)
"""Magics whose argument, and for a cell magic whose body, is Python."""
_FSTRING_PREFIX = frozenset(("f", "fr", "rf", "t", "tr", "rt"))
_STRING_PREFIXES = frozenset(("", "r", "b", "br", "rb", "u")) | _FSTRING_PREFIX


def tokens(source: str, language: str = "python") -> Iterator[Token]:
    """The tokens of a cell, in order; never raises, whatever the text."""
    source = source[:SOURCE_LIMIT]
    position = 0
    if language == "python":
        cell_magic = _CELL_MAGIC.match(source)
        if cell_magic:
            yield from _leading_space(source[: cell_magic.start(1)])
            yield Token("magic", cell_magic.group(1))
            end = _end_of_line(source, cell_magic.end())
            is_python = cell_magic.group(1)[2:] in PYTHON_MAGICS
            head = source[cell_magic.end() : end]
            yield from _python(head, False) if is_python else _words(head)
            if not is_python:
                yield from _words(source[end:])
                return
            position = end
    elif language in ("bash", "sh", "zsh", "shell"):
        yield from _words(source)
        return
    yield from _python(source[position:], language == "python")


def _python(source: str, magics: bool) -> Iterator[Token]:
    """The tokens of code; with `magics`, lines such as `%cd x`, `!ls` and `y = !ls` are IPython's."""
    position, depth, at_line_start = 0, 0, True
    while position < len(source):
        if magics and at_line_start and depth == 0:
            magic = _LINE_MAGIC.match(source, position) or _QUOTING_CALL.match(source, position)
            if magic:
                yield from _python(source[position : magic.start(1)], False)
                yield Token("magic", magic.group(1))
                end = _end_of_line(source, magic.end())
                rest = source[magic.end() : end]
                yield from _python(rest, False) if magic.group(1)[1:] in PYTHON_MAGICS else _words(rest)
                position, at_line_start = end, False
                continue
        match = _TOKEN.match(source, position)
        if match is None:  # can't be: `op` takes any character
            return
        kind = match.lastgroup or "op"
        end = match.end()
        if kind == "quote":
            prefix = match.group("prefix").lower()
            if prefix not in _STRING_PREFIXES:  # `print"x"`: a name that stands before a string
                yield Token("name", match.group("prefix"))
                position, at_line_start = match.start("quote"), False
                continue
            end = _string_end(source, end, match.group("quote"), prefix)
            kind = "bytes" if "b" in prefix else "string"
        elif kind == "op":
            depth = max(0, depth + (match.group() in "([{") - (match.group() in ")]}"))
        yield Token(kind, source[position:end])
        position, at_line_start = end, kind == "newline" or (at_line_start and kind == "space")


def _string_end(source: str, start: int, quote: str, prefix: str) -> int:
    """Where the literal that opened before `start` ends; one that never ends takes the rest of its line or cell."""
    triple = len(quote) == 3
    nested = prefix in _FSTRING_PREFIX
    position, braces = start, 0
    while True:
        match = _STRING_MARK.search(source, position)
        if match is None:
            return len(source)
        position, character = match.start(), match.group()
        if character == "\\":
            position += 2
        elif character == "\n" and not triple and not braces:
            return position
        elif braces and character in "\"'":
            inner = character * 3 if source.startswith(character * 3, position) else character
            if inner == quote and _closes_here(source, position):
                return position + len(quote)
            position = _string_end(source, position + len(inner), inner, "")
        elif not braces and source.startswith(quote, position):
            return position + len(quote)
        else:
            if nested and character == "{":
                double = not braces and source.startswith("{{", position)
                braces += 0 if double else 1
                position += 1 if double else 0
            elif braces and character == "}":
                braces -= 1
            position += 1


def _closes_here(source: str, position: int) -> bool:
    """Whether a quote inside braces ends the literal because no brace closes soon on its line (broken code)."""
    return "}" not in source[position : position + 1_000].split("\n", 1)[0]


def _end_of_line(source: str, position: int) -> int:
    match = _LINE_END.search(source, position)
    return match.start() if match else len(source)


def _leading_space(text: str) -> Iterator[Token]:
    for piece in re.findall(r"\n|[^\n]+", text):
        yield Token("newline" if piece == "\n" else "space", piece)


def _words(text: str) -> Iterator[Token]:
    """The words of a shell line or of a body that is not Python."""
    for line in re.findall(r"\n|[^\n]+", text):
        if line == "\n":
            yield Token("newline", line)
        elif line.lstrip().startswith("#"):
            yield Token("comment", line)
        else:
            for word in _WORD.findall(line):
                yield Token("space" if word.isspace() else "word", word)


def first_line(source: str, language: str = "python") -> List[Token]:
    """The tokens that begin on the first line that is not blank; a literal that goes on below is one of them."""
    line: List[Token] = []
    for token in tokens(source, language):
        if token.kind == "newline":
            if any(other.kind != "space" for other in line):
                break
            line = []
        else:
            line.append(token)
    return line


def cell_hash(source: str, language: str = "python") -> Optional[str]:
    """BLAKE2b-128 (hex) of a cell's code without comments, literals, spaces and shell words; None for no code.

    Equal for every reader of the same cell, whatever values they typed into it; holds no value to guess from.
    """
    code = [token.text for token in tokens(source, language) if token.kind in ("name", "op", "magic")]
    if not code:
        return None
    return hashlib.blake2b("\x1f".join(code).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()

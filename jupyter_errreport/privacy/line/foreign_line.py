"""The first line of a cell in R, Julia, SQL, C++ and others: code keeps its names, literals become placeholders.

A Jupyter server sees the errors of kernels that have no hook. Their cells are split by Pygments, which comes with
IPython; no kernel of Python's imports it for this. Wherever its answer may be wrong (an odd quote, a raw string that it
does not know) the rest of the line is `<str>`: a lexer for colours may guess, this must not.
"""

import re
from importlib import import_module
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ...source import SOURCE_LIMIT
from ..shapes.patterns import CODE, hide_patterns, hide_where
from .magics import is_known_magic
from .shell_words import public_command

LINE_TAKEN = 2_000
"""Characters from the first line on that are looked at."""

_LEXERS: Dict[str, str] = {
    **{
        name: name
        for name in "julia javascript typescript sql scala rust java go ruby perl haskell kotlin octave".split()
    },
    **{
        name: name
        for name in "matlab c lua php groovy clojure fortran ocaml dart swift elixir erlang fsharp d nim".split()
    },
    "c#": "csharp",
    "c++": "cpp",
    "cpp": "cpp",
    "csharp": "csharp",
    "cxx": "cpp",
    "f#": "fsharp",
    "golang": "go",
    "js": "javascript",
    "mysql": "sql",
    "postgresql": "sql",
    "r": "r",
    "sqlite": "sql",
    "ts": "typescript",
}
"""By the language's name in lower case: the lexers whose tokens were looked at."""
_SHELLS = ("bash", "sh", "zsh", "shell")
_VERSION = re.compile(r"[ -]?\d{1,2}(?:\.\d{1,2})?\Z")
"""What xeus-cling adds: `C++17`."""

_WORD = re.compile(r"[^\W\d_]\w{0,500}|_\w{0,500}")
_NAME = re.compile(r"[@$%&#:!.?]{0,2}(?:[^\W\d]\w{0,100}[!?']{0,3})(?:(?:\.|::|->)[^\W\d]\w{0,100}){0,10}[!?]?\Z")
_INT = re.compile(r"[+-]?(?:0[xXbBoO][\da-fA-F_']{1,40}|[\d_']{1,40})[A-Za-z]{0,3}\d{0,3}\Z")
_FALLBACK = re.compile(
    r"(?P<string>[\"'`])|(?P<number>\d[\w.]{0,60})|(?P<name>[^\W\d]\w{0,500})|(?P<space>\s{1,500})|(?P<sign>.)",
    re.DOTALL,
)
_NEVER_SIDE_BY_SIDE = frozenset("r julia javascript typescript go rust lua".split())
"""Languages in which two names are never side by side: there such a line is prose."""
_COMMAND_SYNTAX = re.compile(r"[^\W\d]\w{0,60}[ \t]{1,20}(?![=<>~&|*/+^,;:)\]}. \t-]|$)(?P<rest>.)")
"""`load smith.mat`: in MATLAB and Octave the words after a function's name may be text."""
_SWITCHES = ("on", "off", "all")
_BEGINNINGS = frozenset(
    "function if for while switch end else elseif try return global persistent classdef parfor do until".split()
)
_BACKTICK_IS_CODE = ("haskell", "clojure", "fsharp", "nim", "d")
_QUOTING = frozenset("q qq qw qr qx qx m s tr y".split())
"""Perl's operators that quote what follows, with any sign."""
_DELIMITED = re.compile(r"`([^`\n]{1,200})`|(?<![\w\])])\[([A-Za-z_][^\[\]\"'\n]{0,200})\]")
"""Names that SQL's dialects delimit by other signs than double quotes."""
_DIRECTIVES = frozenset("include define undef ifdef ifndef if elif else endif pragma import using line error".split())
_INCLUDED = re.compile(r"<[\w./+-]{1,100}>\Z")
_TOKEN_KINDS = ("Comment", "String", "Number", "Keyword", "Operator", "Punctuation", "Name", "Error", "Text")


class _Token(NamedTuple):
    kind: str
    """One of `_TOKEN_KINDS`, or of `Preproc`, `Builtin`, `Interpol`, `Quoted` (a name that is a delimited text)."""
    text: str


def _without_patterns(comment: str, literals: List[str]) -> str:
    return hide_patterns(comment)


def foreign_first_line(
    source: str, language: str, comments: bool = True, public: Callable[[str, List[str]], str] = _without_patterns
) -> str:
    """The first line of a cell that is not blank, without the values in it; without `comments`, without these too.

    `public` makes of a comment, and of the literals that stand in the line, what may leave of the comment.

    Not cut to the length that leaves; at most some thousand characters.
    """
    begin = source[:SOURCE_LIMIT].lstrip()[:LINE_TAKEN]
    name = _VERSION.sub("", language.strip().lower())
    line = begin.split("\n", 1)[0].rstrip("\r")
    if name in _SHELLS:
        return _shell(line, comments, public)
    if name not in _LEXERS:
        return _names_hidden(line)
    aside = _not_of_the_language(line, name)
    if aside is not None:
        return aside
    tokens = _tokens(begin, _LEXERS[name])
    return _names_hidden(line) if tokens is None else _public(tokens, _LEXERS[name], comments, public)


def _shell(line: str, comments: bool, public: Callable[[str, List[str]], str]) -> str:
    code = re.match(r"(?:[^#\s]|(?<=\S)#|\s(?!#)){0,2000}", line)
    end = code.end() if code else 0
    return public_command(line[:end]) + (public(line[end:], []) if comments else "")


def _names_hidden(line: str) -> str:
    """A line of which nobody knows what a word is: its signs."""
    told = ""
    for match in _FALLBACK.finditer(line):
        kind = match.lastgroup
        if kind == "string":
            return told + "<str>"
        told += {"number": "<int>", "name": "<name>"}.get(kind or "", match.group())
    return told


def _not_of_the_language(line: str, name: str) -> Optional[str]:
    """A line for the kernel or a shell, as it may leave; None for one in the kernel's language."""
    if line[:1] == "%" and name not in ("matlab", "octave", "erlang", "ruby", "perl"):
        magic = re.match(r"%%?([\w.]{1,60})", line)
        if magic:
            shown = magic.group() if is_known_magic(magic.group(1)) else "%<name>"
            return shown + public_command(line[magic.end() :], magic.group(1))
    if name == "julia" and line[:1] in (";", "]", "?"):
        return line[0] + (public_command(line[1:]) if line[0] == ";" else _names_hidden(line[1:]))
    if line[:2] == "#!" or (name in ("rust", "scala") and re.match(r":\w", line)):
        return line[:1] + _names_hidden(line[1:])
    return None


def _tokens(begin: str, lexer: str) -> Optional[List[_Token]]:
    """The tokens of the first line; None without Pygments, or when it fails."""
    try:
        lexers: Any = import_module("pygments.lexers")
    except ImportError:  # an installation without IPython's dependencies
        return None
    if lexer == "sql":
        begin = _DELIMITED.sub('"name"', begin)
    found: List[_Token] = []
    try:
        for kind, text in lexers.get_lexer_by_name(lexer, stripnl=False, startinline=True).get_tokens(begin):
            head, newline, _ = text.partition("\n")
            if head:
                found.append(_Token(_kind(kind, lexer), head))
            if newline:
                break
    except Exception:  # a lexer's own mistake must not keep an error from its author
        return None
    return _mended(found, lexer)


def _mended(tokens: List[_Token], lexer: str) -> List[_Token]:
    """Tokens with each comment in one piece, and the names that MATLAB's lexer takes for plain text as names."""
    is_function = lexer in ("matlab", "octave") and tokens[:1] == [_Token("Keyword", "function")]
    mended: List[_Token] = []
    for token in tokens:
        if token.kind == "Comment" and mended and mended[-1].kind == "Comment":
            mended[-1] = _Token("Comment", mended[-1].text + token.text)
        elif token.kind == "Text" and is_function:
            pieces = re.split(r"(\w{1,500})", token.text)
            mended += [
                _Token("Name" if index % 2 else "Operator", piece) for index, piece in enumerate(pieces) if piece
            ]
        else:
            mended.append(token)
    return mended


def _kind(kind: Any, lexer: str) -> str:
    parts: Tuple[str, ...] = tuple(kind)
    if "Preproc" in parts or "PreprocFile" in parts:
        return "Preproc"
    if "Doc" in parts:
        return "Comment"
    if "String" in parts:
        if "Interpol" in parts:
            return "Interpol"
        return "Quoted" if lexer == "sql" and parts[-1] in ("Symbol", "Name") else "String"
    if "Builtin" in parts:
        return "Builtin"
    return next((name for name in _TOKEN_KINDS if name in parts), "Text")


def _public(tokens: List[_Token], lexer: str, comments: bool, public: Callable[[str, List[str]], str]) -> str:
    """What leaves of a line's tokens."""
    is_code = _is_code(tokens, lexer)
    literals = [token.text.strip("'\"`") for token in tokens if token.kind in ("String", "Number")]
    told, code = "", ""
    before = earlier = _Token("Text", "")
    for token in tokens:
        if token.kind == "Comment":
            told += hide_where(code, CODE) + (public(token.text, literals) if comments else "")
            code = ""
        elif _is_doubtful(token, earlier if earlier.kind == "Interpol" else before, lexer):
            code += "" if code.endswith("<str>") else "<str>"
            break
        else:
            shown = _shown(token, is_code)
            # A literal is several tokens: its quotes, its escapes.
            code += "" if shown == "<str>" and before.kind == "String" else shown
        before, earlier = token, before
    return told + hide_where(code.replace("<int>.<int>", "<float>"), CODE)


def _shown(token: _Token, is_code: bool) -> str:
    kind, text = token
    if kind == "String":
        return "<str>"
    if kind == "Number":
        return "<int>" if _INT.match(text) else "<float>" if text[:1].isdigit() or "." in text else "<name>"
    if kind == "Preproc":
        return _directive(text)
    if kind == "Quoted":
        return "<name>"
    if kind in ("Name", "Builtin"):
        is_known = (_NAME.match(text) and (is_code or kind == "Builtin")) or text in _SWITCHES
        return text if is_known or not _WORD.search(text) else "<name>"
    if kind in ("Keyword", "Operator", "Punctuation", "Interpol"):
        return text if len(text) <= 40 else "<name>"
    return _WORD.sub("<name>", text)


def _directive(text: str) -> str:
    """A line for a preprocessor: its own words, what it includes from the system, and no other."""
    if _INCLUDED.match(text):
        return text
    code, quote, _ = re.match(r"([^\"']{0,2000})([\"']?)(.{0,2000})", text, re.DOTALL).groups()  # type: ignore[union-attr]
    words = _WORD.sub(lambda word: word.group() if word.group() in _DIRECTIVES else "<name>", code)
    return re.sub(r"(?<!\w)\d[\w.]{0,60}", "<int>", words) + ("<str>" if quote else "")


def _is_doubtful(token: _Token, before: _Token, lexer: str) -> bool:
    """Whether from here on the lexer may take text for code."""
    kind, text = token
    if kind == "Error":
        return before.kind == "String" or any(sign in text for sign in "\"'`$")
    if kind == "Name" and before.kind == "String":  # `'it\'s so'`, `r"(a "b" c)"`: the quotes are others than it thinks
        return True
    if kind == "String" and before.kind in ("Name", "Number") and text[:1] in "\"'`":
        return True
    if kind in ("Operator", "Punctuation", "Text") and (
        '"' in text or ("`" in text and lexer not in _BACKTICK_IS_CODE)
    ):
        return True
    if lexer == "scala" and kind == "String" and text[:1] == "'" and text[-1] != "'":  # a symbol, or an odd quote
        return True
    if lexer == "haskell":  # a quasi-quotation: `[sql|select|]`
        return kind in ("Operator", "Punctuation") and text.startswith("|") and before.kind == "Name"
    if lexer == "perl" and before.kind != "Name":
        return kind in ("Name", "Keyword", "Builtin", "Operator") and text in _QUOTING
    return lexer == "sql" and "$" in text


def _is_code(tokens: List[_Token], lexer: str) -> bool:
    """Whether a line's names are code: it has no errors, and is not prose that somebody pasted."""
    if any(token.kind == "Error" and token.text != "\\" for token in tokens):
        return False
    line = [token for token in tokens if token.text.strip() and token.kind != "Comment"]
    if lexer == "sql":
        return bool(line) and line[0].kind in ("Keyword", "Punctuation")
    if lexer in ("matlab", "octave"):
        text = "".join(token.text for token in tokens)
        return not _COMMAND_SYNTAX.match(text) or line[0].text in _BEGINNINGS
    in_a_row = 0
    for token in line:
        in_a_row = in_a_row + 1 if token.kind == "Name" and token.text[:1] != "@" else 0  # macros take names
        if in_a_row > (1 if lexer in _NEVER_SIDE_BY_SIDE else 2) and lexer not in ("haskell", "ocaml", "fsharp"):
            return False
    return True

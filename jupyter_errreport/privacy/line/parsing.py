"""Whether a cell is Python: only then are its words names of code, and not a pasted text's.

IPython's own lines (magics, shell commands, help) are taken out first, whatever the version that runs here.
"""

import ast
import re
from typing import Dict, Iterator

from ...source import PYTHON_MAGICS, tokens

PARSED_LINES, PARSED_CHARACTERS = 300, 20_000
"""A longer cell is not parsed: `ast.parse` can't be paused. Its words then count as no names."""
REMEMBERED = 500

_HELP = re.compile(
    r"^([ \t]{0,40})\?{0,2}[\w.*%]{1,200}\?{1,2}[ \t]{0,20}$|^([ \t]{0,40})\?{1,2}[\w.*%]{1,200}[ \t]{0,20}$",
    re.MULTILINE,
)
_OPTIONS = re.compile(r"0;(?:[ \t]{1,20}-{1,2}[A-Za-z]\w{0,20}(?:[ \t]{0,4}\d{1,9})?){1,10}")
_CELL_MAGIC = re.compile(r"\s{0,200}%%([\w.]{1,100})")
_BLANK_LINES = re.compile(r"\A(?:[^\S\n]{0,200}\n){1,300}")
_PROMPT = re.compile(r"^(?:(?:>>>|\.\.\.)(?: |$)|In \[\d{1,9}\]: | {3,12}\.{3}: )", re.MULTILINE)
_LITERAL = re.compile(r"[A-Za-z]{0,3}(?:(\"\"\"|''').*\1|([\"']).*\2)\Z", re.DOTALL)
_NUMBER = re.compile(
    r"(?:0[xX][\da-fA-F_]{1,200}|0[oO][0-7_]{1,200}|0[bB][01_]{1,200}|\d[\d_]{0,200}(?:\.[\d_]{0,200})?|\.\d[\d_]{0,200})"
    r"(?:[eE][+-]?\d{1,9})?[jJ]?\Z"
)
_known: Dict[str, bool] = {}


def is_python(source: str) -> bool:
    """Whether a cell parses, once magics are taken out; of one whose body is another language's, nothing is code."""
    if source not in _known:
        if len(_known) >= REMEMBERED:
            _known.clear()
        _known[source] = _parses(source)
    return _known[source]


def _parses(source: str) -> bool:
    cell_magic = _CELL_MAGIC.match(source)
    if cell_magic and cell_magic.group(1) not in PYTHON_MAGICS:
        return True
    text = "".join(_without_magics(_as_ipython_reads(source)))
    if len(text) > PARSED_CHARACTERS or text.count("\n") > PARSED_LINES:
        return False
    try:
        ast.parse(_HELP.sub(r"\1\g<2>0", _OPTIONS.sub("0;", text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):  # SystemError: cpython#106905
        return False
    return True


def _as_ipython_reads(source: str) -> str:
    """A cell without blank lines before it, without the indentation of its first line, and without prompts."""
    source = _BLANK_LINES.sub("", source)
    indent = source[: len(source) - len(source.lstrip(" \t"))]
    if indent:
        source = re.sub("^" + re.escape(indent), "", source, flags=re.MULTILINE)
    return _PROMPT.sub("", source) if _PROMPT.match(source) else source


def _without_magics(source: str) -> Iterator[str]:
    """The text of a cell with `0` in place of a magic and of the words that it is given, and with empty literals.

    Empty, since Python warns of odd escapes, and the notebook's reader would see that warning.
    """
    after_magic = is_code = False
    for token in tokens(source):
        if token.kind == "magic":
            is_code = token.text.lstrip("%") in PYTHON_MAGICS
            after_magic = True
            yield "0;" if is_code else "0"
        elif token.kind == "newline":
            after_magic = False
            yield token.text
        elif after_magic and token.kind in ("word", "space", "comment") and not is_code:
            continue
        elif token.kind in ("string", "bytes"):
            literal = _LITERAL.match(token.text)
            yield ("b''" if token.kind == "bytes" else "''") if literal else token.text
        elif token.kind == "number":
            yield "0" if _NUMBER.match(token.text) else token.text
        else:
            yield token.text

"""What looks private in a line of code: in its comments and literals everything, elsewhere only what can't be code.

`response.json()`, `weights.T@model.co` and `V600E = 1` read like a file, an address and a mutation, and are code.
"""

import keyword
from itertools import islice
from typing import List, Tuple

from ...source import Token, tokens
from .keys import SECRET_LITERAL
from .patterns import CODE, MESSAGES, TEXT, TEXT_LIMIT, hide_patterns, hide_where

_TOKENISED = frozenset(("python", "R", "r", "julia", "bash", "sh", "zsh", "shell"))
"""Languages whose comments and strings `source` can tell; of all others every text is treated as prose."""
_PLACES = {"comment": TEXT, "string": TEXT, "bytes": TEXT, "number": TEXT, "word": MESSAGES}
_TOKENS = 200
"""More than a line has that leaves a kernel: it is cut to 200 characters."""
_KEYWORDS = frozenset([*keyword.kwlist, "match", "case", "type", "async", "await"])


def hide_in_code(code: str, language: str = "python") -> str:
    """A line of code without what looks private. One that no parser would take is prose, and loses more."""
    code = code[:TEXT_LIMIT]
    as_prose = hide_patterns(code)
    if as_prose == code or language not in _TOKENISED:
        return as_prose
    code = SECRET_LITERAL.sub(r"\g<before>'<secret>'", code)
    parts = list(islice(tokens(code, language), _TOKENS + 1))
    if len(parts) > _TOKENS or (language == "python" and _is_prose(parts)):
        return as_prose
    hidden = ""
    for place, text in _runs(parts):
        # A run inside a line must not look like the line's beginning, where other rules hold.
        hidden += hide_where("\0" + text, place)[1:] if hidden else hide_where(text, place)
    return hidden


def _runs(parts: List[Token]) -> List[Tuple[str, str]]:
    """Neighbouring tokens of one place as one text: an address is several tokens."""
    runs: List[Tuple[str, str]] = []
    for kind, text in parts:
        place = _PLACES.get(kind, CODE)
        if kind in ("space", "newline") or (
            kind == "number" and runs and runs[-1][0] == CODE and _goes_on(runs[-1][1])
        ):
            place = runs[-1][0] if runs else CODE
        if runs and runs[-1][0] == place:
            text = runs.pop()[1] + text
        runs.append((place, text))
    return runs


def _goes_on(run: str) -> bool:
    """Whether a number right after this belongs to it, as in `10.1` `.2` `.3` or `host:80`."""
    return run[-1:] in ".-:/@_" or run[-1:].isalnum()


def _is_prose(parts: List[Token]) -> bool:
    """Whether two names or numbers stand side by side, which no Python is, but for keywords."""
    before = Token("op", "")
    for token in parts:
        if token.kind == "space":
            continue
        if (
            token.kind in ("name", "number")
            and before.kind in ("name", "number")
            and token.text not in _KEYWORDS
            and before.text not in _KEYWORDS
        ):
            return True
        before = token
    return False

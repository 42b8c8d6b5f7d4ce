"""Which classes and functions code defines: by its tokens, not by what a string or a comment says."""

from functools import lru_cache
from typing import FrozenSet, List, Tuple

from ...source import SOURCE_LIMIT, tokens

FILE_LIMIT = 4 * SOURCE_LIMIT
"""Characters of a file that are looked at."""
_KEYWORDS = ("class", "def")


@lru_cache(maxsize=8)
def definitions(source: str) -> FrozenSet[Tuple[str, str]]:
    """The names behind `class` and `def`, each with its keyword: `("class", "Model")`."""
    found: List[Tuple[str, str]] = []
    position = 0
    while position < min(len(source), FILE_LIMIT):
        part = source[position : position + SOURCE_LIMIT]
        keyword, line_end, end = "", 0, 0
        for token in tokens(part):
            end += len(token.text)
            if token.kind == "name":
                if keyword in _KEYWORDS:
                    found.append((keyword, token.text))
                keyword = token.text
            elif token.kind != "space":
                keyword = ""
            if token.kind == "newline":
                line_end = end
        if len(part) < SOURCE_LIMIT or not line_end:  # the end, or a literal that is longer than what is read at once
            break
        position += line_end  # the next part begins with a line, and in no literal
    return frozenset(found)

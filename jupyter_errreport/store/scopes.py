r"""The notebooks that a token opens, as a pattern of identities: `*` is any text, `?` any character.

`\` before one of these stands for the character itself: no identity has a `\`, which parts folders.
"""

import re
from functools import lru_cache

ANY, ONE = "*", "?"


def scope_of(identity: str) -> str:
    """The pattern that opens this notebook alone."""
    return re.sub(r"[*?]", r"\\\g<0>", identity)


def notebook_of(scope: str) -> str | None:
    """The only notebook that a pattern opens; None when it may open several."""
    pieces = _pieces(scope)
    return None if ANY in pieces or ONE in pieces else "".join(piece[-1] for piece in pieces)


def like_of(scope: str) -> str:
    r"""The same for SQL's LIKE, with `\` as its escape."""
    return "".join(
        "%" if piece == ANY else "_" if piece == ONE else like_literal(piece[-1]) for piece in _pieces(scope)
    )


def like_literal(text: str) -> str:
    r"""`text` where LIKE, with `\` as its escape, is to find it as it is."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@lru_cache(maxsize=1_000)
def regex_of(scope: str) -> "re.Pattern[str]":
    """The same as a regular expression, of which a whole identity must be made."""
    spelled = (".*" if piece == ANY else "." if piece == ONE else re.escape(piece[-1]) for piece in _pieces(scope))
    return re.compile("".join(spelled), re.DOTALL)


def covers(wide: str | None, narrow: str | None) -> bool:
    """Whether whatever `narrow` opens, `wide` opens too (None: all). In doubt it does not."""
    if wide is None or narrow is None:
        return wide is None
    # How much of `wide` may be used up by the pieces of `narrow` that were looked at.
    pieces = _pieces(wide)
    reached = _with_any({0}, pieces)
    for piece in _pieces(narrow):
        following = set()
        for at in reached:
            if at < len(pieces) and pieces[at] == ANY:
                following.add(at)
            elif at < len(pieces) and piece != ANY and pieces[at] in (ONE, piece):
                following.add(at + 1)
        reached = _with_any(following, pieces)
    return len(pieces) in reached


def _with_any(reached: set[int], pieces: list[str]) -> set[int]:
    """Also the places behind each `*`, which may be nothing."""
    found = set(reached)
    for at in reached:
        while at < len(pieces) and pieces[at] == ANY:
            at += 1
            found.add(at)
    return found


def _pieces(scope: str) -> list[str]:
    return re.findall(r"\\[*?]|.", scope, re.DOTALL)

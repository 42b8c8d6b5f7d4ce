r"""The notebooks that a token opens, as a pattern of identities: `*` is any text, `?` any character.

`\` before one of these stands for the character itself: no identity has a `\`, which parts folders. `\|` stands
between two patterns of which either will do: what a person may see of whom several groups say so.
"""

import re
from collections.abc import Collection
from functools import lru_cache

ANY, ONE = "*", "?"
OR = "\\|"
NOTHING = ""
"""Opens no notebook: none is called so."""


def either_of(scopes: Collection[str | None]) -> str | None:
    """What opens whatever one of these opens; `NOTHING` when there are none."""
    given = sorted({scope for scope in scopes if scope is not None})
    return None if None in scopes else OR.join(given)


def parts_of(scope: str) -> list[str]:
    """The patterns of which either will do."""
    return scope.split(OR)


def scope_of(identity: str) -> str:
    """The pattern that opens this notebook alone."""
    return re.sub(r"[*?]", r"\\\g<0>", identity)


def notebook_of(scope: str) -> str | None:
    """The only notebook that a pattern opens; None when it may open several."""
    pieces = _pieces(scope)
    return None if {ANY, ONE, OR} & set(pieces) else "".join(piece[-1] for piece in pieces)


def likes_of(scope: str) -> list[str]:
    r"""The same for SQL's LIKE, with `\` as its escape: one of these."""
    return [_like_of(part) for part in parts_of(scope)]


def _like_of(scope: str) -> str:
    return "".join(
        "%" if piece == ANY else "_" if piece == ONE else like_literal(piece[-1]) for piece in _pieces(scope)
    )


def like_literal(text: str) -> str:
    r"""`text` where LIKE, with `\` as its escape, is to find it as it is."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@lru_cache(maxsize=1_000)
def regex_of(scope: str) -> "re.Pattern[str]":
    """The same as a regular expression, of which a whole identity must be made."""
    spoken = {ANY: ".*", ONE: ".", OR: "|"}
    spelled = (spoken.get(piece) or re.escape(piece[-1]) for piece in _pieces(scope))
    return re.compile("".join(spelled), re.DOTALL)


def covers(wide: str | None, narrow: str | None) -> bool:
    """Whether whatever `narrow` opens, `wide` opens too (None: all). In doubt it does not."""
    if wide is None or narrow is None:
        return wide is None
    return all(any(_covers(one, other) for one in parts_of(wide)) for other in parts_of(narrow))


def _covers(wide: str, narrow: str) -> bool:
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
    return re.findall(r"\\[*?|]|.", scope, re.DOTALL)

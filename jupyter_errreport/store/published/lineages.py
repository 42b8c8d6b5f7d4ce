"""Tells which cell of a new version is which of the one before, when its author has edited it.

Precision first: a cell is another's edit only when each is the one that looks most like the other, and most tokens are
equal. Two cells of one version never have the same lineage.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from ...source import tokens

PAIRS_LIMIT = 4_000
"""Pairs of cells that are compared: of a notebook that was written anew nothing is an edit."""
_WORDS = ("name", "string", "bytes", "number", "magic", "word")
_SILENT = ("space", "newline", "comment")

Cells = Mapping[str, str]
"""The sources of cells by their hashes, in their order."""


def lineages_of(new: Cells, before: Cells, known: Mapping[str, str], language: str = "python") -> dict[str, str]:
    """The lineage of each cell of a new version; that of a cell that is like none is its hash.

    `before` is the version before it, `known` has the lineages of all cells that were ever published.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    # The cell after which a lineage is called keeps it, when an edit of it stands in the same version.
    for cell in sorted((cell for cell in new if cell in known), key=lambda cell: known[cell] != cell):
        lineage = known[cell]
        if lineage in taken:
            lineage = _fresh(cell, taken | set(known.values()))
        found[cell] = lineage
        taken.add(lineage)
    edits = edits_of(
        {cell: source for cell, source in new.items() if cell not in known},
        {cell: source for cell, source in before.items() if cell not in new},
        language,
    )
    for cell in new:
        if cell not in found:
            lineage = known.get(edits[cell], edits[cell]) if cell in edits else cell
            if lineage in taken:
                lineage = _fresh(cell, taken | set(known.values()))
            found[cell] = lineage
            taken.add(lineage)
    return found


def edits_of(new: Cells, gone: Cells, language: str = "python") -> dict[str, str]:
    """For cells that are new the one of those gone that each was; only where that is plain."""
    if not new or not gone or len(new) * len(gone) > PAIRS_LIMIT:
        return {}
    counted = {cell: _counted(source, language) for cell, source in (*new.items(), *gone.items())}
    best_of_new = {cell: _most_alike(counted[cell], {other: counted[other] for other in gone}) for cell in new}
    best_of_gone = {cell: _most_alike(counted[cell], {other: counted[other] for other in new}) for cell in gone}
    return {cell: origin for cell, origin in best_of_new.items() if origin is not None and best_of_gone[origin] == cell}


_Counted = tuple[Counter[str], Counter[str]]
"""How often each token of a cell stands there, and each of those that are no signs."""


def _counted(source: str, language: str) -> _Counted:
    found = [token for token in tokens(source, language) if token.kind not in _SILENT]
    return Counter(token.text for token in found), Counter(token.text for token in found if token.kind in _WORDS)


def _most_alike(cell: _Counted, others: Mapping[str, _Counted]) -> str | None:
    """The other cell that has most in common with this one, if it is one alone and most of both is equal."""
    likeness = sorted(((_likeness(cell, other), name) for name, other in others.items()), reverse=True)
    best = likeness[0]
    if best[0] <= 0.5 or (len(likeness) > 1 and likeness[1][0] == best[0]):
        return None
    return best[1]


def _likeness(one: _Counted, other: _Counted) -> float:
    """The share of both cells' tokens that both have, of all tokens or of words, whichever is less."""
    shares = []
    for here, there in zip(one, other, strict=True):
        both = here.total() + there.total()
        shares.append(2 * (here & there).total() / both if both else 0.0)
    return min(shares)


def _fresh(cell: str, taken: set[str]) -> str:
    """A lineage that no cell has."""
    name, number = cell, 1
    while name in taken:
        number += 1
        name = f"{cell[:56]}-{number}"
    return name


def first_of_each(cells: Sequence[tuple[str | None, str]]) -> dict[str, str]:
    """The sources by hash of cells that have one."""
    found: dict[str, str] = {}
    for cell, source in cells:
        if cell is not None:
            found.setdefault(cell, source)
    return found

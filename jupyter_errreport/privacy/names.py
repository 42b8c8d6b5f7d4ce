"""Names that leave: of exception classes and of notebooks."""

import hashlib
import re
from typing import Callable, Generator, Iterable

from ..contract import ID_PATTERN, NOTEBOOK_LIMIT, UNKNOWN
from ..event import ClassSnapshot
from .shapes.patterns import hide_in_notebook_name

NAME_LIMIT = 100
_PATH_SEPARATOR = re.compile(r"[/\\]")
_CELL_ID = re.compile(ID_PATTERN + r"\Z")
IsCode = Callable[[ClassSnapshot], Generator[None, None, bool]]
"""Whether a class's name is code, found with pauses."""
_URL_TAIL = re.compile(r"[?#].*", re.DOTALL)


def public_name(classes: Iterable[ClassSnapshot], is_code: IsCode) -> Generator[None, None, str]:
    """The first name of a class and its bases that was written in code; one made at run time may be anything."""
    for cls in classes:
        # Python 3.13 has a private subclass of SyntaxError, which would be another error to every other version.
        may_leave = cls.name.isidentifier() and len(cls.name) <= NAME_LIMIT and cls.name != "_IncompleteInputError"
        if may_leave and (yield from is_code(cls)):
            return cls.name
    return "Exception"


def public_notebook(name: str) -> str:
    """The file name of a notebook, of a path on any system or of a URL; what looks private in it is hidden."""
    tail = _PATH_SEPARATOR.split(_URL_TAIL.sub("", name[:4_000]))[-1].strip()
    return hide_in_notebook_name(tail)[:NOTEBOOK_LIMIT] or UNKNOWN


def public_cell_id(cell_id: str) -> str:
    """The id of a cell as nbformat defines it; any other (VS Code's holds the notebook's path) as its BLAKE2b-128."""
    if _CELL_ID.match(cell_id):
        return cell_id
    return hashlib.blake2b(cell_id.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()

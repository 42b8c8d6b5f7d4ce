"""The file names of a traceback as they may be kept, whatever a client sends: never with a directory of the user's.

Our own kernels send nothing else. notebook-error-reporter sends whole paths, and names for cells that differ between
readers, so that equal errors would never be equal.
"""

import re
from functools import lru_cache

_CELLS = (
    re.compile(r"<ipython-input-(?P<count>\d{1,9})-[0-9a-f]{1,40}>\Z"),
    re.compile(r".*[/\\]ipykernel_\d{1,12}[/\\]\d{1,12}\.py\Z"),
)
_INSTALLED = re.compile(r".*[/\\](?:site-packages|dist-packages|lib[/\\]python\d\.\d{1,2})[/\\]", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:[/\\]|file:")
_LONGEST = 4_000


def bare_place(filename: str) -> str:
    """`filename` as a cell, a path inside a package, or a bare file name."""
    return _bare(filename[:_LONGEST])


@lru_cache(maxsize=1_000)  # errors of a course are in the same few files
def _bare(filename: str) -> str:
    for pattern in _CELLS:
        cell = pattern.match(filename)
        if cell:
            return f"<cell {cell['count']}>" if "count" in cell.groupdict() else "<cell>"
    inside = _INSTALLED.sub("", filename).replace("\\", "/")
    if _ABSOLUTE.match(inside) or ".." in inside.split("/"):
        return inside.rpartition("/")[2]
    return inside

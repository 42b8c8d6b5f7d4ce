"""Names of types that public libraries define: for errors of which no kernel is at hand to say what is a type."""

import os
from typing import FrozenSet, List

_FILE = os.path.join(os.path.dirname(__file__), "known_types.txt")
_names: List[FrozenSet[str]] = []


def is_public_type(name: str) -> bool:
    """Whether the last part of a dotted name is a type of a library whose sources were read (`python -m templates`)."""
    if not _names:
        try:
            with open(_FILE, encoding="utf-8") as file:
                _names.append(frozenset(file.read().split()))
        except OSError:
            _names.append(frozenset())
    return all(part in _names[0] or part.islower() for part in name.split(".")) and name.split(".")[-1] in _names[0]

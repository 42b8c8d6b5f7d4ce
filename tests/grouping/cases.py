"""The distinct errors: cells that fail, as `cases/*.toml` hold them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One error. Its name is its label: what has another name is another error."""

    name: str
    cell: str


@dataclass(frozen=True)
class CaseFile:
    """The errors of one file."""

    cases: tuple[Case, ...]
    imports: str = ""
    """A cell that the kernel runs first."""


def read_cases() -> list[CaseFile]:
    """All files of cases, by name; a field that nobody knows is a TypeError."""
    files = []
    for path in sorted(FOLDER.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        cases = tuple(Case(**{**fields, "cell": fields["cell"].strip("\n")}) for fields in content.pop("case"))
        files.append(CaseFile(cases, **content))
    return files

"""The cases of one library: cells that fail in it, as `cases/<library>.toml` holds them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.values import placeholders

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One cell that fails. Its texts hold placeholders such as `@S1@`, for which values are planted."""

    name: str
    cell: str
    setup: str
    """A cell that runs before and must not fail; empty for none. `value('S1')` gives it a value that no cell holds."""
    error: str
    """The class of the error, as the kernel or the event names it, or several with `|` between; the case is broken
    when another one comes."""
    keep: tuple[str, ...]
    """Runs of the library's own words in the message: what a scrubber should let through."""
    keep_line: tuple[str, ...] = ()
    """Runs of the cell's first line that hold no value: code, and whole comments, which begin with `#`."""
    before: str = ""
    """A cell that runs before all and may fail; what it sends is judged too."""
    value_decides: bool = False
    """Whether it hangs on the value which error it is, so that two values can't be compared."""

    @property
    def placeholders(self) -> set[str]:
        return placeholders(self.cell + self.setup + self.before)


@dataclass(frozen=True)
class Library:
    """A library and its cases, which all run in one kernel."""

    name: str
    imports: str
    """The first cell of the kernel, which must not fail."""
    cases: tuple[Case, ...]


def library_files() -> list[Path]:
    """The files of all libraries, by name."""
    return sorted(CASES.glob("*.toml"))


def read_library(path: Path) -> Library:
    """The library of a file; a field that nobody knows, or one that is missing, is a TypeError."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    cases: list[dict[str, Any]] = content.pop("case")
    return Library(path.stem, content.pop("imports", ""), tuple(_read_case(case) for case in cases), **content)


def _read_case(fields: dict[str, Any]) -> Case:
    return Case(
        **{
            **fields,
            "setup": fields.get("setup", ""),
            "keep": tuple(fields["keep"]),
            "keep_line": tuple(fields.get("keep_line", ())),
            "cell": fields["cell"].strip("\n"),
        }
    )

"""The examples of the manual: code blocks of its pages, and the commands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

from tests.support.runtimes import ROOT

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "benchmarks/README.md",
    *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md")),
)
PROGRAMS = ("cd", "curl", "export", "git", "gzip", "jupyter", "ln", "make", "npm", "pip", "python")


@dataclass(frozen=True)
class Example:
    """One code block."""

    page: str
    line: int
    """Of its first line, counted from one."""
    language: str
    """What stands behind a fence; nothing for an indented block."""
    text: str

    @property
    def id(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """What a shell is to run, continued lines joined and comments cut."""
        if self.language:
            return []
        lines = re.sub(r"\\\n\s*", "", self.text).splitlines()
        return [re.sub(r"\s+# .*", "", line) for line in lines if line.split(" ")[0] in PROGRAMS]


def examples(language: str | None = None) -> list[Example]:
    """All of them, or those in this language."""
    found = [example for page in PAGES for example in _blocks(page, (ROOT / page).read_text().splitlines())]
    return [example for example in found if language is None or example.language == language]


def _blocks(page: str, lines: list[str]) -> Iterator[Example]:
    fence, started, block = "", 0, list[str]()
    for number, line in enumerate([*lines, ""], 1):
        if fence:
            if line.strip() == fence[:3]:
                yield Example(page, started, fence[3:], "\n".join(block))
                fence, block = "", []
            else:
                block.append(line)
        elif line.startswith("```"):
            fence, started = line, number + 1
        elif line.startswith("    "):
            started = started if block else number
            block.append(line)
        elif block:
            yield Example(page, started, "", dedent("\n".join(block)))
            block = []

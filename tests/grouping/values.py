"""Five sets of values that differ in all that must not matter: words, numbers, lengths, files, lines above.

Those lines are comments: other code would make it another cell, which matters where nothing else tells errors apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Values:
    """What stands in a cell for `@word@`, `@int@` and so on."""

    before: str
    """Lines before the cell's own: the error shifts down by them."""
    letters: str
    word: str
    text: str
    words: list[str]
    int: int
    ints: list[int]
    file: str
    folder: str

    def fill(self, source: str) -> str:
        """A cell with these values: `@letters@` as it is, the others as Python writes them."""
        literals = {name: repr(value) for name, value in vars(self).items()} | {"letters": self.letters}
        return re.sub("@([a-z]+)@", lambda found: literals[found.group(1)], source)

    def shift(self, source: str) -> str:
        """A cell with these values' lines before it."""
        return self.before + source


SETS = (
    Values(
        before="",
        letters="smith",
        word="smith",
        text="weight",
        words=["smith", "miller"],
        int=3,
        ints=[4, 8, 15],
        file="patients.csv",
        folder="data",
    ),
    Values(
        before="# What the reader wrote about it\n\n\n",
        letters="qq",
        word="Ångström & Söhne",
        text="a longer text, of several words: 12 of them",
        words=["Ångström", "b 12", "x/y", "2nd of May"],
        int=12,
        ints=[-1, 0],
        file="/srv/study 7/results (final).xlsx",
        folder="/srv/study 7/raw",
    ),
    Values(
        before="# scale = 2.5\n# label = 'first'\n",
        letters="patientrecords",
        word="patient-0042/b",
        text="x",
        words=["k"],
        int=104,
        ints=[7_000_000, 12, 3, 99, 1, 2],
        file="../runs/2026-11-24/model.json",
        folder="../runs/2026-11-24",
    ),
    Values(
        before="\n" * 40,
        letters="Zeta",
        word="user@example.org",
        text='don\'t "quote" it',
        words=["it's", 'a "b"', "c"],
        int=6,
        ints=[10**12, 2],
        file="C:\\Users\\ana\\table.tsv",
        folder="C:\\Users\\ana",
    ),
    Values(
        before="# Explains the cell.\n\n# Over some lines.\n\n\n# from collections import Counter\n\n",
        letters="height",
        word="height_cm",
        text="True",
        words=["nan?", "None", "height", "width", "depth", "name", "date"],
        int=2048,
        ints=[1, 1, 2, 3, 5, 8, 13, 21],
        file="~/notes.txt",
        folder="~/figures",
    ),
)

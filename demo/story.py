"""What the demo says on the terminal: numbered steps in plain words, coloured only for people."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

BOLD, RED, GREEN, DIM = "1", "31", "32", "2"
WIDTH = 110


class Story:
    """Prints steps, and knows in which one it is."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._coloured = out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._started = time.monotonic()
        self._number = 0
        self.step_name = "before the first step"
        """The step that is under way, as its heading says it."""

    @property
    def seconds(self) -> float:
        """How long the story has lasted."""
        return time.monotonic() - self._started

    def title(self, text: str) -> None:
        """The first line."""
        self._write(self._in(BOLD, text))

    def step(self, text: str) -> None:
        """The heading of the next step."""
        self._number += 1
        self.step_name = f"step {self._number} ({text})"
        self._write("")
        self._write(self._in(BOLD, f"{self._number}. {text}"))

    def say(self, text: str = "") -> None:
        """Sentences of a step."""
        self._write(f"   {text}" if text else "")

    def good(self, text: str) -> None:
        """A sentence that says that something is as it should be."""
        self._write("   " + self._in(GREEN, text))

    def bad(self, text: str) -> None:
        """A sentence that says that something is not."""
        self._write(self._in(RED, text))

    def fact(self, name: str, text: str) -> None:
        """A name and what it stands for."""
        self._write(f"   {name:<16} {text}")

    def alive(self, seconds: float) -> None:
        """A sign of life while something is waited for."""
        self._write(self._in(DIM, f"   {seconds:.0f} s ..."))

    def cell(self, count: int | None, line: str, failure: str) -> None:
        """One cell and how it ended; `failure` is empty when all went well."""
        outcome = self._in(RED, f"fails: {failure}") if failure else self._in(GREEN, "fine")
        self._write(f"   {f'[{count}]':<5} {_cut(line, 60):<60}  {outcome}")

    def quote(self, text: str) -> None:
        """A text of somebody else's, with a rule before each line."""
        for line in text.splitlines():
            self._write("   " + self._in(DIM, "|") + " " + _cut(_plain(line), WIDTH))

    def event(self, event: Mapping[str, Any]) -> None:
        """An event, one field a line."""
        width = max(map(len, event))
        for name, value in event.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if name == "traceback":
                frames = [f"{frame['filename']}:{frame['lineno']} {frame['fun_name']}" for frame in value]
                text = " > ".join(frames)
            elif name == "chain":
                text = ", ".join(f"{link['error_name']} ({link['relation']})" for link in value) or "none"
            self.quote(f"{name:<{width}}  {text}")

    def table(self, rows: Iterable[tuple[str, ...]]) -> None:
        """Rows below one another; the first is the heading."""
        lines = list(rows)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for number, row in enumerate(lines):
            line = "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
            self._write("   " + (self._in(BOLD, line) if number == 0 else line))

    def _in(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured else text

    def _write(self, line: str) -> None:
        self._out.write(line + "\n")
        self._out.flush()


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def _plain(text: str) -> str:
    """Without what a terminal would act on."""
    return "".join(character if character.isprintable() else " " for character in text)

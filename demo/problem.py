"""What ends the demo before its end."""

from __future__ import annotations

from pathlib import Path


class DemoProblem(Exception):  # noqa: N818 - a sentence for who watches, not a defect of the program
    """Something did not happen as it should; the text is a sentence that says what."""

    def __init__(self, sentence: str, log: Path | None = None) -> None:
        super().__init__(sentence)
        self.log = log
        """The log of the process that it concerns, if there is one."""

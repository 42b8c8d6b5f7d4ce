"""The cells of a notebook in which readers elsewhere had errors: what the collector knows, if its token may ask."""

import time
from typing import Any
from urllib.parse import quote

from ..delivery import Destination
from ..delivery.asking import NoAnswer, ask

TIMEOUT = 3.0
KEPT_SECONDS = 60.0
"""How long an answer is taken for the present one, also that there is none."""
MOST = 200
"""Notebooks whose answers are kept."""


class CollectorCells:
    """Asks the collector, not more than once a minute for each notebook. Blocks: for a thread."""

    def __init__(self, collector: Destination) -> None:
        self._collector = collector
        self._answers: dict[str, tuple[float, list[dict[str, Any]] | None]] = {}

    def find(self, notebook: str) -> list[dict[str, Any]] | None:
        """The cells as `GET notebooks/NAME` of the collector has them; None when it does not tell."""
        asked, cells = self._answers.get(notebook, (0.0, None))
        if asked and time.monotonic() - asked < KEPT_SECONDS:
            return cells
        cells = self._ask(notebook)
        if len(self._answers) >= MOST:
            self._answers.clear()
        self._answers[notebook] = time.monotonic(), cells
        return cells

    def _ask(self, notebook: str) -> list[dict[str, Any]] | None:
        try:
            (answer,) = ask(self._collector, "GET", [f"notebooks/{quote(notebook, safe='')}"], TIMEOUT)
        except NoAnswer:  # then there are the errors of this server
            return None
        said = answer.json if answer.status == 200 else None
        cells = said.get("cells") if isinstance(said, dict) else None
        if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
            return None
        return cells

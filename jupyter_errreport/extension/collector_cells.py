"""The cells of a notebook in which readers elsewhere had errors: what the collector knows, if its token may ask."""

import time
from typing import Any
from urllib.parse import quote

from ..delivery import Destination
from ..delivery.answer import json_of
from ..delivery.transport import Transport

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
        transport = Transport(self._collector)
        try:
            response = transport.get(f"notebooks/{quote(notebook, safe='')}", TIMEOUT)
            answer = json_of(response) if response.status_code == 200 else None
        except Exception:  # requests' own: then there are the errors of this server
            return None
        finally:
            transport.close()
        cells = answer.get("cells") if isinstance(answer, dict) else None
        if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
            return None
        return cells

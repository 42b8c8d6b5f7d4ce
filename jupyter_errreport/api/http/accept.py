"""Whether a caller wants a page or data, and as what."""

from collections.abc import Sequence
from typing import Literal

Format = Literal["json", "html", "ndjson", "csv"]

TYPES: dict[str, Format] = {
    "text/html": "html",
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "text/csv": "csv",
}
"""Media types of `Accept`. Of what is liked alike, the first is taken."""


def preferred(accept: str, formats: Sequence[Format]) -> Format:
    """Which of `formats` an `Accept` header names with the highest quality; JSON when it names none of them.

    `*/*` (curl, requests, pandas) names none.
    """
    likes: dict[Format, float] = {}
    for part in accept[:1_000].split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if kind in TYPES and quality > 0:
            likes[TYPES[kind]] = max(likes.get(TYPES[kind], 0.0), quality)
    ordered = [name for name in dict.fromkeys(TYPES.values()) if name in formats]
    return max(ordered, key=lambda name: likes.get(name, 0.0)) if likes.keys() & set(ordered) else "json"


def prefers_html(accept: str) -> bool:
    """True when `Accept` names text/html and does not like JSON better."""
    return preferred(accept, ("html", "json")) == "html"

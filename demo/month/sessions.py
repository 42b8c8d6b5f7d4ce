"""400 readers, each with a session, from four weeks ago until now."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from .mishaps import Mishap

READERS = 400
WEEKS = 4
DAY = 86_400.0
RELEASES = ((28.0, "1.0"), (15.0, "1.1"), (6.0, "1.2"), (1.3, "1.3"))
"""How many days ago each release of the notebook came out."""
_CELLS = 12
_LATE = 0.25
"""The share of readers who still run the release before."""


@dataclass
class Session:
    """What one reader did."""

    key: str
    opened_at: float
    release: str
    good_cells: int = 0
    failed_cells: int = 0
    errors: list[tuple[float, int, int]] = field(default_factory=list)
    """When, the place of the mishap in the list, and how often in a row."""


def sessions(mishaps: Sequence[Mishap], now: float, seed: int) -> list[Session]:
    """The sessions in the order of their beginning; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    return [_session(chance, mishaps, now, moment) for moment in sorted(_moments(chance, now))]


def _moments(chance: random.Random, now: float) -> list[float]:
    """Courses meet on two days of a week; some readers work by themselves, seldom at night."""
    found: list[float] = []
    while len(found) < READERS:
        days = chance.uniform(0, WEEKS * 7)
        moment = now - days * DAY
        hour = moment % DAY / 3_600
        awake = 7 < hour < 22
        in_course = int(moment // DAY) % 7 in (1, 4) and 9 < hour < 15
        if chance.random() < (1.0 if in_course else 0.14 if awake else 0.01):
            found.append(moment)
    return found


def _session(chance: random.Random, mishaps: Sequence[Mishap], now: float, moment: float) -> Session:
    current = [name for days, name in RELEASES if now - days * DAY <= moment] or [RELEASES[0][1]]
    release = current[-2] if len(current) > 1 and chance.random() < _LATE else current[-1]
    made = Session(f"{chance.getrandbits(128):032x}", moment, release)
    for cell in range(1, _CELLS + 1):
        moment += chance.uniform(5, 90)
        mishap = _what_happens(chance, mishaps, cell, release)
        if mishap is None:
            made.good_cells += 1
            continue
        tries = chance.randint(1, mishaps[mishap].repeats)
        made.errors.append((min(moment, now - 1), mishap, 1))
        if tries > 1:
            made.errors.append((min(moment + 30, now - 1), mishap, tries - 1))
        made.failed_cells += tries
        if chance.random() < 0.35:
            break  # and will never write an e-mail
        made.good_cells += 1
    return made


def _what_happens(chance: random.Random, mishaps: Sequence[Mishap], cell: int, release: str) -> int | None:
    for place, mishap in enumerate(mishaps):
        if mishap.cell == cell and mishap.since <= release < mishap.until and chance.random() < mishap.chance:
            return place
    return None

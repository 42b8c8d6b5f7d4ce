"""What goes wrong for the readers of `examples/weather.ipynb`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mishap:
    """One way in which a cell fails."""

    cell: int
    """The place among the notebook's code cells, from 1."""
    chance: float
    """The share of readers to whom it happens, of those who come so far."""
    before: str = ""
    """What the reader (or the reader's machine) did that the notebook does not expect; code run right before."""
    instead: str = ""
    """What the reader made of the cell; empty when it was left as it is."""
    until: str = "9"
    """The first release in which the author had mended it."""
    since: str = "1.0"
    """The release that brought it."""
    repeats: int = 1
    """How often a reader tries it at most."""


STATIONS = "# The stations, from Meteostat\nimport meteostat\n\nprint(meteostat.Stations().count())"
"""The tenth cell as release 1.3 has it: its author has that package."""

MISHAPS = (
    Mishap(2, 0.11, before="Path('weather.csv').unlink()", until="1.1", repeats=4),
    Mishap(2, 0.02, before="Path('weather.csv').write_bytes(b'day;temperature\\n01.01.2025;\\xb0\\n')"),
    Mishap(3, 0.07, before="rows[58]['temperature'] = ''", repeats=2),
    Mishap(3, 0.05, before="rows = [{'day': r['day'], 'Temperature': r['temperature']} for r in rows]"),
    Mishap(3, 0.04, before="for row in rows: row['temperature'] = row['temperature'].replace('.', ',')"),
    Mishap(4, 0.03, before="for row in rows: row['day'] = '.'.join(reversed(row['day'].split('-')))", repeats=3),
    Mishap(5, 0.04, before="del temperatures", repeats=2),
    Mishap(5, 0.02, before="statistics = None"),
    Mishap(6, 0.05, before="days, temperatures = days[:200], temperatures[:200]"),
    Mishap(6, 0.04, before="del days", repeats=2),
    Mishap(7, 0.03, instead="smooth(months, 0)"),
    Mishap(7, 0.02, instead="smooth(months 3)"),
    Mishap(8, 0.16, repeats=5, until="1.2"),
    Mishap(8, 0.03, instead="warmest = max(by_month)\nassert 1 <= warmest <= 11, 'a month is a number from 1 to 12'"),
    Mishap(8, 0.03, instead="warmest = months.index(max(month)) + 1", repeats=3),
    Mishap(9, 0.05, before="warmest = 13"),
    Mishap(9, 0.03, before="warmest = 'July'", repeats=2),
    Mishap(10, 0.04, before="Path('stations.json').write_text('<html>not found</html>')", since="1.1"),
    Mishap(10, 0.03, before="Path('stations.json').write_text('{}')"),
    Mishap(11, 0.07),
    Mishap(12, 0.015, before="Path('result.json').mkdir()"),
    Mishap(12, 0.02, before="mean = complex(mean)"),
    Mishap(10, 0.35, instead=STATIONS, since="1.3"),
)

"""The pictures within the pages: well-formed, in proportion, and said in words too."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.store.figures.share import error_free_share
from jupyter_errreport.web.charts.chart import chart
from jupyter_errreport.web.charts.heat import HeatCell, heat, heat_strip
from jupyter_errreport.web.charts.interval import interval, mood
from jupyter_errreport.web.charts.sparkline import sparkline
from jupyter_errreport.web.days import filled

HOSTILE = "\"><script>'&amp;\u202e"
Figures = Sequence[Mapping[str, Any]]


def days(*counts: int) -> Figures:
    first = date(2026, 11, 1).toordinal()
    return [{"day": date.fromordinal(first + index).isoformat(), "count": count} for index, count in enumerate(counts)]


def read(picture: str) -> ElementTree.Element:
    """The picture as XML; none may hold a style, which the pages' policy forbids."""
    assert "style=" not in picture
    return ElementTree.fromstring(picture)


def test_a_sparkline_says_what_it_shows() -> None:
    assert read(sparkline(days(0, 1_234, 0, 6))).get("aria-label") == (
        "1\u202f240 errors in 4 days, most on 2 Nov (1\u202f234), 6 today"
    )
    assert read(sparkline(days(0, 0))).get("aria-label") == "no errors in 2 days"


@given(st.lists(st.integers(0, 10**9), max_size=40))
def test_a_sparkline_stays_within_its_box(counts: list[int]) -> None:
    picture = read(sparkline(days(*counts)))
    _, _, width, height = map(float, picture.get("viewBox", "").split())
    bars = [bar for path in picture.findall("path")[1:] for bar in path.get("d", "").split("M") if bar]
    assert len(bars) == sum(count > 0 for count in counts)
    for bar in bars:
        left = float(bar.partition(" ")[0])
        tall = float(bar.partition("v-")[2].partition("h")[0])
        assert 0 <= left < width
        assert 0 < tall < height


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_a_chart_has_a_bar_for_each_day_with_something(counts: list[int]) -> None:
    figures = [{**day, "part": day["count"] // 2} for day in days(*counts)]
    picture = read(chart(figures, "count", "part", "By day", ("sessions", "failed")))
    groups = picture.findall("g")
    assert len(groups) == len(counts)
    for group, figure in zip(groups, figures, strict=True):
        tall = {rect.get("class"): float(rect.get("height", "0")) for rect in group.findall("rect")}
        assert ("whole" in tall) == (figure["count"] > 0)
        assert tall.get("part", 0) <= tall.get("whole", 0)


def test_a_day_on_which_nothing_happened_is_a_day_too() -> None:
    known = [{"day": "2026-10-31", "count": 4}, {"day": "2026-11-02", "count": 2}]
    assert [day["count"] for day in filled(known, ("count",), date(2026, 11, 2), 3)] == [4, 0, 2]


def test_the_strip_leads_to_its_cells_in_words() -> None:
    cells = [HeatCell("1", 0.0, "nobody", "#cell-0"), HeatCell(HOSTILE, 0.5, HOSTILE, "#cell-1")]
    links = read(heat_strip(cells)).findall("a")
    assert [link.get("href") for link in links] == ["#cell-0", "#cell-1"]
    assert [link.get("aria-label") for link in links] == ["nobody", HOSTILE]
    assert [link.find("rect").get("class") for link in links if link.find("rect") is not None] == ["heat0", "heat7"]  # type: ignore[union-attr]
    assert read(heat_strip([])).findall("a") == []
    many = read(heat_strip([HeatCell("9", 0.1, "told", "#") for _ in range(200)]))
    assert many.findall("a/text") == [], "there is no room for numbers"


def test_few_sessions_stay_cool() -> None:
    def colour(sessions: int, failed: int) -> int:
        passed = error_free_share(sessions, failed)
        assert passed is not None
        return heat(1 - passed["high"])

    assert colour(2, 1) < colour(10, 5) < colour(100, 50)
    assert colour(100, 0) == 0


@pytest.mark.parametrize(
    ("sessions", "failed", "expected"),
    [(1, 1, "unsure"), (2, 0, "unsure"), (200, 0, "good"), (200, 160, "bad"), (200, 60, "fair")],
)
def test_a_share_has_a_colour_only_where_it_is_sure(sessions: int, failed: int, expected: str) -> None:
    share = error_free_share(sessions, failed)
    assert share is not None
    assert mood(share) == expected
    assert read(interval(share)).get("class") == f"interval {expected}"


@given(st.integers(1, 10**6), st.data())
def test_an_interval_is_drawn_within_its_track(sessions: int, data: st.DataObject) -> None:
    share = error_free_share(sessions, data.draw(st.integers(0, sessions)))
    assert share is not None
    for rect in read(interval(share)).findall("rect"):
        left, width = (float(rect.get(name, "").rstrip("%")) for name in ("x", "width"))
        assert left >= 0
        assert left + width <= 100.02

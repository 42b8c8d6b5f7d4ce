"""The dashboard that we ship asks for what the collector tells."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.collectors import Collector

pytestmark = pytest.mark.needs("installed wheel")

DASHBOARD: dict[str, Any] = json.loads(
    (files("errreport_collector") / "deploy" / "grafana" / "errreport.json").read_text("utf-8")
)
METRIC = re.compile(r"\berrreport_\w+")
LABELS = re.compile(r"(errreport_\w+)\{([^}]*)\}")


def asked() -> list[str]:
    """Every expression of the dashboard."""
    variables = [variable["query"] for variable in DASHBOARD["templating"]["list"]]
    return variables + [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def test_every_metric_and_label_that_is_asked_for_is_told(collector: Collector) -> None:
    collector.post("errors", [{"error_name": "A"}, {"error_name": 3}])
    collector.get("errors")
    told: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(collector.get("metrics").text):
        for sample in family.samples:
            told.setdefault(sample.name, set()).update(sample.labels)
    wanted = {name for expression in asked() for name in METRIC.findall(expression)}
    assert len(wanted) > 10
    assert wanted <= set(told)
    for expression in asked():
        for name, selector in LABELS.findall(expression):
            assert set(re.findall(r"(\w+)=", selector)) - {"job"} <= told[name], expression
        grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
        assert grouped <= set().union(*(told[name] for name in METRIC.findall(expression))), expression


def test_everything_that_is_told_of_the_collector_is_on_the_dashboard(collector: Collector) -> None:
    collector.post("errors", [{"error_name": "A"}, {"error_name": 3}])
    families = text_string_to_metric_families(collector.get("metrics").text)
    names = {family.name for family in families if family.name.startswith("errreport_")}
    shown = " ".join(asked())
    assert {name for name in names if not re.search(rf"\b{name}(_total|_bucket|_count)?\b", shown)} == set()


def test_panels_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])

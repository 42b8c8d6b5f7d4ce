"""`make demo-data`: the errors are real, and the pages have something to show."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from demo.month.mishaps import MISHAPS
from demo.month.recording import NOTEBOOK
from demo.month.sessions import READERS, sessions
from jupyter_errreport.store import Database
from jupyter_errreport.store.groups.groups import GroupFilters, find_group, list_groups
from jupyter_errreport.store.notebooks import find_notebook
from jupyter_errreport.store.outbox.alerts import list_alerts
from jupyter_errreport.store.published.author_cells import author_cell_of_group

NOW = 1_795_521_600.0


def test_the_readers_are_the_same_each_time() -> None:
    made = sessions(MISHAPS, NOW, seed=12)
    assert made == sessions(MISHAPS, NOW, seed=12)
    assert made != sessions(MISHAPS, NOW, seed=13)
    assert len(made) == READERS
    assert all(session.opened_at < NOW and all(moment < NOW for moment, _, _ in session.errors) for session in made)
    assert 0.3 < sum(not session.errors for session in made) / READERS < 0.8


@pytest.mark.needs("installed wheel")
def test_a_month_of_a_course(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "month.sqlite"
    command = [sys.executable, "-m", "demo.month", str(path)]
    subprocess.run(command, cwd=root, check=True, timeout=300)
    database = Database(path)
    database.start()
    course: Any = database.read(lambda connection: find_notebook(connection, NOTEBOOK)).result(5)
    assert course["sessions"] == READERS
    assert {release["release"] for release in course["releases"]} == {"1.0", "1.1", "1.2", "1.3"}
    failing = [cell["execution_count"] for cell in course["cells"] if cell["cell"]]
    assert set(failing) == {mishap.cell for mishap in MISHAPS}
    groups = database.read(lambda connection: list_groups(connection, GroupFilters(), "count", 100)).result(5).items
    assert len({group["error_name"] for group in groups}) >= 10
    assert Counter(group["status"] for group in groups).keys() == {"open", "resolved", "ignored"}
    kinds = {alert["kind"] for alert in database.read(lambda connection: list_alerts(connection, 100)).result(5)}
    assert {"new", "regression"} <= kinds
    missing = next(group for group in groups if group["error_name"] == "ModuleNotFoundError")
    group: Any = database.read(lambda connection: find_group(connection, missing["group"], None)).result(5)
    assert "No module named 'matplotlib'" in group["error_message"]
    assert group["hint"]
    cell: Any = database.read(lambda connection: author_cell_of_group(connection, group)).result(5)
    assert [line["text"] for line in cell["lines"] if line["failed"]] == ["import matplotlib.pyplot as plt"]
    database.close()


def test_the_notebook_is_one_for_everybody(root: Path) -> None:
    notebook = json.loads((root / "examples" / "weather.ipynb").read_text())
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(code) == 12
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)

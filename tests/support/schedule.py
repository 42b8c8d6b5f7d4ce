"""How the tests are shared out among the workers of pytest-xdist.

A file of tests goes to one worker as a whole, for its fixtures are made once; one whose fixtures are for a runtime goes
once a runtime, one that runs on both kinds of databases once for each. What takes long is begun first, so that no
worker is left with it at the end.
"""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

LONGEST_FIRST = (
    "tests/live/test_live.py",
    "tests/live/test_non_interference.py",
    "tests/e2e/test_dashboard.py",
    "tests/e2e/test_kernel_watch.py",
    "tests/e2e/test_installation.py",
    "tests/labextension/test_consent.py",
    "tests/crash/test_crash.py sqlite",
    "tests/grouping/test_grouping.py",
    "tests/e2e/test_outbox.py",
    "tests/labextension/test_panel.py",
    "tests/crash/test_crash.py postgresql",
    "tests/labextension/test_notebook.py",
    "tests/hub/test_hub.py",
    "tests/demo/test_demo.py",
    "tests/labextension/test_destinations.py",
)


class LongestFirst(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker that is free the next file, or its part for one runtime or database."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        runtime = re.search(r"[\[-](ipython\d+|sqlite|postgresql)[\]-]", nodeid)
        return f"{file} {runtime[1]}" if runtime else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=_rank), last=False)
        super()._assign_work_unit(node)


def _rank(scope: str) -> int:
    return LONGEST_FIRST.index(scope) if scope in LONGEST_FIRST else len(LONGEST_FIRST)

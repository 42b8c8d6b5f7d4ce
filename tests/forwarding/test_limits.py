"""A collector's limits, seen from whoever passes errors on to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_errreport.delivery import Destination
from jupyter_errreport.store import Limits
from tests.api.server import ApiServer
from tests.support.waiting import wait_for

from .conftest import Server, event


@pytest.mark.parametrize("limits", [Limits(max_errors_per_session=2), Limits(min_seconds_between_errors=3_600)])
def test_a_session_over_its_limit_does_not_block_the_others(
    start: Callable[..., Server], tmp_path: Path, limits: Limits
) -> None:
    (tmp_path / "collector").mkdir()
    collector = ApiServer(tmp_path / "collector" / "errors.sqlite")
    collector.service.limits = limits
    server = start(Destination.collector(collector.url))
    for round_ in range(3):  # the first is partly over the limit, the others wholly
        server.store(*[event(session="mine") for _ in range(4)])
        wait_for(lambda: server.figures()["waiting"] == 0, f"the answers of round {round_}")
    taken = int(server.figures()["sent"])
    assert taken in (1, 2)
    assert server.figures()["rejected"] == 12 - taken
    assert "limit_" in str(server.figures()["problem"])
    server.store(event(session="other"))
    wait_for(lambda: server.figures()["sent"] == taken + 1, "the other session's")
    collector.close()

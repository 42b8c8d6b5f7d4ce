"""Behind a trusted proxy its clients are held to requests under way; an address that nobody vouches for counts not."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
import requests

from tests.support.collectors import ADMIN
from tests.support.waiting import wait_for

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")

MOST = 2


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_client_behind_a_proxy_is_held_to_its_own_requests(start: Start, is_trusted: bool) -> None:
    proxies = "['127.0.0.1']" if is_trusted else "[]"
    collector = start(
        f"--ErrReportCollector.max_connections_per_address={MOST}", f"--ErrReportCollector.trusted_proxies={proxies}"
    )

    def ask(client: str, path: str) -> requests.Response:
        headers = {"X-Forwarded-For": client, "Authorization": f"Bearer {ADMIN}"}
        return requests.get(f"{collector.url}/{path}", headers=headers, stream=True, timeout=10)

    with ExitStack() as stack:
        for _ in range(MOST):
            live = stack.enter_context(ask("203.0.113.9", "live"))
            assert live.status_code == 200
        if is_trusted:
            refused = ask("203.0.113.9", "status")
            assert (refused.status_code, refused.json()["reason"]) == (429, "too_many_connections")
            assert int(refused.headers["Retry-After"]) > 0
            assert ask("203.0.113.10", "status").status_code == 200
        else:  # all of them come from one address, whatever they say
            refused = ask("203.0.113.10", "status")
            assert (refused.status_code, refused.json()["reason"]) == (503, "too_many_connections")
    wait_for(lambda: ask("203.0.113.9", "status").status_code == 200, "the end of those requests")

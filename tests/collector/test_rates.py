"""Rates: what one may send in a while, counted in memory by one process and in a real Redis by several."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from errreport_collector.guards.rates import BUCKETS, PORTIONS, LimitedRates
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_errreport.event import new_event_id
from jupyter_errreport.store.rates import Rate
from tests.support.ports import take_port
from tests.support.waiting import wait_for

from .conftest import Start

FEW = Rate("tries", 10, 60)
MANY = Rate("many", 100 * PORTIONS, 3_600)


class Redis:
    """A server of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = take_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.folder = folder
        self.start()

    def start(self) -> None:
        words = ("--port", self.port, "--bind", "127.0.0.1", "--save", "", "--dir", self.folder)
        program = shutil.which("redis-server") or "redis-server"
        self.process = subprocess.Popen([program, *map(str, words)], stdout=subprocess.DEVNULL)
        wait_for(self.answers, "Redis")

    @property
    def client(self) -> Any:
        import redis

        return redis.Redis.from_url(self.url)

    def answers(self) -> bool:
        import redis

        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = Redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@given(amounts=st.lists(st.integers(1, 7), max_size=12), most=st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_no_more_is_granted_than_may_be_and_not_less(amounts: list[int], most: int) -> None:
    rates, rate = LimitedRates(), Rate("tries", most, 60)
    granted = [rates.grant(rate, "a", amount) for amount in amounts]
    assert sum(granted) == min(most, sum(amounts))
    assert all(0 <= got <= wanted for got, wanted in zip(granted, amounts, strict=True))
    assert rates.grant(rate, "b", 1) == min(most, 1)


def test_when_the_while_is_over_there_is_as_much_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead, real = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead[0])
    rates = LimitedRates()
    assert rates.grant(FEW, "a", 12) == 10
    assert rates.grant(FEW, "a") == 0
    assert 0 < rates.wait(FEW, "a") <= 60
    ahead[0] = 61.0
    assert rates.grant(FEW, "a") == 1


def test_names_that_are_made_up_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("errreport_collector.guards.rates.BUCKETS", 50)
    rates = LimitedRates()
    for number in range(500):
        rates.grant(FEW, f"made up {number}")
    assert len(rates._portions) <= 50 < BUCKETS


@pytest.mark.needs("redis")
def test_processes_count_together_in_redis_and_it_holds_no_address(redis: Redis) -> None:
    redis.client.flushall()
    one, other = (LimitedRates(redis.url, "secret") for _ in "12")
    for rate in (FEW, MANY):
        granted = 0
        for _ in range(rate.most // 5 + 5):
            granted += one.grant(rate, "192.0.2.77", 3) + other.grant(rate, "192.0.2.77", 3)
        assert granted == rate.most
    keys = redis.client.keys()
    assert keys
    assert b"192.0.2" not in b" ".join(keys)
    assert all(0 < redis.client.ttl(key) <= 3_600 for key in keys)


@pytest.mark.needs("redis")
def test_without_redis_each_process_counts_by_itself_until_it_is_back(tmp_path: Path) -> None:
    server, now = Redis(tmp_path), [time.time()]
    rates = LimitedRates(server.url, "secret", now=lambda: now[0])
    server.stop()
    assert rates.grant(FEW, "a", 12) == 10
    server.start()
    try:
        now[0] += 3_600
        assert rates.grant(FEW, "b", 4) == 4
        assert server.client.keys()
    finally:
        server.stop()


@pytest.mark.parametrize("url", ["nothing://:secret@host", "redis://:secret@host:port"])
def test_a_wrong_address_of_redis_is_said_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="The address of Redis") as raised:
        LimitedRates(url)
    assert "secret" not in str(raised.value)


@pytest.mark.needs("installed wheel")
@pytest.mark.needs("redis")
def test_what_is_over_a_rate_is_counted_and_too_many_bytes_are_refused(start: Start, redis: Redis) -> None:
    redis.client.flushall()
    collector = start(
        f"--ErrReportCollector.redis={redis.url}",
        "--ErrReportCollector.max_errors_a_minute_per_session=3",
        "--ErrReportCollector.max_errors_a_minute_per_notebook=8",
        "--ErrReportCollector.max_megabytes_an_hour_per_address=0.05",
        "--ErrReportCollector.trusted_proxies=127.0.0.1",
    )

    def send(*names: str, address: str, **more: str) -> list[Any]:
        made = [{"error_name": name, "notebook": "dock", "event_id": new_event_id(), **more} for name in names]
        answer = collector.post("errors", made, headers={"X-Forwarded-For": address})
        assert answer.status_code == 200, answer.text
        return [(item["status"], item.get("sampled", False)) for item in answer.json()]

    kept, counted = ("stored", False), ("stored", True)
    assert send("A", "A", "A", "A", session="s", address="203.0.113.1") == [kept, kept, kept, counted]
    assert send("A", "B", session="s", address="203.0.113.2") == [counted, counted], "the session's, from anywhere"
    assert send("A", "A", "A", "B", address="203.0.113.3") == [kept, kept, counted, kept], "a new group's first is kept"
    large, source = {"error_name": "A", "error_message": "x" * 9_000}, {"X-Forwarded-For": "203.0.113.9"}
    answers = [collector.post("errors", large, headers=source) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["reason"] == "limit_bytes_per_address"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3_600
    assert b"203.0.113" not in b" ".join(redis.client.keys())

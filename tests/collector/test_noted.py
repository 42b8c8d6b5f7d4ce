"""What requests leave behind: written seldom, together, and not lost with a database that is away for a while."""

import ast
import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from errreport_collector.tokens.keys import python_text
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.api.service.noted import Noted
from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.keys.refusals import MOST, list_refusals
from jupyter_errreport.store.tokens import USE_SECONDS, create_token, list_tokens


class Counting(Database):
    """Counts writes, and refuses them while it is away."""

    writes = 0
    is_away = False

    def write(self, work: Any) -> "Future[Any]":
        self.writes += 1
        if self.is_away:
            failed: Future[Any] = Future()
            failed.set_exception(StoreError("away"))
            return failed
        return super().write(work)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path / "errors.sqlite")
    made.start()
    for _ in range(3):
        made.write(lambda connection: create_token(connection, "read")).result(5)
    made.writes = 0
    yield made
    made.close()


def uses(database: Database) -> dict[str, str | None]:
    return {row["id"]: row["last_used_at"] for row in database.read(list_tokens).result(5)}


def refused(database: Database) -> dict[str, int]:
    found = database.read(lambda connection: list_refusals(connection, None)).result(5)
    return {item["notebook"]: item["count"] for item in found}


def test_many_requests_are_one_write_a_minute(database: Counting) -> None:
    now = [0.0]
    noted = Noted(database, lambda: now[0])
    ids = list(uses(database))
    for second in range(USE_SECONDS):
        now[0] = second
        for token_id in ids * 100:
            noted.used(token_id)
        asyncio.run(noted.write())
    assert database.writes == 1
    assert None not in uses(database).values()
    now[0] = USE_SECONDS + 1
    asyncio.run(noted.write())
    assert database.writes == 1, "nobody came"
    noted.used(ids[0])
    asyncio.run(noted.write())
    assert database.writes == 2


def test_what_could_not_be_written_is_written_later(database: Counting) -> None:
    noted = Noted(database)
    (used, *_) = uses(database)
    noted.used(used)
    noted.refused(["dock", "dock"])
    database.is_away = True
    asyncio.run(noted.write())
    noted.refused(["dock", "fold"])
    database.is_away = False
    asyncio.run(noted.write())
    assert uses(database)[used] is not None
    assert refused(database) == {"dock": 3, "fold": 1}


def test_a_flood_of_names_is_bounded_in_memory(database: Counting) -> None:
    noted = Noted(database)
    noted.refused(f"made up {number}" for number in range(10 * MOST))
    noted.refused(["made up 1"] * 5)
    asyncio.run(noted.write())
    assert database.writes == 1
    names = refused(database)
    assert len(names) == MOST
    assert names["made up 1"] == 6


@given(st.text())
def test_a_notebooks_name_is_one_line_of_python_whatever_it_is(name: str) -> None:
    code = python_text(name)
    assert ast.literal_eval(code) == name
    assert code.isprintable()


@pytest.mark.parametrize(("name", "code"), [("dock", '"dock"'), ("it's", '"it\'s"'), ('a "b"', "'a \"b\"'")])
def test_a_usual_name_is_in_double_quotes(name: str, code: str) -> None:
    assert python_text(name) == code

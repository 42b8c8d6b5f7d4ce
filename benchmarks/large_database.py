"""Makes a database with many errors, all at once: what a busy collector has after some years."""

import random
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, true

from jupyter_errreport.event import group_id, new_event_id, rfc3339
from jupyter_errreport.store import Database
from jupyter_errreport.store.events.rows import row_of
from jupyter_errreport.store.events.texts import text_of
from jupyter_errreport.store.figures.arrivals import Arrivals
from jupyter_errreport.store.figures.session_figures import FirstErrors, add_sessions
from jupyter_errreport.store.schema import errors, sessions

DAY = 86_400.0
DAYS = 90
NAMES = ("ValueError", "KeyError", "FileNotFoundError", "ModuleNotFoundError", "TypeError", "MemoryError", "OSError")
WORDS = "atom chain residue model table column index shape path token graph layer frame axis unit cell".split()
_AT_ONCE = 20_000
BUSIEST = group_id("lesson 000", f"2-{0:032x}")
"""The group with the most errors."""


def make(path: Path, errors_wanted: int, groups_wanted: int, now: float, seed: int = 0) -> None:
    """Fill the new database at `path`.

    As in life some groups have most of the errors. There is a session to three errors, and a third of them have none.
    """
    chance = random.Random(seed)
    database = Database(path)
    database.start()
    kinds = _kinds(chance, groups_wanted)
    notebooks = _notebooks(groups_wanted)
    weights = [1.0 / (rank + 10) for rank in range(groups_wanted)]
    sessions_wanted = max(1, errors_wanted // 3)
    for start in range(0, errors_wanted, _AT_ONCE):
        size = min(_AT_ONCE, errors_wanted - start)
        chosen = [*kinds[start : start + size], *chance.choices(kinds, weights, k=size)][:size]
        events = [_event(chance, kind, now, sessions_wanted) for kind in chosen]
        database.write(lambda connection, events=events: _store(connection, events)).result()
    opened = [_session(chance, number, notebooks, now) for number in range(sessions_wanted)]

    def count(connection: Connection) -> None:
        connection.execute(insert(sessions), opened)
        add_sessions(connection, true())

    database.write(count).result()
    database.close()


def _notebooks(groups_wanted: int) -> list[str]:
    return [f"lesson {number:03}" for number in range(max(1, groups_wanted // 50))]


def _kinds(chance: random.Random, groups_wanted: int) -> list[dict[str, Any]]:
    notebooks = _notebooks(groups_wanted)
    rest = [_kind(chance, number, chance.choice(notebooks)) for number in range(1, groups_wanted)]
    return [_kind(chance, 0, notebooks[0]), *rest]


def _store(connection: Connection, events: list[tuple[Any, str]]) -> None:
    arrivals = Arrivals()
    rows = []
    for event, received_at in sorted(events, key=itemgetter(1)):
        group = group_id(event["notebook"], event["fingerprint"])
        rows.append(row_of(event, received_at, event["notebook"], group))
        arrivals.add(rows[-1], text_of(event))
    connection.execute(insert(errors), rows)
    arrivals.write(connection, {}, FirstErrors(()))


def _kind(chance: random.Random, number: int, notebook: str) -> dict[str, Any]:
    words = " ".join(chance.choices(WORDS, k=4))
    return {
        "notebook": notebook,
        "error_name": chance.choice(NAMES),
        "error_message": f"{words} <str> ({number})",
        "first_line": f"{words.replace(' ', '_')}(<str>)",
        "execution_count": chance.randint(1, 40),
        "cell_hash": f"{chance.randint(0, 40):032x}",
        "fingerprint": f"2-{number:032x}",
    }


def _event(chance: random.Random, kind: dict[str, Any], now: float, sessions_wanted: int) -> tuple[Any, str]:
    moment = now - chance.random() * DAYS * DAY
    event = {
        **kind,
        "event_id": new_event_id(moment),
        "timestamp": rfc3339(moment),
        "session": f"{chance.randrange(sessions_wanted):032x}",
        "kind": "cell",
        "language": "python",
        "release": f"1.{chance.randint(0, 5)}",
        "count": 1,
        "traceback": [{"filename": f"<cell {kind['execution_count']}>", "fun_name": "<module>", "lineno": 1}] * 8,
        "chain": [],
    }
    return event, rfc3339(moment + 1)


def _session(chance: random.Random, number: int, notebooks: list[str], now: float) -> dict[str, Any]:
    moment = rfc3339(now - chance.random() * DAYS * DAY)
    failed = chance.random() < 0.66
    return {
        "session": f"{number:032x}",
        "notebook": (notebook := chance.choice(notebooks)),
        "identity": notebook,
        "release": f"1.{chance.randint(0, 5)}",
        "opened_at": moment,
        "last_seen_at": moment,
        "good_cells": chance.randint(0, 40),
        "failed_cells": int(failed),
        "errors": int(failed),
        "last_error_at": moment if failed else None,
    }

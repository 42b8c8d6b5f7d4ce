"""`python -m demo.month DATABASE`: fill a database with a month of a course, the same each time but for its dates."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from jupyter_errreport.api.sources import SentCell, SentSource, published_cells
from jupyter_errreport.event import new_event_id, public_session, rfc3339
from jupyter_errreport.source import cell_hash
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.groups.groups import GroupChange, GroupFilters, change_group, list_groups
from jupyter_errreport.store.published.sources import publish_source
from jupyter_errreport.store.sessions import open_session

from .mishaps import MISHAPS, STATIONS
from .recording import NOTEBOOK, code_cells, record
from .sessions import DAY, RELEASES, Session, sessions

COURSE = Path(__file__).resolve().parents[2] / "examples" / "weather.ipynb"
SECONDS = 60.0
"""How long a step may take."""
DEDUP_DAYS = 90.0
ON_ITS_WAY = 0.4
"""Seconds from an error to its receipt."""
Step = Callable[[Connection], None]
DECISIONS = (
    # Days ago, the error's name, and what the author did about it.
    (22.0, "FileNotFoundError", GroupChange(hint="Put weather.csv beside this notebook: the course's page has it.")),
    (15.0, "FileNotFoundError", GroupChange(status="resolved", note="1.1 says where the table is.")),
    (20.0, "ModuleNotFoundError", GroupChange(hint="Run %pip install matplotlib in a cell of its own, then this one.")),
    (10.0, "SyntaxError", GroupChange(status="ignored", until_sessions=10)),
    (12.0, "IndexError", GroupChange(status="resolved")),
)


def main(arguments: list[str] | None = None) -> int:
    """Fill the database; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo.month", description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--seed", type=int, default=12)
    options = parser.parse_args(arguments)
    if options.database.exists():
        parser.error(f"{options.database} is there already; choose another name.")
    recorded = record(COURSE, MISHAPS)
    fill(options.database, recorded, time.time(), options.seed)
    return 0


def fill(path: Path, recorded: list[dict[str, Any]], now: float, seed: int) -> None:
    """Store the month before `now` in a new database, everything in the order in which it happens."""
    database = Database(path)
    database.start()
    steps: list[tuple[float, Step]] = [(now - days * DAY, partial(_publish, release)) for days, release in RELEASES]
    for session in sessions(MISHAPS, now, seed):
        steps.append((session.opened_at, partial(_open, session)))
        for moment, place, count in session.errors:
            steps.append((moment + ON_ITS_WAY, partial(_store, session, recorded[place], moment, count)))
    steps += [(now - days * DAY, partial(_decide, name, change)) for days, name, change in DECISIONS]
    for moment, step in sorted(steps, key=itemgetter(0)):
        clock.source = partial(float, moment)
        database.write(step).result(SECONDS)
    database.close()


def _publish(release: str, connection: Connection) -> None:
    cells = [_reworded(source, release) for source in code_cells(COURSE)]
    sent = SentSource([SentCell(source, cell_hash(source)) for source in cells])
    publish_source(connection, NOTEBOOK, published_cells(sent), "python", release)


def _reworded(source: str, release: str) -> str:
    """A cell as that release had it: the author learned what to say."""
    for since, old, new in (
        ("1.1", "# Read the table\n", "# Read the table: weather.csv must be beside this notebook\n"),
        ("1.2", "# Exercise 1\n", "# Exercise 1: put a number in place of the dots\n"),
    ):
        if release >= since:
            source = source.replace(old, new)
    return STATIONS if release >= "1.3" and source.startswith("# The stations") else source


def _open(session: Session, connection: Connection) -> None:
    cells = (session.good_cells, session.failed_cells)
    open_session(connection, public_session(session.key), NOTEBOOK, "", None, *cells, session.release)


def _store(session: Session, recorded: dict[str, Any], moment: float, count: int, connection: Connection) -> None:
    event: Any = {
        **recorded,
        "event_id": new_event_id(moment),
        "timestamp": rfc3339(moment),
        "session": public_session(session.key),
        "release": session.release,
        "count": count,
    }
    insert_errors(connection, [event], None, DEDUP_DAYS)


def _decide(error_name: str, change: GroupChange, connection: Connection) -> None:
    for group in list_groups(connection, GroupFilters(error_name=error_name), "count", 1).items:
        change_group(connection, group["group"], change, None)


if __name__ == "__main__":
    sys.exit(main())

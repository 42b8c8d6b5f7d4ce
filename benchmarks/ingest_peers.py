"""The other servers of `ingest.py`: notebook-error-reporter's own and Bugsink, run as their documentation says."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path

from ingest_load import Server
from ingest_servers import new_event, port_of, post, processor, running

from tests.support.ports import take_port
from tests.support.runtimes import Runtime

PREDECESSOR = Runtime(
    "bench-predecessor",
    # Its server was written for these releases: newer ones refuse its schemas.
    (
        "notebook-error-reporter==0.1.1",
        "ipython==8.*",
        "requests",
        "uvicorn",
        "fastapi<0.100",
        "pydantic<2",
        "sqlalchemy<2",
    ),
)
BUGSINK = Runtime("bench-bugsink", ("bugsink==2.6.2",), oldest="3.11")
SESSIONS = 100_000
WORKERS = 2
"""Processes of gunicorn: as many as processors, as Bugsink's own configuration has it."""
_APP = """
import uvicorn
from fastapi import FastAPI
from notebook_error_reporter.serverside import create_db, create_app

create_db()
app: FastAPI = create_app(debug=False, max_transparency=True, colab_only=False)
uvicorn.run(app, host="127.0.0.1", port={port}, log_level="info")
"""
_SETTINGS = """
BUGSINK["BASE_URL"] = "http://127.0.0.1"
BUGSINK["PHONEHOME"] = False
# By default it takes a thousand events in five minutes.
for _quota in ("5_MINUTES", "HOUR", "MONTH"):
    BUGSINK["MAX_EVENTS_PER_" + _quota] = BUGSINK["MAX_EVENTS_PER_PROJECT_PER_" + _quota] = 1_000_000_000
"""
_PROJECT = """
from projects.models import Project
project = Project.objects.create(name="benchmark")
print("PROJECT", project.id, project.sentry_key.hex)
"""


@contextmanager
def predecessor(folder: Path) -> Iterator[Server]:
    """notebook-error-reporter's server: one process, SQLite, a transaction a request.

    It takes an error of a session only five seconds after the one before, and a hundred sessions of an address: it
    finds enough sessions in its database before it begins, and each gives one error at a time.
    """
    _build(PREDECESSOR)
    (folder / "predecessor").mkdir()
    with running(
        [str(PREDECESSOR.executable), "-c", _APP.format(port=take_port())],
        folder / "predecessor.log",
        folder / "predecessor",
    ) as process:
        port = port_of(process, folder / "predecessor.log")
        sessions = [uuid.uuid4().hex for _ in range(SESSIONS)]
        with closing(sqlite3.connect(folder / "predecessor" / "error.db")) as database, database:
            database.executemany(
                "INSERT INTO usages (uuid, ip, notebook) VALUES (?, '127.0.0.1', 'lesson')", zip(sessions)
            )
        session = itertools.cycle(sessions)
        fields = ("error_name", "error_message", "traceback", "execution_count", "first_line")

        def request(chance: random.Random, size: int) -> bytes:
            event = new_event(chance)
            body = json.dumps({field: event[field] for field in fields}).encode()
            return post(f"errors/{next(session)}/", body)

        yield Server("notebook-error-reporter 0.1.1", port, lambda: processor(process.pid), request)


@contextmanager
def bugsink(folder: Path) -> Iterator[Server]:
    """Bugsink's setup for a single server: gunicorn, SQLite, and snappea, which stores and groups what was answered."""
    _build(BUGSINK)
    home, programs = folder / "bugsink", BUGSINK.directory / "bin"
    home.mkdir()

    def run(program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(programs / program), *arguments], cwd=home, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    run("bugsink-create-conf", "--template=singleserver", f"--base-dir={home}")
    with (home / "bugsink_conf.py").open("a") as file:
        file.write(_SETTINGS)
    run("bugsink-manage", "migrate")
    run("bugsink-manage", "migrate", "snappea", "--database=snappea")
    _, project, key = (
        run("bugsink-manage", "shell", "-c", _PROJECT).partition("PROJECT")[2].rpartition("\n")[0].split(" ")
    )
    log, digested = folder / "bugsink.log", folder / "snappea.log"
    serve = [str(programs / "gunicorn"), "--bind=127.0.0.1:0", f"--workers={WORKERS}", "bugsink.wsgi"]
    settings = {"DJANGO_SETTINGS_MODULE": "bugsink_conf", "PYTHONPATH": str(home)}
    with (
        running(serve, log, home, **settings) as web,
        running([str(programs / "bugsink-runsnappea")], digested, home) as snappea,
        closing(sqlite3.connect(home / "db.sqlite3")) as database,
    ):

        def used() -> float:
            return processor(web.pid) + processor(snappea.pid)

        def stored() -> int:
            return int(database.execute("SELECT COUNT(*) FROM events_event").fetchone()[0])

        def request(chance: random.Random, size: int) -> bytes:
            return post(f"api/{project}/envelope/?sentry_key={key}", _envelope(chance), "application/x-sentry-envelope")

        yield Server("Bugsink 2.6.2", port_of(web, log), used, request, stored)


def _build(runtime: Runtime) -> None:
    with redirect_stdout(sys.stderr):  # what is printed otherwise is the table
        if not runtime.build():
            sys.exit(f"This needs Python {runtime.needed_python} or newer.")


def _envelope(chance: random.Random) -> bytes:
    """The same error as sentry-sdk would send it, without what the SDK adds of its own."""
    event = new_event(chance)
    event_id = uuid.uuid4().hex
    frames = [
        {"filename": frame["filename"], "function": frame["fun_name"], "lineno": frame["lineno"]}
        for frame in event["traceback"]
    ]
    body = {
        "event_id": event_id,
        "timestamp": event["timestamp"],
        "platform": "python",
        "release": event["release"],
        "transaction": event["notebook"],
        "exception": {
            "values": [{"type": event["error_name"], "value": event["error_message"], "stacktrace": {"frames": frames}}]
        },
    }
    parts = ({"event_id": event_id}, {"type": "event"}, body)
    return b"\n".join(json.dumps(part).encode() for part in parts) + b"\n"

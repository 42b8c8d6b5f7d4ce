"""A PostgreSQL server of the tests' own, with a fresh database for each test."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.support.ports import take_port
from tests.support.waiting import wait_for

TEMPLATE = "errreport_template"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "32MB",
    # What is lost when the machine loses power is not what most tests are about.
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


def find_binaries() -> Path | None:
    """The folder of `initdb` and `postgres`; None when there is none. Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]))
    return versions[-1].parent if versions else None


class PostgreSQLServer:
    """Runs from `start` to `stop` or `kill`; may be started again on the same data and port."""

    def __init__(self, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="errreport-pg-"))
        self.data = self.folder / "data"
        self.port = take_port()
        self.settings = {**SETTINGS, **settings}
        self.process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")

    def make(self) -> None:
        """Make a cluster of databases."""
        command = (
            "initdb",
            "-D",
            str(self.data),
            "-N",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-A",
            "trust",
            "-U",
            "postgres",
        )
        subprocess.run(self.command(*command), check=True, stdout=subprocess.DEVNULL, cwd=self.folder, timeout=120)

    def command(self, program: str, *arguments: str) -> list[str]:
        """`program` of PostgreSQL, as somebody who may run it (root may not), ended with this process."""
        binaries = find_binaries()
        assert binaries is not None, "there is no PostgreSQL here"
        other_user = ("--reuid=postgres", "--regid=postgres", "--init-groups") if os.geteuid() == 0 else ()
        return ["setpriv", "--pdeathsig", "QUIT", *other_user, str(binaries / program), *arguments]

    def start(self) -> None:
        """Back when it takes connections."""
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        command = self.command(
            "postgres", "-D", str(self.data), "-k", str(self.folder), "-p", str(self.port), *settings
        )
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        wait_for(self._answers, "PostgreSQL", 60)

    def make_standby(self) -> PostgreSQLServer:
        """Another server, which has what this one has: from now on this one answers no commit before that has it."""
        standby = PostgreSQLServer(**self.settings)
        source = ["--host=127.0.0.1", f"--port={self.port}", "--username=postgres"]
        options = [f"--pgdata={standby.data}", "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"]
        command = self.command("pg_basebackup", *options, *source)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=standby.folder, timeout=120)
        standby.start()
        self.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.execute("SELECT pg_reload_conf()")
        wait_for(lambda: self.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"), "the standby")
        return standby

    def promote(self) -> None:
        """Make a standby take writes. Not by a query, which what is still to be replayed may cancel."""
        command = self.command("pg_ctl", "promote", "--wait", f"--pgdata={self.data}")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, timeout=120)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """What an administrator does and sees."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def make_template(self) -> None:
        """The database that fresh ones are copies of: with the tables of this release, and empty."""
        from jupyter_errreport.store import Database

        self.execute(f"CREATE DATABASE {TEMPLATE}")
        database = Database(self.url(TEMPLATE))
        database.start()
        database.close()

    def fresh(self, template: str = TEMPLATE) -> str:
        """The URL of a new database; without tables if the template is `template1`."""
        name = f"errreport_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def stop(self, number: int = signal.SIGINT) -> None:
        """End it at once, but in order: connections are cut."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(30)
            self.process = None

    def kill(self) -> None:
        """End it as a power cut would, with all its processes."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in (self.process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(30)
        self.process = None
        # While one of them holds the shared memory, the next server does not start.
        wait_for(lambda: not any(_runs(int(pid)) for pid in children), "the end of PostgreSQL's processes")

    def remove(self) -> None:
        """End it, and leave nothing of it."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        import psycopg

        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with contextlib.suppress(psycopg.OperationalError):
            self.execute("SELECT 1")
            return True
        return False


def _runs(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except OSError:
        return False
    return not state.startswith("Z")

"""A PostgreSQL server of the tests' own: in a folder that goes with it, reached by a socket in there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

USER = "postgres"


def find_postgresql() -> Path | None:
    """The folder of the newest server's programs; None when there is none."""
    installed = Path("/usr/lib/postgresql").glob("*/bin")  # where Debian has them
    newest = max(installed, key=lambda path: float(path.parent.name), default=None)
    found = shutil.which("initdb")
    return newest or (Path(found).resolve().parent if found else None)


class PostgreSQL:
    """Runs from its making to `stop`. It keeps nothing safe from a power cut, which makes it fast."""

    def __init__(self, folder: Path) -> None:
        programs = find_postgresql()
        assert programs, "no PostgreSQL is here"
        self._programs, self._folder = programs, folder
        if os.geteuid() == 0:  # which the server refuses to be
            shutil.chown(folder, USER)
        self._run("initdb", "--locale=C", "--encoding=UTF8", "--auth=trust", f"--username={USER}", "-D", "data")
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-D", "data", "-o", options, "-l", "log", "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database."""
        name = f"errreport_{uuid.uuid4().hex}"
        self._run("createdb", "-h", str(self._folder), "-U", USER, name)
        try:
            yield f"postgresql://{USER}@/{name}?host={quote(str(self._folder), safe='')}"
        finally:
            self._run("dropdb", "--force", "-h", str(self._folder), "-U", USER, name)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,  # no pipe: the server would hold it open
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            timeout=60,
            check=False,
            user=pwd.getpwnam(USER).pw_uid if os.geteuid() == 0 else None,
        )
        assert done.returncode == 0, f"{program} {arguments}"


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """A server, until it is not needed any more."""
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:  # a socket's path must be short
        server = PostgreSQL(Path(folder))
        try:
            yield server
        finally:
            server.stop()

"""The connection file: how kernels of this server learn where to report, without a secret in their environment.

A token in the environment shows in `!env` and in every saved notebook that prints it; the path of a file that only this
user can read does not matter.
"""

import contextlib
import json
import logging
import os
import secrets
import shutil
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_core.utils import ensure_dir_exists
from jupyter_server.serverapp import ServerApp

from ..own_files import NO_LINK

UNIX_SCHEME = "http+unix://"


class Hook(NamedTuple):
    """The hook in a kernel, as it announces itself (`kernel.announce`)."""

    session: str
    """The public id of the session under which it reports to this server."""
    notebook: str
    """The name that was given to the notebook; empty for its file's."""
    reporting: str
    """`on`; `off` or `ask` when nothing is to be told of this kernel, for good or before its reader said yes."""
    collectors: tuple[str, ...] = ()
    """The addresses of those that it tells of its session itself, as `Destination.identity` has them."""
    started_as: str = ""
    """Path of the notebook for which the server started the kernel; empty where nobody knows."""


class Connection:
    """One server's key, and the file that names it. The key can add errors to this server and nothing else."""

    def __init__(self, log: logging.Logger) -> None:
        self.key = secrets.token_urlsafe(32)
        self.path = Path(jupyter_runtime_dir()) / f"errreport-{os.getpid()}-{secrets.token_hex(4)}.json"
        self._hooked = self.path.with_suffix("")
        """The folder in which the hook in a kernel leaves a file (`kernel.announce`)."""
        self._log = log

    def write(self, serverapp: ServerApp) -> None:
        """Write the file anew, readable for this user only; a kernel never sees half of one."""
        content: dict[str, Any] = {"url": _url(serverapp), "key": self.key}
        if serverapp.certfile:
            # Its own certificate is what a self-signed server can be verified with.
            content["ca_file"] = str(Path(serverapp.certfile).resolve())
        if serverapp.sock:
            content["socket"] = str(Path(serverapp.sock).resolve())
        ensure_dir_exists(str(self.path.parent), mode=0o700)
        with contextlib.suppress(OSError):  # said of the file below
            self._hooked.mkdir(mode=0o700, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        try:
            partial.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK
            with os.fdopen(os.open(partial, flags, 0o600), "w") as file:
                json.dump(content, file)
            partial.replace(self.path)
        except OSError as error:
            self._log.error(
                "jupyter_errreport: %s can't be written (%s): kernels will not report.", self.path, error.strerror
            )

    def remove(self) -> None:
        """Take the file away."""
        self.path.unlink(missing_ok=True)
        shutil.rmtree(self._hooked, ignore_errors=True)

    def has_hook(self, kernel_file: str) -> bool:
        """Whether the hook is in the kernel with this connection file (its name, or a path).

        Also true when nobody can tell: then nothing of that kernel is reported twice.
        """
        return not self._hooked.is_dir() or (self._hooked / Path(kernel_file).name).exists()

    def hook_of(self, kernel_file: str) -> Hook | None:
        """What the hook in the kernel with this connection file has announced of itself; None when there is none."""
        try:
            content = json.loads((self._hooked / Path(kernel_file).name).read_text())
            session, notebook, reporting = (str(content[name]) for name in ("session", "notebook", "reporting"))
            collectors = tuple(str(address) for address in content.get("collectors") or ())
            return Hook(session, notebook, reporting, collectors, str(content.get("started_as", "")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget(self, kernel_file: str) -> None:
        """The kernel with this connection file is no more."""
        with contextlib.suppress(OSError):
            (self._hooked / Path(kernel_file).name).unlink(missing_ok=True)

    def is_key(self, given: str) -> bool:
        """Whether this is the key, compared in constant time."""
        return secrets.compare_digest(given.encode("utf-8", "replace"), self.key.encode())


def _url(serverapp: ServerApp) -> str:
    """Where a kernel on this machine reaches `/errreport`, whatever address the server listens at."""
    if serverapp.sock:
        return f"{UNIX_SCHEME}localhost{serverapp.base_url}errreport"
    parts = urlsplit(serverapp.connection_url)
    # A server on every address answers on loopback too, while its host name may not even resolve in a container.
    loopback = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "::": "[::1]"}.get(serverapp.ip)  # noqa: S104
    netloc = f"{loopback}:{serverapp.port}" if loopback else parts.netloc
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}/errreport"

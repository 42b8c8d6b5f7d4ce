"""Tells the Jupyter server that the hook is in this kernel, before the kernel's first error.

The server also sees the errors that kernels show, and reports those of kernels without a hook. A file beside its
connection file says which kernels have one, under which session they report, and whether the reader wants them to.
"""

import json
import os
from typing import Any, Sequence

from ..contract import CONNECTION_VARIABLE, SESSION_VARIABLE
from ..own_files import NO_LINK


def announce(shell: Any, session: str, notebook: str, reporting: str, collectors: Sequence[str] = ()) -> None:
    """Leave a file named for this kernel, where the environment names a Jupyter server. Raises OSError.

    `session` is its public id, `notebook` the name that was given to the notebook (empty for none), `reporting` is
    `on`, `off` or `ask`, `collectors` are the addresses of those that this kernel tells of its session itself. The name
    that the notebook had when the kernel was started goes along, for the server to know that it has another by now.
    """
    connection = os.environ.get(CONNECTION_VARIABLE, "")
    application = getattr(getattr(shell, "kernel", None), "parent", None)
    name = os.path.basename(getattr(application, "connection_file", "") or "")
    if connection and name:
        # Its folder is the server's to make and to remove, and missing where the server is gone.
        path = os.path.join(os.path.splitext(connection)[0], name)
        told = {
            "session": session,
            "notebook": notebook,
            "reporting": reporting,
            "collectors": list(collectors),
            "started_as": os.environ.get(SESSION_VARIABLE, ""),
        }
        content = json.dumps(told)
        with os.fdopen(os.open(path + ".partial", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NO_LINK, 0o600), "w") as file:
            file.write(content)
        os.replace(path + ".partial", path)

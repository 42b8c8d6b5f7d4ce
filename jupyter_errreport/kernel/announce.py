"""Tells the Jupyter server that the hook is in this kernel, before the kernel's first error.

The server also sees the errors that kernels show, and reports those of kernels without a hook. A file beside its
connection file says which kernels have one. There is no race: the file is there before the hook catches anything.
"""

import os
from typing import Any


def announce(shell: Any) -> None:
    """Leave a file named for this kernel, where the environment names a Jupyter server. Raises OSError."""
    connection = os.environ.get("JUPYTER_ERRREPORT_CONNECTION", "")
    application = getattr(getattr(shell, "kernel", None), "parent", None)
    name = os.path.basename(getattr(application, "connection_file", "") or "")
    if connection and name:
        # Its folder is the server's to make and to remove, and missing where the server is gone.
        folder = os.path.splitext(connection)[0]
        os.close(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT, 0o600))

"""Where a kernel may keep events: the user's data folder, the runtime folder, the temporary one, and memory."""

import os
import sys
from typing import List, NamedTuple

from .files import Files, MemoryFiles


class Place(NamedTuple):
    """A folder for the spool, and the disk that it is on."""

    root: str
    files: Files

    @property
    def lasts(self) -> bool:
        """Whether what is kept here outlives the process."""
        return not isinstance(self.files, MemoryFiles)


def in_memory() -> List[Place]:
    """Nothing but memory."""
    return [Place("memory", MemoryFiles())]


def of_user() -> List[Place]:
    """The places of this user, best first."""
    import tempfile  # not in the startup of a kernel in which nothing fails

    user = os.getuid() if hasattr(os, "getuid") else 0
    roots = [os.path.join(jupyter_data(), "errreport", "spool")]
    for runtime in (os.environ.get("JUPYTER_RUNTIME_DIR"), os.environ.get("XDG_RUNTIME_DIR")):
        if runtime:
            roots.append(os.path.join(runtime, "errreport-spool"))
    roots.append(os.path.join(tempfile.gettempdir(), f"jupyter-errreport-{user}"))
    files = Files()
    distinct = list(dict.fromkeys(os.path.abspath(root) for root in roots))
    return [Place(root, files) for root in distinct] + in_memory()


def jupyter_data() -> str:
    """Jupyter's data folder, as jupyter_core finds it, which a kernel of IPython 5 may lack."""
    given = os.environ.get("JUPYTER_DATA_DIR")
    if given:
        return given
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Jupyter")
    if os.name == "nt":
        return os.path.join(os.environ.get("APPDATA") or home, "jupyter")
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share"), "jupyter")

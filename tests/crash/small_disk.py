"""A small file system, which can be filled. Where none may be mounted it says so, and is never full."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path

KIB = 4_096


class SmallDisk:
    """A tmpfs of 4 MiB at `folder`, from its making to `close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._filler = folder / "filler"
        command = ["mount", "-t", "tmpfs", "-o", f"size={KIB}k,mode=700", "tmpfs", str(folder)]
        try:
            tried = subprocess.run(command, capture_output=True, text=True)
            self.problem = "" if tried.returncode == 0 else tried.stderr.strip()
        except OSError as error:
            self.problem = str(error)

    def fill(self) -> None:
        """Until not one byte more fits."""
        with contextlib.suppress(OSError), self._filler.open("wb", buffering=0) as file:
            while file.write(b"\0" * 4_096):
                pass

    def empty(self) -> None:
        """Only what others wrote is left."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        """What is on it is kept beside it, to be looked at."""
        if not self.problem:
            self.empty()
            shutil.copytree(self._folder, self._folder.with_name(f"{self._folder.name}-that-was"))
            subprocess.run(["umount", "-l", str(self._folder)], check=True)

"""Small JSON files of this user in Jupyter's data folder, which outlive a kernel. Never needed: missing is empty."""

import json
import os
from typing import Any, Dict

from .places import jupyter_data


def path_of(name: str) -> str:
    """Where a file of ours is; `name` may have folders in it."""
    return os.path.join(jupyter_data(), "errreport", *name.split("/"))


def read(name: str) -> Dict[str, Any]:
    """What a file holds; nothing when it can't be read, or is no JSON object."""
    try:
        with open(path_of(name), encoding="utf-8") as file:
            content = json.load(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write(name: str, content: Dict[str, Any]) -> None:
    """Replace a file, for this user's eyes only; nobody ever reads half of one. Raises OSError."""
    path = path_of(name)
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    partial = f"{path}.{os.getpid()}-{os.urandom(4).hex()}"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(partial, path)
    except OSError:
        os.remove(partial)
        raise

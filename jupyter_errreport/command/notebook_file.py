"""A notebook's file as the commands read it."""

import json
from pathlib import Path
from typing import Any, Dict, List, NamedTuple


class Notebook(NamedTuple):
    """What the commands need of a notebook."""

    language: str
    code_cells: List[Dict[str, Any]]
    """As nbformat has them, in their order."""


def read_notebook(path: str) -> Notebook:
    """The notebook in a file; raises OSError or ValueError (with what is wrong) for a file that is none."""
    notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("it has no list of cells (notebooks of nbformat 4 have one)")
    metadata = notebook.get("metadata") or {}
    language = (metadata.get("kernelspec") or {}).get("language") or (metadata.get("language_info") or {}).get("name")
    code_cells = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return Notebook(whole(language) or "python", code_cells)


def whole(value: Any) -> str:
    """A text that nbformat may keep as a list of its lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""

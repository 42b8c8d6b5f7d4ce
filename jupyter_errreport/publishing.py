"""Sends an author's own code cells to their collector, and says what became of them.

Of the command and of the panel in JupyterLab alike.
"""

import json
from typing import Any, Dict, List, NamedTuple, Sequence
from urllib.parse import quote

from .contract import BODY_LIMIT
from .delivery.asking import NoAnswer, ask
from .delivery.destination import Destination
from .printable import printable
from .source import SOURCE_LIMIT, cell_hash

TIMEOUT = 20.0
"""Seconds that a collector has for its answer."""


class CannotPublish(Exception):  # noqa: N818 - the name says what is the case
    """Why nothing was published, and what to do."""


class Answer(NamedTuple):
    """What a collector says."""

    status: int
    body: Dict[str, Any]
    """Empty when it is no JSON object."""


def published_cells(sources: Sequence[str], language: str) -> List[Dict[str, str]]:
    """Code cells as they are sent, each with the hash by which readers' errors find it."""
    cells = []
    for source in sources:
        identity = cell_hash(source, language)
        cells.append({"source": source} if identity is None else {"source": source, "cell_hash": identity})
    return cells


def body_of(source: Dict[str, Any]) -> bytes:
    """What is sent of a notebook's source (`language`, `cells`). Raises `CannotPublish` when it is too much."""
    body = json.dumps(source).encode("ascii")
    check_size(source["cells"], len(body))
    return body


def check_size(cells: List[Dict[str, str]], size: int) -> None:
    """Raise `CannotPublish`, which names the cells, when this is more than a collector takes."""
    too_long = [
        f"cell {number} ({len(cell['source']):,} characters)"
        for number, cell in enumerate(cells, 1)
        if len(cell["source"]) > SOURCE_LIMIT
    ]
    if not too_long and size > BODY_LIMIT:
        by_length = sorted(enumerate(cells, 1), key=lambda item: -len(item[1]["source"]))
        too_long = [f"cell {number} ({len(cell['source']):,} characters)" for number, cell in by_length[:3]]
    if too_long:
        raise CannotPublish(
            f"this is too much: a cell may have {SOURCE_LIMIT:,} characters, all together {BODY_LIMIT:,} bytes. The"
            f" longest: {', '.join(too_long)}. Move data out of them, into files. Nothing was sent."
        )


def send(receiver: Destination, name: str, body: bytes) -> Answer:
    """The answer of a collector. Raises `CannotPublish` when there is none."""
    try:
        (answer,) = ask(receiver, "PUT", [f"notebooks/{quote(name, safe='')}/source"], TIMEOUT, body)
    except NoAnswer as error:
        raise CannotPublish(
            f"{printable(str(error))}; nothing was published. Is the address right, and does the collector run?"
        ) from error
    content = answer.json
    return Answer(answer.status, content if isinstance(content, dict) else {})


def said(answer: Answer, label: str) -> str:
    """What became of it. Raises `CannotPublish` when nothing did."""
    place = printable(label)
    if answer.status == 200 and "version" in answer.body:
        version = printable(str(answer.body["version"]))
        if answer.body.get("status") == "unchanged":
            done = f"Nothing has changed since version {version}; {place} keeps that."
        else:
            done = (
                f"Published as version {version}. Errors of these cells are shown in them from now on, also old ones."
            )
        return " ".join([done, *_without_errors(answer.body)])
    sentence = printable(str(answer.body.get("message", "")))
    hints = {
        401: "The token is not known there. Ask the collector's operator for one of the role author.",
        403: "The token does not give the right to publish this notebook. It takes one of the role author, for this"
        " notebook's name (see --name).",
        404: "Is this the address of a collector, and is that new enough (`publish` came with 0.1)?",
    }
    parts = [f"{place} answered {answer.status}; nothing was published.", sentence, hints.get(answer.status, "")]
    raise CannotPublish(" ".join(part for part in parts if part))


def _without_errors(answer: Dict[str, Any]) -> List[str]:
    """What to do when no error has this name: ErrorServer(notebook=...), or readers' copies, may have another."""
    if answer.get("errors") != 0:
        return []
    name, similar = printable(str(answer.get("notebook", ""))), answer.get("similar")
    said = [f'So far no error has come under the name "{name}".']
    if isinstance(similar, list) and similar:
        listed = ", ".join(f'"{printable(str(other))}"' for other in similar[:10])
        said.append(
            f"There are errors of {listed}: if one of these is this notebook, publish with --name, or say so on its"
            " page."
        )
    return said

"""`jupyter errreport publish`: an author's own code cells go to their collector, which shows readers' errors in them.

What a source map is for a web page: a reader's kernel sends only the hash of a cell, by which the collector finds it.
"""

import argparse
import json
import os
import sys
from typing import Any, Dict, List, NamedTuple
from urllib.parse import quote

from ..contract import BODY_LIMIT, TOKEN_VARIABLE, URL_VARIABLE
from ..delivery.destination import Destination
from ..delivery.transport import Transport
from ..privacy.names import public_notebook
from ..source import SOURCE_LIMIT, cell_hash
from .notebook_file import printable, read_notebook, whole

TIMEOUT = 20.0


class CannotPublish(Exception):  # noqa: N818 - the name says what is the case
    """Why nothing was published, and what to do."""


class Answer(NamedTuple):
    """What a collector says."""

    status: int
    body: Dict[str, Any]
    """Empty when it is no JSON object."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Sends the code cells of your notebook (no outputs, no text cells) to your collector. It then shows every"
        " reader's error in your own cell, with the failing line marked: no literal leaves a reader's kernel, those"
        " that are shown are yours. They can be seen by whoever may read errors there."
    )
    parser.add_argument("notebook", metavar="NOTEBOOK.ipynb")
    parser.add_argument("--collector", metavar="URL", help=f"default: the environment's {URL_VARIABLE}")
    parser.add_argument(
        "--token", help=f"of the role author (`jupyter errreport token create`); better set {TOKEN_VARIABLE}"
    )
    parser.add_argument("--name", help="what errors call the notebook: ErrorServer(notebook=...); default: the file's")
    parser.add_argument("--release", help="which version of the notebook this is, as ErrorServer(release=...) says it")


def run(args: argparse.Namespace) -> int:
    """Publish; the exit status."""
    try:
        print(publish(args))
    except CannotPublish as problem:
        print(f"jupyter errreport publish: {problem}", file=sys.stderr)
        return 1
    return 0


def publish(args: argparse.Namespace) -> str:
    """Say what goes where, send it, and return what became of it. Raises `CannotPublish`."""
    url = args.collector or os.environ.get(URL_VARIABLE, "")
    token = args.token or os.environ.get(TOKEN_VARIABLE, "")
    if not url:
        raise CannotPublish(f"where to? Name the collector with --collector URL, or set {URL_VARIABLE}.")
    if not token:
        raise CannotPublish(
            f"this needs a token of the role author. Set {TOKEN_VARIABLE}, or give --token. The collector's operator"
            " makes one: jupyter errreport token create --role author"
        )
    name = args.name or public_notebook(args.notebook)
    source = read_source(args.notebook, args.release)
    body = json.dumps(source).encode("ascii")
    check_size(source["cells"], len(body))
    receiver = Destination.collector(url, token)
    print(
        f"{printable(args.notebook)}: {_plural(len(source['cells']), 'code cell')} ({len(body):,} bytes) go to"
        f' {printable(receiver.label)} as "{printable(name)}". All that stands in them goes along, literals and'
        " comments too; no outputs.",
        flush=True,
    )
    return said(send(receiver, name, body), receiver.label)


def read_source(path: str, release: str = "") -> Dict[str, Any]:
    """What is sent of a notebook. Raises `CannotPublish`."""
    try:
        notebook = read_notebook(path)
    except (OSError, ValueError) as problem:
        raise CannotPublish(f"{path} can't be read as a notebook: {problem}") from problem
    cells = []
    for cell in notebook.code_cells:
        source = whole(cell.get("source"))
        identity = cell_hash(source, notebook.language)
        cells.append({"source": source} if identity is None else {"source": source, "cell_hash": identity})
    if not cells:
        raise CannotPublish(f"{path} has no code cells; nothing was sent.")
    sent = {"language": notebook.language, "cells": cells}
    return dict(sent, release=release) if release else sent


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
    transport = Transport(receiver)
    try:
        response = transport.put(f"notebooks/{quote(name, safe='')}/source", body, TIMEOUT)
    except Exception as error:  # requests' own, and what proxies and broken TLS set-ups raise
        raise CannotPublish(
            f"{printable(receiver.label)} could not be reached ({type(error).__name__}); nothing was published. Is the"
            " address right, and does the collector run?"
        ) from error
    finally:
        transport.close()
    try:
        answer = json.loads(response.content.decode("utf-8"))
    except ValueError:
        answer = None
    return Answer(response.status_code, answer if isinstance(answer, dict) else {})


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


def _plural(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

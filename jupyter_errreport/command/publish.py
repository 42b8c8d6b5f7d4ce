"""`jupyter errreport publish`: an author's own code cells go to their collector, which shows readers' errors in them.

What a source map is for a web page: a reader's kernel sends only the hash of a cell, by which the collector finds it.
"""

import argparse
import os
import sys
from typing import Any, Dict

from ..contract import TOKEN_VARIABLE, URL_VARIABLE
from ..delivery.destination import Destination
from ..printable import printable
from ..privacy.names import public_notebook
from ..publishing import CannotPublish, body_of, published_cells, said, send
from .notebook_file import read_notebook, whole


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
    body = body_of(source)
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
    cells = published_cells([whole(cell.get("source")) for cell in notebook.code_cells], notebook.language)
    if not cells:
        raise CannotPublish(f"{path} has no code cells; nothing was sent.")
    sent = {"language": notebook.language, "cells": cells}
    return dict(sent, release=release) if release else sent


def _plural(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

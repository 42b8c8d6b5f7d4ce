"""`jupyter errreport mcp`: people's assistants read a collector, over standard input and output."""

import argparse
import os
import sys
from pathlib import Path

from ..address import read_address
from ..contract import TOKEN_VARIABLE, URL_VARIABLE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "A server of the Model Context Protocol for an assistant of yours, which starts it and talks to it over"
        " standard input and output. It only reads: groups of errors, one group, its author's cell, and a search."
    )
    parser.add_argument("--url", metavar="URL", help=f"the collector; default: the environment's {URL_VARIABLE}")
    parser.add_argument(
        "--token",
        help=f"of the role read (`jupyter errreport token create --role read`); better set {TOKEN_VARIABLE},"
        " since other users of this machine see a program's arguments",
    )
    parser.add_argument("--db", metavar="URL", help="instead of a collector its database, on this machine or a server")


def run(args: argparse.Namespace) -> int:
    """Serve until the end of the input; the exit status."""
    url = args.url or os.environ.get(URL_VARIABLE, "")
    if args.db and args.url:
        return _refuse("Name a collector with --url, or its database with --db, not both.")
    if not args.db and not url:
        return _refuse(f"Which collector? Name it with --url URL (or set {URL_VARIABLE}), or its database with --db.")
    from ..assistant.server import make_server
    from ..assistant.source import CollectorSource, DatabaseSource
    from ..store import Database, StoreError

    if not args.db:
        address = read_address(url)
        if address.problem:
            return _refuse(address.problem)
        token = args.token or os.environ.get(TOKEN_VARIABLE, "") or address.token
        make_server(CollectorSource(address.url, token)).run("stdio")
        return 0
    if "://" not in args.db and not Path(args.db).exists():
        return _refuse(f"There is no database at {args.db}.")
    try:
        database = Database(args.db)
        database.start()
    except StoreError as error:
        return _refuse(str(error))
    try:
        make_server(DatabaseSource(database)).run("stdio")
    finally:
        database.close()
    return 0


def _refuse(sentence: str) -> int:
    print(f"jupyter errreport mcp: {sentence}", file=sys.stderr)
    return 1

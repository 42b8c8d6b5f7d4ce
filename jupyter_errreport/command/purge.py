"""`jupyter errreport purge`: erase from a collector's database what a reader, or the law, asks to have erased."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..store import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--session", metavar="ID", help="a reader's session and its errors: its key, or its id as lists show it"
    )
    what.add_argument(
        "--containing", metavar="TEXT", help="errors with this text in their name, message or first line, in any case"
    )
    what.add_argument("--notebook", metavar="NAME", help="all of a notebook: errors, sessions, decisions, its source")
    what.add_argument("--older-than", metavar="DAYS", type=_days, help="errors and sessions older than that")
    parser.add_argument("--db", metavar="URL", help="the collector's database; default: where it is by default")


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days < 1e5:
        raise argparse.ArgumentTypeError("a number of days above 0 is needed")
    return days


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; the exit status."""
    from errreport_collector.location import default_database

    from ..store import Database, StoreError

    try:
        database = Database(args.db or default_database())
        database.start()
        try:
            deleted = _purge(database, args)
        finally:
            database.close()
    except StoreError as error:
        print(f"jupyter errreport purge: {error}", file=sys.stderr)
        return 1
    print(f"Erased {deleted} errors.")
    print("Backups that were made before still hold them.", file=sys.stderr)
    return 0


def _purge(database: "Database", args: argparse.Namespace) -> int:
    from ..store.events.filters import Filters
    from ..store.retention import purge_some
    from ..store.retention.erasure import Erasure

    erasure = Erasure(database)
    if args.session is not None:
        return erasure.session(args.session)
    if args.notebook is not None:
        return erasure.notebook(args.notebook)
    if args.containing:
        return erasure.errors(Filters(q=args.containing))
    if not args.containing and args.older_than is None:
        raise SystemExit("jupyter errreport purge: --containing needs a text.")
    deleted, is_done = 0, False
    while not is_done:
        # Ids that were deleted are remembered for as long as the collector by itself remembers them.
        some, is_done = database.write(lambda connection: purge_some(connection, args.older_than, 90)).result()
        deleted += some
    return deleted

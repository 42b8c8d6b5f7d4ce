"""`jupyter errreport restore`: a collector's database, made anew from a backup."""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--db", metavar="URL", help="where it shall be; default: where the collector's is by default")
    parser.add_argument(
        "--replace", action="store_true", help="move a SQLite database that is there aside, under a name with the time"
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="what `backup` has written")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; the exit status."""
    from errreport_collector.location import default_database

    from ..store import StoreError
    from ..store.backup import restore

    place = args.db or str(default_database())
    try:
        restore(args.file, place, args.replace)
    except StoreError as error:
        print(f"jupyter errreport restore: {error}", file=sys.stderr)
        return 1
    print(f"{args.file} is restored and checked. Start the collector with the same --db.")
    return 0

"""`jupyter errreport backup`: a copy of a collector's database, made while it runs."""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--db", metavar="URL", help="the collector's database; default: where it is by default")
    parser.add_argument("file", metavar="FILE", type=Path, help="where the copy shall be; it must not be there yet")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; the exit status."""
    from errreport_collector.location import default_database

    from ..store import StoreError
    from ..store.backup import back_up

    try:
        back_up(args.db or str(default_database()), args.file)
    except StoreError as error:
        print(f"jupyter errreport backup: {error}", file=sys.stderr)
        return 1
    print(f"{args.file} has all that was stored before; it holds the hashes of tokens, so keep it as you keep those.")
    return 0

"""`jupyter errreport migrate`: move a collector to another database."""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "--from", dest="source", required=True, metavar="URL", help="where it is: the path of a SQLite file, or a URL"
    )
    parser.add_argument(
        "--to", dest="target", required=True, metavar="URL", help="where it shall be: postgresql://user@host/name"
    )


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; the exit status."""
    from ..store import Database, StoreError
    from ..store.transfer import TransferError, transfer

    opened = []
    try:
        source, target = Database(args.source), Database(args.target)
        if source.kind == "sqlite" and not Path(source.path).is_file():
            raise StoreError(f"There is no database at {source.path}.")
        for database in (source, target):
            database.start()
            opened.append(database)
        counts = transfer(source, target)
    except (StoreError, TransferError) as error:
        print(f"jupyter errreport migrate: {error}", file=sys.stderr)
        return 1
    finally:
        for database in opened:
            database.close()
    for table, count in counts.items():
        print(f"{count:>10}  {table}")
    print(
        f"All of it is now in {target.name}, and each row was compared. What arrived in {source.name} meanwhile is not:"
        f" the collector should not run until it is started with --db of the new one."
    )
    return 0

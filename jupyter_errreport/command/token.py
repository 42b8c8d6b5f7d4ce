"""`jupyter errreport token`: make, list and revoke the tokens of a collector."""

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..contract import ROLES

if TYPE_CHECKING:
    from ..store import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="create|list|revoke")
    create = actions.add_parser("create", help="make a token and print it, this once, alone")
    create.add_argument(
        "--role",
        required=True,
        choices=ROLES,
        help="report: add errors; read: also see them; author: also publish a notebook's"
        " source and make its keys; admin: also delete, and make tokens",
    )
    create.add_argument("--notebook", metavar="PATTERN", help="only for notebooks of this name; * and ? as in a shell")
    listing = actions.add_parser("list", help="show all tokens (their ids, never the tokens)")
    revoke = actions.add_parser("revoke", help="make a token worthless at once")
    revoke.add_argument("id", help="as `token list` shows it")
    for action in (create, listing, revoke):
        action.add_argument("--db", metavar="URL", help="the collector's database; default: where it is by default")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; the exit status."""
    from errreport_collector.location import default_database

    from ..store import Database, StoreError

    actions: dict[str, Callable[[Database, argparse.Namespace], int]] = {
        "create": _create,
        "list": _list,
        "revoke": _revoke,
    }
    try:
        database = Database(args.db or default_database())
        database.start()
    except StoreError as error:
        print(f"jupyter errreport token: {error}", file=sys.stderr)
        return 1
    try:
        return actions[args.action](database, args)
    except StoreError as error:
        print(f"jupyter errreport token: {error}", file=sys.stderr)
        return 1
    finally:
        database.close()


def _create(database: "Database", args: argparse.Namespace) -> int:
    from ..store.tokens import create_token

    print(database.write(lambda connection: create_token(connection, args.role, args.notebook)).result())
    return 0


def _list(database: "Database", args: argparse.Namespace) -> int:
    from ..store.tokens import list_tokens

    rows = database.read(list_tokens).result()
    if not rows:
        print("There are no tokens. Make one with `jupyter errreport token create --role read`.", file=sys.stderr)
    for row in rows:
        state = f"revoked {row['revoked_at'][:16]}" if row["revoked_at"] else "valid"
        used = f"last used {row['last_used_at'][:16]}" if row["last_used_at"] else "never used"
        made = f"created {row['created_at'][:16]}"
        print(f"{row['id']}  {row['role']:<6}  {row['notebook'] or '*'}  {made}  {used}  {state}")
    return 0


def _revoke(database: "Database", args: argparse.Namespace) -> int:
    from ..store.tokens import revoke_token

    if database.write(lambda connection: revoke_token(connection, args.id)).result():
        return 0
    print(f"jupyter errreport token: no valid token has the id {args.id}.", file=sys.stderr)
    return 1

"""What the planner of either database says of a statement."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from jupyter_errreport.store import Database


_JOINED = {"outbox", "comments"}
"""Of what is deleted along with errors PostgreSQL chooses by its statistics which table to begin with: here it has none."""


def scans(connection: Connection, statement: str, parameters: Any = ()) -> list[tuple[str, bool]]:
    """The tables that it reads without a condition on an index, and whether it reads an index of them in its order."""
    if connection.dialect.name == "postgresql":
        nodes = list(_nodes(connection, statement, parameters))
        reads = [node for node in nodes if node["Node Type"].endswith("Scan") and "Relation Name" in node]
        return [
            (node["Relation Name"], "Index" in node["Node Type"])
            for node in reads
            if "Index Cond" not in node and node["Relation Name"] not in _JOINED
        ]
    tables = dict(re.findall(r"(?:FROM|JOIN|,) (\w+) AS (\w+)", statement))
    names = {alias: table for table, alias in tables.items()}
    found = []
    for step in _steps(connection, statement, parameters):
        scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX)?", step)
        if scan is not None:
            found.append((names.get(scan[1], scan[1]), "USING" in scan[0]))
    return found


def scans_and_sorts(database: Database, statement: str) -> list[str]:
    """The steps of its plan that read a whole table, or sort."""

    def work(connection: Connection) -> list[str]:
        if connection.dialect.name == "postgresql":
            kinds = [node["Node Type"] for node in _nodes(connection, statement, ())]
            return [kind for kind in kinds if "Sort" in kind or kind == "Seq Scan"]
        steps = _steps(connection, statement, ())
        return [step for step in steps if "TEMP B-TREE" in step or ("SCAN" in step and "INDEX" not in step)]

    return database.read(work).result(5)


def _steps(connection: Connection, statement: str, parameters: Any) -> list[str]:
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def _nodes(connection: Connection, statement: str, parameters: Any) -> Iterator[dict[str, Any]]:
    for kind in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
    (whole,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    waiting = [whole["Plan"]]
    while waiting:
        node = waiting.pop(0)
        yield node
        waiting += node.get("Plans", [])


def pretend_to_be_large(connection: Connection) -> None:
    """Have PostgreSQL's planner believe that there is a million of everything: of a few rows it reads all."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "UPDATE pg_class SET reltuples = 1000000, relpages = 1"
            " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        )

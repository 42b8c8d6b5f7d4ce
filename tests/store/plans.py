"""What the planner of either database says of a statement."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection

from jupyter_errreport.store import Database

_JOINED = {"outbox", "comments", "bringers"}
"""What is deleted along with errors: PostgreSQL has statistics that say with which table to begin, but not here."""


@contextlib.contextmanager
def recording(connection: Connection, record: Callable[[str], None]) -> Iterator[None]:
    """Tell of the statements that go to the driver meanwhile, with their parameters written into them."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        usual, driver.cursor_factory = driver.cursor_factory, _recording_cursor(record)
    else:
        driver.set_trace_callback(record)
    try:
        yield
    finally:
        if connection.dialect.name == "postgresql":
            driver.cursor_factory = usual
        else:
            driver.set_trace_callback(None)


def _recording_cursor(record: Callable[[str], None]) -> Any:
    import psycopg

    class Recording(psycopg.ClientCursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            record(self.mogrify(query, params))
            return super().execute(query, params, **more)

        def executemany(self, query: Any, params_seq: Any, **more: Any) -> Any:
            rows = list(params_seq)
            record(self.mogrify(query, rows[0]))
            return super().executemany(query, rows, **more)

    return Recording


def scans(connection: Connection, statement: str) -> list[tuple[str, bool]]:
    """The tables that it reads without a condition on an index, and whether it reads an index of them in its order."""
    if connection.dialect.name == "postgresql":
        nodes = list(_nodes(connection, statement))
        reads = [node for node in nodes if node["Node Type"].endswith("Scan") and "Relation Name" in node]
        return [
            # A month of errors is a table of its own; of an empty one nothing is read, in whichever way.
            (re.sub(r"^errors_.*", "errors", node["Relation Name"]), "Index" in node["Node Type"])
            for node in reads
            if "Index Cond" not in node
            and node["Relation Name"] not in _JOINED
            and not (node["Relation Name"].startswith("errors_") and _is_empty(connection, node["Relation Name"]))
        ]
    tables = dict(re.findall(r"(?:FROM|JOIN|,) (\w+) AS (\w+)", statement))
    names = {alias: table for table, alias in tables.items()}
    found = []
    for step in _steps(connection, statement):
        # `SCAN 2 CONSTANT ROWS` are the rows of an insert.
        scan = re.match(r"SCAN (?!\d+ CONSTANT)(\w+)(?: USING (?:COVERING )?INDEX)?", step)
        if scan is not None:
            found.append((names.get(scan[1], scan[1]), "USING" in scan[0]))
    return found


def plan_of(connection: Connection, statement: str) -> list[str]:
    """The steps of its plan, as the database tells them."""
    if connection.dialect.name == "postgresql":
        return [str(node.get("Index Name", node["Node Type"])) for node in _nodes(connection, statement)]
    return _steps(connection, statement)


def scans_and_sorts(database: Database, statement: str) -> list[str]:
    """The steps of its plan that read a whole table, or sort."""

    def work(connection: Connection) -> list[str]:
        if connection.dialect.name == "postgresql":
            kinds = [node["Node Type"] for node in _nodes(connection, statement)]
            return [kind for kind in kinds if "Sort" in kind or kind == "Seq Scan"]
        steps = _steps(connection, statement)
        return [step for step in steps if "TEMP B-TREE" in step or ("SCAN" in step and "INDEX" not in step)]

    return database.read(work).result(5)


def _steps(connection: Connection, statement: str) -> list[str]:
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]


def _is_empty(connection: Connection, table: str) -> bool:
    return connection.exec_driver_sql("SELECT pg_relation_size(CAST(%s AS regclass))", (table,)).scalar_one() == 0


def _nodes(connection: Connection, statement: str) -> Iterator[dict[str, Any]]:
    for kind in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
    doubled = statement.replace("%", "%%")
    (whole,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {doubled}").scalar_one()
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

"""Everything that is in a database, to look for what must not be there."""

from sqlalchemy import select

from jupyter_errreport.store import Database
from jupyter_errreport.store.schema import metadata


def everything_in(database: Database) -> bytes:
    """All rows of all tables; of a file its bytes too, in which there is more. Closes it."""

    def work(connection: object) -> str:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])  # type: ignore[attr-defined]

    rows = database.read(work).result(5).encode()
    database.close()
    return rows + (database.path.read_bytes() if database.kind == "sqlite" else b"")

"""How much a database takes."""

from sqlalchemy import Connection, text


def database_bytes(connection: Connection) -> int:
    """The bytes of its tables and indexes, free pages among them; of SQLite without its write-ahead log."""
    if connection.dialect.name == "postgresql":
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())

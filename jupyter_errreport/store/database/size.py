"""How much of the disk a database uses."""

from sqlalchemy import Connection


def used_bytes(connection: Connection) -> int:
    """Bytes of its file, without what deleting has made free in it; on PostgreSQL of all its files, as they are."""
    if connection.dialect.name == "postgresql":
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    pages, free, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size

"""Errors, sessions and tokens in a database: the one place that knows SQL.

`Database` owns the connections; the other modules are functions that take one, so that several of them can share a
transaction: `database.write(lambda connection: insert_errors(connection, ...))`.
"""

from .database import Database, DatabaseTooNew, DatabaseUnavailable, StoreError, WriteFailed
from .limits import Limits

__all__ = ["Database", "DatabaseTooNew", "DatabaseUnavailable", "Limits", "StoreError", "WriteFailed"]

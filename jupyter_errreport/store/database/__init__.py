"""The database as such: where it is, its connections, threads and locks, and how it gets its tables.

Nothing in here knows what is kept.
"""

from .database import Database
from .failures import DatabaseTooNew, DatabaseUnavailable, StoreError, WriteFailed

__all__ = ["Database", "DatabaseTooNew", "DatabaseUnavailable", "StoreError", "WriteFailed"]

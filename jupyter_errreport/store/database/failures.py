"""The ways in which a database fails us. Each message is a sentence for the operator."""


class StoreError(Exception):
    """The database could not do what was asked."""


class DatabaseUnavailable(StoreError):  # noqa: N818 - the name says what is the case
    """It can't be opened: locked, read-only, not a database, or where write-ahead logging does not work."""


class DatabaseTooNew(StoreError):  # noqa: N818 - the name says what is the case
    """It was written by a newer release, whose tables this one does not know."""


class WriteFailed(StoreError):  # noqa: N818 - the name says what is the case
    """Nothing of this write is in the database; the same write may succeed later."""

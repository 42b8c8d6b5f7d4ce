"""What is PostgreSQL's own: opening and migrating it. All else is tested with SQLite's tests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from jupyter_errreport.store import Database, DatabaseTooNew, DatabaseUnavailable
from jupyter_errreport.store.engine import writing_engine
from jupyter_errreport.store.group_schema import groups
from jupyter_errreport.store.location import database_url
from tests.support.postgresql import PostgreSQL


@pytest.fixture
def url(postgresql: PostgreSQL) -> Iterator[str]:
    with postgresql.database() as url:
        yield url


def opened(url: str) -> None:
    database = Database(url)
    database.start()
    database.close()


def execute(url: str, statement: str) -> None:
    engine = writing_engine(database_url(url))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_new_database_has_the_tables_of_the_schema(url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), groups.metadata))

    opened(url)
    database = Database(url)
    database.start()
    assert database.read(differences).result(20) == []
    assert database.kind == "postgresql"
    database.close()


def test_of_several_that_start_at_once_one_makes_the_tables(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for started in [pool.submit(opened, url) for _ in range(4)]:
            started.result(60)


def test_one_that_is_not_there_is_named_without_its_password() -> None:
    database = Database("postgresql://somebody:the-password@127.0.0.1:1/errors")
    with pytest.raises(DatabaseUnavailable) as caught:
        database.start()
    assert "127.0.0.1" in str(caught.value)
    assert "the-password" not in str(caught.value)


def test_another_programs_tables_are_left_alone(url: str) -> None:
    execute(url, "CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(DatabaseUnavailable, match="another program's tables"):
        opened(url)


def test_a_newer_releases_database_is_left_alone(url: str) -> None:
    opened(url)
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseTooNew, match="newer"):
        opened(url)


def test_readers_can_not_write(url: str) -> None:
    database = Database(url)
    database.start()
    with pytest.raises(Exception, match="read-only"):
        database.read(lambda connection: connection.execute(text("DELETE FROM errors"))).result(20)
    database.close()

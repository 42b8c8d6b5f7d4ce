from datetime import datetime, timezone
from typing import get_args

import pytest

from jupyter_errreport.api.http.access import Access
from jupyter_errreport.contract import ROLES, Role, may
from jupyter_errreport.store import Database
from jupyter_errreport.store.keys.token_list import tokens_page
from jupyter_errreport.store.settings import secret
from jupyter_errreport.store.tokens import (
    USE_SECONDS,
    create_token,
    find_token,
    list_tokens,
    note_uses,
    revoke_token,
    token_hash,
)

from .contents import everything_in


def test_a_token_opens_until_it_is_revoked(database: Database) -> None:
    token = database.write(lambda connection: create_token(connection, "read", "dock*")).result(5)
    found = database.read(lambda connection: find_token(connection, token_hash(token))).result(5)
    assert found is not None
    assert (found.role, found.notebook) == ("read", "dock*")
    assert database.write(lambda connection: revoke_token(connection, found.id)).result(5)
    assert not database.write(lambda connection: revoke_token(connection, found.id)).result(5)
    assert database.read(lambda connection: find_token(connection, token_hash(token))).result(5) is None


def test_a_token_is_neither_in_the_database_nor_in_the_list(database: Database) -> None:
    token = database.write(lambda connection: create_token(connection, "admin")).result(5)
    assert token not in str(database.read(list_tokens).result(5))
    assert token.encode() not in everything_in(database)


def test_a_secret_stays_the_same(database: Database) -> None:
    first = database.write(lambda connection: secret(connection, "salt")).result(5)
    assert database.write(lambda connection: secret(connection, "salt")).result(5) == first
    assert database.write(lambda connection: secret(connection, "other")).result(5) != first


def test_the_roles_are_those_of_the_contract_each_with_the_rights_of_those_before() -> None:
    assert get_args(Role) == ROLES
    assert set(get_args(Access)) == {"open", *ROLES}
    for place, role in enumerate(ROLES):
        assert [access for access in ROLES if may(role, access)] == list(ROLES[: place + 1])
        assert may(role, "open")


def test_a_token_is_for_a_notebook_under_any_of_its_names(database: Database) -> None:
    for pattern, kept in (("lessons/dock.ipynb", "dock"), ("Copy of dock*", "dock*"), ("lessons/*", "lessons/*")):
        token = database.write(lambda connection, pattern=pattern: create_token(connection, "read", pattern)).result(5)
        found = database.read(lambda connection, token=token: find_token(connection, token_hash(token))).result(5)
        assert found is not None
        assert found.notebook == kept


def make(database: Database, role: Role, pattern: str | None = None) -> tuple[str, str]:
    """The token and its id."""
    token = database.write(lambda connection: create_token(connection, role, pattern)).result(5)
    found = database.read(lambda connection: find_token(connection, token_hash(token))).result(5)
    assert found is not None
    return token, found.id


@pytest.mark.parametrize("role", ROLES)
def test_a_token_begins_with_its_role(database: Database, role: Role) -> None:
    token, _ = make(database, role)
    assert token.startswith(f"{role}_")
    assert len(token) > 40


def test_a_use_is_kept_once_a_minute(database: Database, later: list[float]) -> None:
    _, used = make(database, "read")
    make(database, "read")

    def last_use(seconds: float) -> str | None:
        later[0] += seconds
        database.write(lambda connection: note_uses(connection, [used])).result(5)
        uses = {row["id"]: row["last_used_at"] for row in database.read(list_tokens).result(5)}
        assert [use for token_id, use in uses.items() if token_id != used] == [None]
        return uses[used]

    first = last_use(0)
    assert first is not None
    assert last_use(USE_SECONDS - 5) == first
    assert last_use(10) > first
    assert datetime.fromisoformat(first.replace("Z", "+00:00")).tzinfo == timezone.utc


def test_tokens_of_other_notebooks_are_neither_listed_nor_revoked(database: Database) -> None:
    ids = {pattern: make(database, "admin", pattern)[1] for pattern in (None, "*", "dock*", "dock", "doc?", "fold")}

    def listed(scope: str | None) -> set[str]:
        page = database.read(lambda connection: tokens_page(connection, scope, 100)).result(5)
        return {item["id"] for item in page.items}

    assert listed(None) == set(ids.values())
    assert listed("dock*") == {ids["dock*"], ids["dock"]}
    for pattern in (None, "*", "doc?", "fold"):
        assert not database.write(lambda connection, p=pattern: revoke_token(connection, ids[p], "dock*")).result(5)  # type: ignore[misc]
    assert database.write(lambda connection: revoke_token(connection, ids["dock"], "dock*")).result(5)


def test_a_list_of_tokens_goes_on_where_it_ended(database: Database) -> None:
    made = [make(database, "read", pattern)[1] for pattern in ("dock", "fold", "dock", "dock")]
    first = database.read(lambda connection: tokens_page(connection, "doc*", 2)).result(5)
    assert [item["id"] for item in first.items] == [made[3], made[2]]
    second = database.read(lambda connection: tokens_page(connection, "doc*", 2, first.next)).result(5)
    assert ([item["id"] for item in second.items], second.next) == ([made[0]], None)

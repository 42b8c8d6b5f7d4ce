from typing import get_args

from jupyter_errreport.api.http.access import Access
from jupyter_errreport.contract import ROLES, may
from jupyter_errreport.store import Database
from jupyter_errreport.store.settings import secret
from jupyter_errreport.store.tokens import Role, create_token, find_token, list_tokens, revoke_token, token_hash

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

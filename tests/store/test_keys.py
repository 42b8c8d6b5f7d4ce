"""Keys of notebooks, and what is remembered of those that have none."""

import pytest

from jupyter_errreport.store import Database
from jupyter_errreport.store.events.filters import opens
from jupyter_errreport.store.keys.keys import create_key, list_keys, may_have_key, revoke_key
from jupyter_errreport.store.keys.refusals import DAYS, MOST, keep_refusals, list_refusals
from jupyter_errreport.store.names.said import join_name, part_name
from jupyter_errreport.store.scopes import scope_of
from jupyter_errreport.store.tokens import create_token, find_token, list_tokens, token_hash

from .contents import everything_in


def make(database: Database, notebook: str) -> str:
    return database.write(lambda connection: create_key(connection, notebook).token).result(5)


def keys(database: Database, scope: str | None = None, notebook: str | None = None) -> list[tuple[str, str]]:
    """The notebook and the id of each."""
    found = database.read(lambda connection: list_keys(connection, scope, 100, None, notebook)).result(5)
    return [(item["notebook"], item["id"]) for item in found.items]


@pytest.mark.parametrize("name", ["dock", "lessons/Copy of dock.ipynb", "week 1?", "a*b", "50 % _ of it", "Ü 北京"])
def test_a_key_opens_its_notebook_alone_whatever_its_name(database: Database, name: str) -> None:
    token = make(database, name)
    found = database.read(lambda connection: find_token(connection, token_hash(token))).result(5)
    assert found is not None
    assert found.role == "report"
    assert token.startswith("report_")
    assert opens(found.notebook, name)
    for other in ("week 12", "week 1", "axb", "ab", "50 x y of it", "other", "unknown", "Untitled"):
        assert not opens(found.notebook, other)
    assert len(keys(database, None, name)) == 1
    assert keys(database, None, "other") == []
    assert token.encode() not in everything_in(database)


def test_a_key_is_revoked_without_touching_others(database: Database) -> None:
    first, second = make(database, "dock"), make(database, "dock")
    make(database, "fold")
    database.write(lambda connection: create_token(connection, "read", "dock")).result(5)
    database.write(lambda connection: create_token(connection, "report", "do*")).result(5)
    (_, newest), (_, oldest) = keys(database, "do*")
    assert [name for name, _ in keys(database)] == ["fold", "dock", "dock"]
    assert database.write(lambda connection: revoke_key(connection, newest, "do*")).result(5) == "dock"
    assert database.write(lambda connection: revoke_key(connection, newest, "do*")).result(5) is None
    assert [key_id for _, key_id in keys(database, None, "dock")] == [oldest]
    for token, is_valid in ((first, True), (second, False)):
        sha256 = token_hash(token)
        found = database.read(lambda connection, sha256=sha256: find_token(connection, sha256)).result(5)  # type: ignore[misc]
        assert (found is not None) == is_valid


def test_nobody_revokes_keys_of_others_or_what_is_no_key(database: Database) -> None:
    make(database, "fold")
    (_, fold), *_ = keys(database)
    assert database.write(lambda connection: revoke_key(connection, fold, "do*")).result(5) is None
    reader = database.write(lambda connection: create_token(connection, "read", "dock")).result(5)
    found = database.read(lambda connection: find_token(connection, token_hash(reader))).result(5)
    assert found is not None
    assert database.write(lambda connection: revoke_key(connection, found.id, None)).result(5) is None
    assert len(keys(database)) == 1


@pytest.mark.parametrize(("copy", "name"), [("Copy of dock", "dock"), ("week* (1)", "week*"), ("Copy of a?b", "a?b")])
def test_a_copy_that_its_author_has_parted_has_keys_of_its_own(database: Database, copy: str, name: str) -> None:
    make(database, name)
    database.write(lambda connection: part_name(connection, copy, name)).result(5)
    token = make(database, f"lessons/{copy}.ipynb")
    found = database.read(lambda connection: find_token(connection, token_hash(token))).result(5)
    assert found is not None
    assert opens(found.notebook, copy)
    assert not opens(found.notebook, name)
    assert not opens(found.notebook, copy.translate({ord("*"): "xy", ord("?"): "x"}) + "x")
    assert [(key, key_id == found.id) for key, key_id in keys(database, None, copy)] == [(copy, True)]
    assert [(key, key_id == found.id) for key, key_id in keys(database, None, name)] == [(name, False)]
    assert [key for key, _ in keys(database, scope_of(copy))] == [copy]
    assert [key for key, _ in keys(database, scope_of(name))] == [name]
    assert database.write(lambda connection: revoke_key(connection, found.id, scope_of(name))).result(5) is None
    assert database.write(lambda connection: revoke_key(connection, found.id, scope_of(copy))).result(5) == copy
    database.write(lambda connection: create_token(connection, "read", copy)).result(5)
    patterns = database.read(lambda connection: {token["notebook"] for token in list_tokens(connection)}).result(5)
    assert patterns == {scope_of(name), scope_of(copy)}


def test_keys_of_a_name_that_was_joined_are_the_notebooks_too(database: Database) -> None:
    make(database, "my dock")
    make(database, "fold")
    refuse(database, **{"my dock": 2, "fold": 1})
    database.write(lambda connection: join_name(connection, "my dock", "dock")).result(5)
    make(database, "dock")
    for name in ("dock", "my dock", "Copy of my dock.ipynb"):
        assert [key for key, _ in keys(database, None, name)] == ["dock", "my dock"]
    assert [key for key, _ in keys(database, "dock")] == ["dock", "my dock"]
    assert [key for key, _ in keys(database, "my dock")] == ["my dock"]
    assert refused(database, "dock") == refused(database, "my dock") == {"my dock": 2}
    (_, old) = keys(database, "my dock")[0]
    assert database.write(lambda connection: revoke_key(connection, old, "fold")).result(5) is None
    assert database.write(lambda connection: revoke_key(connection, old, "dock")).result(5) == "my dock"


def test_nobody_but_who_has_a_notebook_now_makes_keys_of_its_names(database: Database) -> None:
    def may(scope: str | None, name: str) -> bool:
        return database.read(lambda connection: may_have_key(connection, scope, name)).result(5)

    database.write(lambda connection: join_name(connection, "my dock", "dock")).result(5)
    database.write(lambda connection: part_name(connection, "Copy of dock", "dock")).result(5)
    assert [may(scope, "my dock") for scope in (None, "dock", "my dock", "fold")] == [True, True, True, False]
    assert [may(scope, "Copy of dock") for scope in (None, "Copy of dock", "dock")] == [True, True, False]
    assert [may(scope, "dock (1)") for scope in (None, "dock", "Copy of dock")] == [True, True, False]
    assert not may(None, "Untitled3")


def refuse(database: Database, **counts: int) -> None:
    database.write(lambda connection: keep_refusals(connection, counts)).result(5)


def refused(database: Database, scope: str | None = None) -> dict[str, int]:
    found = database.read(lambda connection: list_refusals(connection, scope)).result(5)
    assert all(set(item) == {"notebook", "refused_at", "count"} for item in found)
    return {item["notebook"]: item["count"] for item in found}


def test_refusals_are_counted_by_notebook_and_forgotten_with_a_key(database: Database) -> None:
    refuse(database, dock=2, fold=1)
    refuse(database, dock=3, Untitled=1)
    assert refused(database) == {"dock": 5, "fold": 1, "Untitled": 1}
    assert refused(database, "*") == {"dock": 5, "fold": 1}
    assert refused(database, "do*") == {"dock": 5}
    make(database, "Copy of dock.ipynb")
    assert refused(database) == {"fold": 1, "Untitled": 1}


def test_made_up_names_push_out_each_other_first(database: Database) -> None:
    refuse(database, dock=1)
    refuse(database, dock=1)
    for start in range(0, 4 * MOST, 30):
        refuse(database, **{f"made up {start + number}": 1 for number in range(30)})
    names = refused(database)
    assert len(names) == MOST
    assert names["dock"] == 2
    for start in range(0, 2 * MOST, 50):
        refuse(database, **{f"again {start + number}": 2 for number in range(50)})
    refuse(database, fold=1)
    names = refused(database)
    assert len(names) == MOST
    assert "fold" in names, "what comes is seen, whatever came before"


def test_a_notebook_that_no_longer_reports_is_forgotten(database: Database, later: list[float]) -> None:
    refuse(database, dock=5)
    later[0] += (DAYS - 1) * 86_400
    refuse(database, fold=1)
    assert set(refused(database)) == {"dock", "fold"}
    later[0] += 2 * 86_400
    refuse(database, fold=1)
    assert refused(database) == {"fold": 2}

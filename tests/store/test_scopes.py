"""What patterns of notebooks open, against what every short name says."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.contract import notebook_identity, notebook_pattern
from jupyter_errreport.store import Database
from jupyter_errreport.store.events.filters import in_scope, opens
from jupyter_errreport.store.schema import refusals
from jupyter_errreport.store.scopes import NOTHING, covers, either_of, notebook_of, regex_of, scope_of

PATTERNS = st.lists(st.sampled_from(["a", "b", "*", "?", "\\*", "\\?", "%", "_"]), max_size=5).map("".join)
BOTH = either_of(["a?b", scope_of("week 1?")])
NAMES = ["".join(chars) for size in range(5) for chars in itertools.product("ab*?", repeat=size)]


@given(PATTERNS, PATTERNS)
def test_a_pattern_that_covers_another_opens_all_that_it_opens(wide: str, narrow: str) -> None:
    opened = [name for name in NAMES if regex_of(narrow).fullmatch(name)]
    if covers(wide, narrow):
        assert all(regex_of(wide).fullmatch(name) for name in opened)
    assert covers(narrow, narrow)
    assert covers("*", narrow)
    assert covers(None, narrow)
    assert not covers(narrow, None)


@given(PATTERNS)
def test_a_pattern_that_opens_a_name_covers_it(wide: str) -> None:
    for name in NAMES:
        assert covers(wide, scope_of(name)) == bool(regex_of(wide).fullmatch(name))


@given(st.lists(PATTERNS, max_size=3), st.lists(PATTERNS, max_size=3))
def test_either_of_several_patterns_opens_what_one_of_them_opens(some: list[str], others: list[str]) -> None:
    one, other = either_of(some), either_of(others)
    assert one is not None and other is not None
    for name in NAMES:
        assert bool(regex_of(one).fullmatch(name)) == any(regex_of(pattern).fullmatch(name) for pattern in some) or (
            not some and name == ""
        )
    if covers(one, other):
        assert all(regex_of(one).fullmatch(name) for name in NAMES if regex_of(other).fullmatch(name))
    assert covers(either_of([*some, *others]), one) or not some
    assert either_of([*some, None]) is None
    assert either_of([]) == NOTHING


@given(st.text("ab*?%_.ü", max_size=8))
def test_the_pattern_of_one_notebook_opens_it_alone(name: str) -> None:
    assert notebook_of(scope_of(name)) == name
    assert [other for other in {*NAMES, name} if regex_of(scope_of(name)).fullmatch(other)] == [name]


@given(st.text("ab*?\\/. ", max_size=12))
def test_no_pattern_that_somebody_types_takes_the_meaning_of_a_star_away(typed: str) -> None:
    assert "\\" not in notebook_pattern(typed)
    assert "\\" not in notebook_identity(typed)


def test_a_database_opens_what_the_program_opens(database: Database) -> None:
    names = ["week 1?", "week 12", "week 1", "a%b", "a_b", "axb", "w*", "wide", "Untitled", "unknown"]
    database.write(
        lambda connection: [
            connection.execute(refusals.insert().values(notebook=name, refused_at="", count=1)) for name in names
        ]
    ).result(5)
    for scope in (
        "*",
        "week 1?",
        scope_of("week 1?"),
        "a%b",
        "a_b",
        "a?b",
        scope_of("w*"),
        "w*",
        "Unt*",
        "week 1*",
        BOTH,
        NOTHING,
    ):
        query = refusals.select().where(in_scope(refusals, scope))
        found = database.read(lambda connection, query=query: set(connection.scalars(query))).result(5)  # type: ignore[misc]
        assert found == {name for name in names if opens(scope, name)}, scope
    assert not opens(scope_of("week 1?"), "week 12")

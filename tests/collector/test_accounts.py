"""What an operator says of accounts: what it gives to whom, and what is refused with a sentence."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from errreport_collector.accounts.people import Grant, Person, Roles, grants_in
from errreport_collector.accounts.settings import ErrReportAccounts
from errreport_collector.handler import CollectorHandler
from errreport_collector.identity import Identity
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from jupyter_errreport.contract import ROLES, may
from jupyter_errreport.store.scopes import regex_of
from jupyter_errreport.store.tokens import token_hash
from tests.support.jupyter_servers import clean_environment

NAMES = ("a", "b", "ab", "ba")
PARTS = st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from([None, "a*", "b*", "?"])), max_size=4)


@given(PARTS, st.sampled_from(["read", "author", "admin"]))
def test_what_several_groups_give_adds_up_and_nothing_more(parts: list[tuple[str, str | None]], access: str) -> None:
    scope = Identity("report", person="p", parts=tuple(parts)).scope_for(access)  # type: ignore[arg-type]
    for name in NAMES:
        allowed = any(
            may(role, access) and (pattern is None or regex_of(pattern).fullmatch(name)) for role, pattern in parts
        )
        assert (scope is None or bool(regex_of(scope).fullmatch(name))) == allowed


def test_words_are_roles_and_notebooks() -> None:
    assert grants_in("author") == (Grant("author", None),)
    assert grants_in(["read", "author: a: b "]) == (Grant("read", None), Grant("author", "a: b"))
    roles = Roles({"g": "read", "*": "read:x"}, {"ada": "admin"})
    assert roles.of(Person("Ada", ("ada",), ("h",))) == [Grant("read", "x"), Grant("admin", None)]
    assert roles.of(Person("ada", ("eve",), ("g",))) == [Grant("read", "x"), Grant("read", None)]
    assert roles.relevant(["g", "secret club"]) == ("g",)


@pytest.mark.parametrize("words", ["", "owner", "author:", "Author", ["read", 4], "author:" + "x" * 201])
def test_what_means_nothing_is_refused(words: object) -> None:
    with pytest.raises(TraitError, match="group_roles"):
        ErrReportAccounts(group_roles={"teachers": words})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--hub"], "--hub is for a service of a JupyterHub"),
        (["--hub", "--ErrReportAccounts.openid_issuer=https://x.example"], "not by both"),
        (["--ErrReportAccounts.openid_issuer=http://x.example"], "does not begin with https://"),
        (["--ErrReportAccounts.openid_issuer=https://x.example"], "public_url"),
        (
            [
                "--ErrReportAccounts.openid_issuer=https://x.example",
                "--ErrReportCollector.public_url=https://y.example",
            ],
            "openid_client_id",
        ),
    ],
)
def test_settings_that_let_nobody_in_are_refused_at_the_start(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "errreport_collector", "--port=0", f"--db={tmp_path}/e.sqlite", *arguments],
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 1
    assert sentence in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


def test_the_token_for_metrics_is_no_business_of_the_hub() -> None:
    asked: list[str] = []

    class Handler(CollectorHandler):
        network = "192.0.2.0"
        running: ClassVar[Any] = SimpleNamespace(metrics_sha256=token_hash("for-prometheus-alone"))

        def __init__(self) -> None:
            """No request."""

        async def identity_of(self, sha256: str) -> None:
            """It is none of ours."""

    async def reporter(token: str, network: str) -> None:
        asked.append(token)

    Handler.running.accounts = SimpleNamespace(reporter=reporter)
    for token in ("for-prometheus-alone", "of-somebodys-server"):
        asyncio.run(Handler()._know_by_token(token))
    assert asked == ["of-somebodys-server"], "also when the Hub is away, metrics are there"

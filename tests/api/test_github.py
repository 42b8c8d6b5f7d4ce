import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jupyter_errreport.api.github import URL_LIMIT, is_repository, issue_url
from tests.support import hostile

GROUP: dict[str, Any] = {
    "group": "f" * 32,
    "error_name": "ValueError",
    "error_message": "unknown residue <res> in <chain>",
    "first_line": "#@title Dock",
    "count": 12,
    "sessions": 5,
    "first_seen": "2026-11-20T08:00:00.000000Z",
    "last_seen": "2026-11-24T08:00:00.000000Z",
    "note": "the author's own",
    "hint": "the author's answer",
    "cells": [{"notebook": "dock.ipynb", "execution_count": 3, "count": 12}],
    "releases": [{"release": "1.2"}],
}


def issue(**changes: Any) -> tuple[str, str]:
    """The title and the body that GitHub's form is filled with."""
    url = issue_url("smith/dock", {**GROUP, **changes})
    assert len(url) <= URL_LIMIT
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "github.com", "/smith/dock/issues/new")
    fields = parse_qs(parts.query, strict_parsing=True)
    assert set(fields) == {"title", "body"}
    return fields["title"][0], fields["body"][0]


def test_the_issue_tells_what_where_and_how_often() -> None:
    title, body = issue()
    assert title == "ValueError: unknown residue <res> in <chain>"
    assert body == (
        "```text\nValueError: unknown residue <res> in <chain>\n```\n\n"
        "First line of the cell:\n\n```text\n#@title Dock\n```\n\n"
        "- notebook ` dock.ipynb `, cell 3: 12\n"
        "- errors: 12, sessions: 5, first seen 2026-11-20, last seen 2026-11-24\n"
        "- releases: ` 1.2 `\n"
        f"- group ` {'f' * 32} ` in jupyter_errreport"
    )


def test_what_its_author_wrote_for_others_is_not_in_it() -> None:
    assert "author" not in "".join(issue())


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL)
def test_hostile_text_stands_in_code_where_it_is_only_text(text: str) -> None:
    names = ("error_name", "error_message", "first_line")
    cell = {"notebook": text, "execution_count": None, "count": 1}
    title, body = issue(**dict.fromkeys(names, text), cells=[cell], releases=[{"release": text}])
    assert not (hostile.CONTROLS | hostile.TURNING) & set(title + body)
    assert "\n" not in title
    assert "`" not in title
    outside = without_code(body)
    assert hostile.MARK in body
    assert hostile.MARK not in outside
    assert not set(outside) & set("@#<>[]!&\\")


def without_code(body: str) -> str:
    """What is left without code blocks and code spans, as CommonMark (0.31, 4.5 and 6.1) finds them."""
    left, fence = [], ""
    for line in body.split("\n"):
        opening = re.match(r"(`{3,})[^`]*\Z", line)
        if fence:
            if re.fullmatch(f"`{{{len(fence)},}} *", line):
                fence = ""
        elif opening:
            fence = opening[1]
        else:
            left.append(re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", line))
    assert not fence
    return "\n".join(left)


def test_a_long_text_is_cut_until_the_address_is_short_enough() -> None:
    long = "🧬" * 1_000
    cells = [{"notebook": long, "execution_count": 1, "count": 1}] * 20
    title, body = issue(error_message=long, first_line=long, cells=cells, releases=[{"release": long}] * 20)
    assert "🧬" in title
    assert "…" in body


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("jupyter/notebook", True),
        ("a-b/c.d_e-f", True),
        ("jupyter", False),
        ("a/b/c", False),
        ("https://github.com/a/b", False),
        ("a/b?title=x", False),
        ("a/b\n", False),
        ("-a/b", False),
        ("", False),
    ],
)
def test_a_repository_is_an_owner_and_a_name(text: str, right: bool) -> None:
    assert is_repository(text) is right

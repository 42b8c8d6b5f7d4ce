"""The address at which GitHub opens a new issue that tells of a group: with nothing but what its errors' kernels sent.

All that comes from them stands in code spans and blocks, where GitHub takes no markup, mention or HTML for more than
text.
"""

import re
from typing import Any
from urllib.parse import urlencode

from ..web.visible import visible

URL_LIMIT = 8_000
"""Characters of the address; GitHub's servers refuse longer ones."""
TITLE_LIMIT = 200
PLACES = 5
"""Cells and releases that are named."""
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
_TICKS = re.compile("`+")


def is_repository(text: str) -> bool:
    """Whether `text` is `owner/name`."""
    return _REPOSITORY.fullmatch(text) is not None


def issue_url(repository: str, group: dict[str, Any]) -> str:
    """Where to open an issue about a group (as `find_group` gives it) in the repository `owner/name`."""
    longest = 1_000
    while True:
        query = urlencode({"title": _title(group, longest), "body": _body(group, longest)})
        url = f"https://github.com/{repository}/issues/new?{query}"
        if len(url) <= URL_LIMIT:
            return url
        longest //= 2  # encoded, a character takes up to twelve


def _title(group: dict[str, Any], longest: int) -> str:
    # A title is no Markdown but for code in backticks.
    return _short(_error(group), min(longest, TITLE_LIMIT)).replace("`", "'")


def _body(group: dict[str, Any], longest: int) -> str:
    parts = [_block(_short(_error(group), longest))]
    if group["first_line"]:
        parts += ["First line of the cell:", _block(_short(group["first_line"], longest))]
    facts = [f"- {_cell(cell, longest)}" for cell in group["cells"][:PLACES]]
    facts.append(
        f"- errors: {group['count']}, sessions: {group['sessions']},"
        f" first seen {group['first_seen'][:10]}, last seen {group['last_seen'][:10]}"
    )
    releases = ", ".join(_span(_short(row["release"], longest)) for row in group["releases"][:PLACES])
    facts += [f"- releases: {releases}"] if releases else []
    facts.append(f"- group {_span(group['group'])} in jupyter_errreport")
    return "\n\n".join([*parts, "\n".join(facts)])


def _error(group: dict[str, Any]) -> str:
    return ": ".join(filter(None, (group["error_name"], group["error_message"])))


def _cell(cell: dict[str, Any], longest: int) -> str:
    place = "" if cell["execution_count"] is None else f", cell {cell['execution_count']}"
    return f"notebook {_span(_short(cell['notebook'], longest))}{place}: {cell['count']}"


def _short(text: str, longest: int) -> str:
    text = " ".join(visible(text[: longest + 1]).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _span(text: str) -> str:
    """`text` as code within a line."""
    fence = "`" * (_longest_run(text) + 1)
    return f"{fence} {text} {fence}"


def _block(text: str) -> str:
    """`text` as a block of code."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)

"""Tells the collector what was decided in this server, by the author's own token.

The server's token for the collector only adds errors: who works in a student's server decides there for nobody else.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..contract import AUTHOR_TOKEN_VARIABLE
from ..delivery import Destination
from ..delivery.asking import NoAnswer, ask
from ..event import group_id
from ..store.groups.groups import GroupChange

TIMEOUT = 3.0
MOST = 20
"""Kinds of error in one group of which the collector is told: as many as anybody merges by hand."""


class Decisions:
    """Tells the collector of what was decided here. Blocks: for a thread."""

    def __init__(self, collector: Destination | None, author_token: str) -> None:
        self._collector = collector
        self._author = collector._replace(token=author_token) if collector and author_token else None

    def tell(self, group: Mapping[str, Any], change: GroupChange) -> str:
        """Why the collector does not know of a change to a group; empty when it does, or there is no collector."""
        if self._collector is None:
            return ""
        if self._author is None:
            return (
                f"Kept on this server only: at {self._collector.label} decisions take the author's own token. If that"
                f" is you, start the server with it in {AUTHOR_TOKEN_VARIABLE}."
            )
        names = [group_id(group["notebook"], row["fingerprint"]) for row in group["fingerprints"][:MOST]]
        return _tell(self._author, names, _sent(change))


def _sent(change: GroupChange) -> dict[str, Any]:
    """A change as `PATCH groups/ID` takes it."""
    until: Any = "again" if change.until_again else None
    if change.until_sessions is not None:
        until = {"sessions": change.until_sessions}
    fields = {"status": change.status, "release": change.release, "until": until}
    fields |= {"note": change.note, "hint": change.hint}
    return {name: value for name, value in fields.items() if value is not None}


def _tell(collector: Destination, groups: list[str], change: dict[str, Any]) -> str:
    """Why a collector does not know of a change to its groups of these ids; empty when it does."""
    body, place = json.dumps(change).encode("ascii"), collector.label
    paths = [f"groups/{quote(name, safe='')}" for name in groups]
    try:
        answers = {answer.status for answer in ask(collector, "PATCH", paths, TIMEOUT, body)}
    except NoAnswer as error:
        return f"Kept on this server only: {error}. Save it again later."
    if 200 in answers:
        return ""
    if answers & {401, 403}:
        return f"Kept on this server only: {place} takes it from a token of the role author, and yours is none."
    if answers == {404}:
        return f"Kept on this server only: {place} does not know this error yet. Save it again when it was sent."
    return f"Kept on this server only: {place} answered {max(answers, default=0)}. Save it again later."

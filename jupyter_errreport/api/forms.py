"""What people do on a group's page: the same decisions as `PATCH groups/ID`, as forms that need no script."""

import asyncio
from typing import ClassVar
from urllib.parse import quote

from sqlalchemy import Connection

from ..contract import DECISION_LIMIT, NUMBER_LIMIT, RELEASE_LIMIT
from ..store.groups.groups import GroupChange, change_group
from ..store.groups.regroupings import merge, split
from .groups import find, regroup
from .http.access import Access
from .http.problem import Problem
from .http.resource import Resource


class Decide(Resource):
    """`groups/ID/decide`."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    depth = 2

    async def post(self, group_id: str) -> None:
        """Do what the pressed button says; leads back to the group's page."""
        group = await find(self, group_id)
        current, scope = group["group"], self.notebook_scope
        action, not_told = self.field("action"), ""
        if action == "merge":
            into = (await find(self, self.field("into").strip()))["group"]
            await regroup(self, lambda connection: merge(connection, current, into, scope))
            current = into
        elif action == "split":
            fingerprint, cell = self.field("fingerprint"), self.field("cell")
            current = await regroup(self, lambda connection: split(connection, current, fingerprint, cell, scope))
        else:
            change = self._change(action)

            def work(connection: Connection) -> bool:
                return change_group(connection, current, change, scope)

            await self.write_db(work)
            if self.service.tell_decision is not None:
                not_told = await asyncio.to_thread(self.service.tell_decision, group, change)
        self.service.listeners.tell()
        self.set_status(303)
        self.set_header("Location", f"../{quote(current, safe='')}{'?kept=here' if not_told else ''}")
        self.finish()

    def field(self, name: str) -> str:
        """A field of the form; empty when it was not sent."""
        return self.get_body_argument(name, "", strip=False)

    def _change(self, action: str) -> GroupChange:
        if action in ("open", "resolved"):
            if action == "open":
                return GroupChange("open")
            return GroupChange("resolved", release=self.field("release")[:RELEASE_LIMIT] or None)
        if action == "ignored":
            until = self.field("until")
            return GroupChange("ignored", until_again=until == "again", until_sessions=self._sessions(until))
        if action in ("note", "hint"):
            text = self.field("text").replace("\r\n", "\n").strip()
            if len(text) > DECISION_LIMIT:
                raise Problem(
                    400,
                    "too_long",
                    f"A {action} has at most {DECISION_LIMIT} characters; nothing was changed. Shorten it.",
                )
            return GroupChange(hint=text) if action == "hint" else GroupChange(note=text)
        raise Problem(400, "bad_action", "This form was not made here; nothing was changed.")

    def _sessions(self, until: str) -> int | None:
        if until != "sessions":
            return None
        number = self.field("sessions")
        if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= NUMBER_LIMIT):
            raise Problem(400, "bad_sessions", "Until how many more sessions have it? Write a whole number.")
        return int(number)

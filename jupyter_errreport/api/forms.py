"""What people do on a group's page: the same decisions as `PATCH groups/ID`, as forms that need no script."""

from typing import ClassVar
from urllib.parse import quote

from sqlalchemy import Connection

from ..contract import DECISION_LIMIT
from ..store.groups.groups import GroupChange, change_group
from ..store.groups.regroupings import merge, split
from .access import Access
from .groups import find, regroup
from .problem import Problem
from .resource import Resource

MOST_SESSIONS = 1_000_000


class Decide(Resource):
    """`groups/ID/decide`."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    depth = 2

    async def post(self, group_id: str) -> None:
        """Do what the pressed button says; leads back to the group's page."""
        current, scope = (await find(self, group_id))["group"], self.notebook_scope
        action = self.field("action")
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
        self.service.listeners.tell()
        self.set_status(303)
        self.set_header("Location", f"../{quote(current, safe='')}")
        self.finish()

    def field(self, name: str) -> str:
        """A field of the form; empty when it was not sent."""
        return self.get_body_argument(name, "", strip=False)

    def _change(self, action: str) -> GroupChange:
        if action in ("open", "resolved"):
            return GroupChange("open" if action == "open" else "resolved")
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
        if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= MOST_SESSIONS):
            raise Problem(400, "bad_sessions", "Until how many more sessions have it? Write a whole number.")
        return int(number)

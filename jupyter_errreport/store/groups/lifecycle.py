"""What errors that arrive do to their groups: a group is new, comes back after it was resolved, or wakes up.

Each of these is written down as an alert, in the transaction that stores the errors.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from ...contract import TEST_ERROR
from ..group_schema import groups
from ..outbox.alerts import add_alert
from ..outbox.storms import tell_of_groups
from ..paging import in_parts
from .published_releases import published_at
from .releases import is_newer, is_version

Row = Mapping[str, Any]


def tell_of_new(connection: Connection, rows: Sequence[Row]) -> None:
    """Write down that there are new groups, from the rows of their errors."""
    first: dict[str, Row] = {}
    for row in rows:
        if not _is_test(row):
            first.setdefault(row["group_id"], row)
    if first:
        tell_of_groups(connection, first)


def wake_groups(connection: Connection, rows: Sequence[Row], before: Mapping[str, Any]) -> None:
    """Open the groups that were resolved or ignored, and to which these errors, now counted, say otherwise.

    `before` has the groups that there were.
    """
    arrived: dict[str, list[Row]] = {}
    for row in rows:
        known = before.get(row["group_id"])
        if known is not None and known.status != "open" and not _is_test(row):
            arrived.setdefault(row["group_id"], []).append(row)
    for group_id, group in sorted(_known(connection, list(arrived)).items()):
        if group["status"] == "resolved":
            again = next((row for row in arrived[group_id] if _is_regression(connection, group, row)), None)
            if again:
                _open(connection, group_id, again["received_at"], regressed_at=again["received_at"])
                details = {"release": again["release"], "resolved_release": group["resolved_release"]}
                add_alert(connection, "regression", again["identity"], group_id, again["received_at"], details)
        elif group["status"] == "ignored" and _wakes(group):
            row = arrived[group_id][0]
            _open(connection, group_id, row["received_at"])
            details = {"sessions": group["sessions"]}
            add_alert(connection, "reopened", row["identity"], group_id, row["received_at"], details)


def _is_test(row: Row) -> bool:
    """Whether somebody only wanted to see whether errors arrive: nobody is to be told of that."""
    return bool(row["error_name"] == TEST_ERROR and row["session"] is None)


def _known(connection: Connection, group_ids: Sequence[str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for part in in_parts(group_ids):
        query = select(groups).where(groups.c.group_id.in_(part))
        found.update({row["group_id"]: dict(row) for row in connection.execute(query).mappings()})
    return found


def _is_regression(connection: Connection, group: Row, row: Row) -> bool:
    """It happened after the group was resolved, and in no release that is known to be the same or an older one.

    What is compared with is a release that the author published or named. Versions and dates are older by their
    numbers, other names only where the author published them before: anybody can report a name.
    """
    if min(row["timestamp"], row["received_at"]) <= group["status_at"]:
        return False  # it only arrived later: it waited in a kernel
    release, resolved = row["release"], group["resolved_release"]
    if release is None or resolved is None:
        return True
    if is_version(release) and is_version(resolved):
        return is_newer(release, resolved)
    since = published_at(connection, row["identity"], release)
    return bool(release != resolved and (since is None or since > group["status_at"]))


def _wakes(group: Row) -> bool:
    enough = group["wakes_at_sessions"]
    return bool(group["wakes_again"]) or (enough is not None and group["sessions"] >= enough)


def _open(connection: Connection, group_id: str, moment: str, **more: str) -> None:
    values = {"status": "open", "status_at": moment, "resolved_release": None} | more
    changed = update(groups).where(groups.c.group_id == group_id)
    connection.execute(changed.values(**values, wakes_again=False, wakes_at_sessions=None))

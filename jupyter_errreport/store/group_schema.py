"""The tables of groups, and of figures that are kept while errors arrive, so that no page has to count.

All but what people decide (`groups.status` and so on, `regroupings`, `hints`) could be counted again from `errors`,
`thinned`, `sampled` and `sessions`. Figures are of what is kept: deleting errors takes them out. Days are UTC.
"""

from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, text

from .schema import BY_KEY, metadata

_DECIDED: dict[str, Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), text("status <> 'open'"))
"""Most groups are open, and get errors all the time: each index that they are in is written for each of these."""

groups = Table(
    "groups",
    metadata,
    Column("group_id", String(64), primary_key=True),
    Column("notebook", String(200), nullable=False),
    # All of its first error, and of the same: whoever looks at a group looks at one cell.
    Column("error_name", String(200), nullable=False),
    Column("error_message", Text, nullable=False),
    Column("first_line", Text, nullable=False),
    # As in `group_cells`.
    Column("cell", String(64), nullable=False),
    # What its fingerprint would be without the cell; None where the cell takes no part in it.
    Column("cell_free", String(64)),
    Column("kind", String(16), nullable=False),
    Column("language", String(40), nullable=False),
    # What they stand for, repeats counted; and how many were sent.
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("sessions", Integer, nullable=False),
    Column("first_seen", String(27), nullable=False),
    Column("last_seen", String(27), nullable=False),
    # `open`, `resolved` or `ignored`, and since when.
    Column("status", String(16), nullable=False),
    Column("status_at", String(27), nullable=False),
    # Resolved in this release: seen again in an older one, it stays resolved.
    Column("resolved_release", String(100)),
    # Ignored until it happens again, or until so many sessions have it.
    Column("wakes_again", Boolean, nullable=False),
    Column("wakes_at_sessions", Integer),
    # When it was last seen again after it had been resolved.
    Column("regressed_at", String(27)),
    # For the author, and for the readers who run into it.
    Column("note", Text, nullable=False),
    Column("hint", Text, nullable=False),
    # The collector whose author wrote the hint; None for one that was written here.
    Column("hint_from", String(200)),
    Index("groups_by_notebook", "notebook", "last_seen", "group_id"),
    Index("groups_by_last_seen", "last_seen", "group_id", "status"),
    Index("groups_by_first_seen", "first_seen", "group_id", "status"),
    Index("groups_by_count", "count", "group_id", "status"),
    Index("groups_by_sessions", "sessions", "group_id", "status"),
    Index("groups_by_status_and_last_seen", "status", "last_seen", "group_id", **_DECIDED),
    Index("groups_by_status_and_first_seen", "status", "first_seen", "group_id", **_DECIDED),
    Index("groups_by_status_and_count", "status", "count", "group_id", **_DECIDED),
    Index("groups_by_status_and_sessions", "status", "sessions", "group_id", **_DECIDED),
)

regroupings = Table(
    "regroupings",
    metadata,
    # Errors of this fingerprint in this notebook (in this cell; "" for all others) belong to that group, for good.
    # `origin` is the group that they would be by themselves: `event.group_id` of the two.
    Column("origin", String(64), primary_key=True),
    Column("cell", String(64), primary_key=True),
    Column("notebook", String(200), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("group_id", String(64), nullable=False),
    # The hash of the cell, where nobody said so but published sources: it looks most like one of that group.
    Column("alike", String(64)),
    Index("regroupings_by_group", "group_id"),
)

former_groups = Table(
    "former_groups",
    metadata,
    # An id by which a group was known (it was merged, or is older than that groups belong to notebooks, or is a
    # fingerprint as an older kernel makes it), and which groups its errors are in now.
    Column("former_id", String(64), primary_key=True),
    Column("group_id", String(64), primary_key=True),
    Index("former_groups_by_group", "group_id"),
)

cell_groups = Table(
    "cell_groups",
    metadata,
    # In which group errors of a notebook's cell are that differ from others by their cell alone: when the cell is
    # edited, they stay there.
    Column("notebook", String(200), primary_key=True),
    Column("cell_free", String(64), primary_key=True),
    Column("cell_id", String(64), primary_key=True),
    Column("group_id", String(64), nullable=False),
    Index("cell_groups_by_group", "group_id"),
    **BY_KEY,
)

group_days = Table(
    "group_days",
    metadata,
    Column("group_id", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    **BY_KEY,
)

group_sessions = Table(
    "group_sessions",
    metadata,
    Column("group_id", String(64), primary_key=True),
    Column("session", String(64), primary_key=True),
    Column("events", Integer, nullable=False),
    **BY_KEY,
)

group_releases = Table(
    "group_releases",
    metadata,
    Column("group_id", String(64), primary_key=True),
    Column("release", String(100), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("first_seen", String(27), nullable=False),
    Column("last_seen", String(27), nullable=False),
    **BY_KEY,
)

group_cells = Table(
    "group_cells",
    metadata,
    Column("group_id", String(64), primary_key=True),
    # The cell's hash, else its number as `[3]`; "" for what happened in no cell.
    Column("cell", String(64), primary_key=True),
    Column("first_line", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    # Sum over events: divided by them, where in its notebook the cell stands.
    Column("execution_sum", Integer, nullable=False),
    Column("first_seen", String(27), nullable=False),
    Column("last_seen", String(27), nullable=False),
    **BY_KEY,
)

group_fingerprints = Table(
    "group_fingerprints",
    metadata,
    Column("group_id", String(64), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Index("group_fingerprints_by_fingerprint", "fingerprint", "group_id"),
    **BY_KEY,
)

notebooks = Table(
    "notebooks",
    metadata,
    Column("notebook", String(200), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    # Sessions that were opened, and those of them that had an error.
    Column("sessions", Integer, nullable=False),
    Column("failed_sessions", Integer, nullable=False),
    Column("first_seen", String(27), nullable=False),
    Column("last_seen", String(27), nullable=False),
    Index("notebooks_by_last_seen", "last_seen", "notebook"),
    **BY_KEY,
)

notebook_days = Table(
    "notebook_days",
    metadata,
    Column("notebook", String(200), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    # Sessions opened on that day.
    Column("sessions", Integer, nullable=False),
    Column("failed_sessions", Integer, nullable=False),
    Index("notebook_days_by_day", "day", "notebook"),
    **BY_KEY,
)

notebook_releases = Table(
    "notebook_releases",
    metadata,
    Column("notebook", String(200), primary_key=True),
    Column("release", String(100), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("sessions", Integer, nullable=False),
    Column("failed_sessions", Integer, nullable=False),
    Column("first_seen", String(27), nullable=False),
    Column("last_seen", String(27), nullable=False),
    **BY_KEY,
)

notebook_cells = Table(
    "notebook_cells",
    metadata,
    Column("notebook", String(200), primary_key=True),
    Column("cell", String(64), primary_key=True),
    Column("first_line", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    # How many different sessions failed there.
    Column("sessions", Integer, nullable=False),
    Column("execution_sum", Integer, nullable=False),
    Column("first_seen", String(27), nullable=False),
    Column("last_seen", String(27), nullable=False),
    **BY_KEY,
)

cell_sessions = Table(
    "cell_sessions",
    metadata,
    Column("notebook", String(200), primary_key=True),
    Column("cell", String(64), primary_key=True),
    Column("session", String(64), primary_key=True),
    Column("events", Integer, nullable=False),
    **BY_KEY,
)

sampled = Table(
    "sampled",
    metadata,
    # Errors of which only id and count are kept; they are in the figures above. "" for a notebook or a group that is
    # not kept either.
    Column("notebook", String(200), primary_key=True),
    Column("group_id", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Index("sampled_by_group", "group_id", "day"),
    **BY_KEY,
)

thinned = Table(
    "thinned",
    metadata,
    # What is left of errors whose texts were thinned out: all that figures are made of. Of a day those that are equal
    # in it are one row. Its columns mean what those of `errors` do, so that one condition can be asked of both.
    # The id of the first of them, and a `t`.
    Column("event_id", String(40), primary_key=True),
    Column("received_at", String(27), nullable=False),
    Column("last_received_at", String(27), nullable=False),
    Column("notebook", String(200), nullable=False),
    Column("identity", String(200), nullable=False),
    Column("session", String(64)),
    Column("fingerprint", String(64), nullable=False),
    Column("group_id", String(64), nullable=False),
    Column("text_id", String(32), nullable=False),
    Column("release", String(100)),
    Column("error_name", String(200), nullable=False),
    Column("first_line", Text, nullable=False),
    # Of the first of them, which is that of all where there is no hash of a cell; and their sum, as figures have it.
    Column("execution_count", Integer, nullable=False),
    Column("execution_sum", Integer, nullable=False),
    Column("cell_id", String(64)),
    Column("cell_hash", String(64)),
    Column("count", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Index("thinned_by_group", "group_id", "received_at"),
    Index("thinned_by_notebook", "identity", "received_at"),
    Index("thinned_by_session", "session"),
    Index("thinned_by_time", "received_at"),
)

alerts = Table(
    "alerts",
    metadata,
    # A UUIDv7: in the order of time.
    Column("alert_id", String(36), primary_key=True),
    Column("created_at", String(27), nullable=False),
    # `new`, `regression`, `reopened`, `spike` (all of a group), `share`, `storm` (of a notebook; the latter also of
    # those together of which nothing was heard before: "").
    Column("kind", String(16), nullable=False),
    Column("group_id", String(64)),
    Column("notebook", String(200), nullable=False),
    # What the sentence needs, as JSON.
    Column("details", Text, nullable=False),
    Index("alerts_by_group", "group_id", "alert_id"),
)

alert_channels = Table(
    "alert_channels",
    metadata,
    # A hash of what tells receivers apart: no webhook or address.
    Column("channel", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("label", String(200), nullable=False),
    # What became of the alerts that were ever queued for it; the rest of them waits in `alert_outbox`.
    Column("queued", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("dropped", Integer, nullable=False),
    # Why the last attempt failed; empty when it did not.
    Column("problem", String(300), nullable=False),
)

alert_outbox = Table(
    "alert_outbox",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("alert_id", String(36), primary_key=True),
    Index("alert_outbox_by_alert", "alert_id"),
)

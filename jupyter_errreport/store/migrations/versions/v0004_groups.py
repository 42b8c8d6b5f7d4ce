"""Groups, what people decide about them, and figures of all that has arrived. Never changed after a release."""
# ruff: noqa: S608 - SQL made of constants of this file

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _key(name: str, length: int = 64) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=True)


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _moments(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(27), nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables, and count what is there."""
    _errors()
    _groups()
    _notebooks()
    op.create_table(
        "alerts",
        _key("alert_id", 36),
        *_moments("created_at"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("group_id", sa.String(64)),
        sa.Column("notebook", sa.String(200), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
    op.create_index("alerts_by_group", "alerts", ["group_id", "alert_id"])
    op.create_table(
        "alert_channels",
        _key("channel", 32),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        *_numbers("queued", "sent", "dropped"),
        sa.Column("problem", sa.String(300), nullable=False),
    )
    op.create_table("alert_outbox", _key("channel", 32), _key("alert_id", 36))
    op.create_index("alert_outbox_by_alert", "alert_outbox", ["alert_id"])
    for statement in _COUNTED:
        op.execute(statement)


def _errors() -> None:
    op.add_column("errors", sa.Column("last_timestamp", sa.String(27)))
    op.add_column("errors", sa.Column("fingerprint", sa.String(64)))
    op.add_column("errors", sa.Column("text_id", sa.String(32)))
    op.create_table("texts", _key("text_id", 32), sa.Column("text", sa.Text, nullable=False), *_numbers("events"))
    connection = op.get_bind()
    counted: dict[str, tuple[str, int]] = {}
    last = ""
    while True:
        page = connection.execute(_PAGE, {"last": last}).all()
        if not page:
            break
        last = page[-1].event_id
        changes = []
        for row in page:
            text = "\n".join((row.error_name, row.error_message, row.first_line)).lower()
            text_id = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
            counted[text_id] = (text, counted.get(text_id, ("", 0))[1] + 1)
            changes.append({"id": row.event_id, "text_id": text_id})
        connection.execute(_UPDATE, changes)
    rows = [{"id": text_id, "text": text, "events": events} for text_id, (text, events) in counted.items()]
    if rows:
        connection.execute(sa.text("INSERT INTO texts (text_id, text, events) VALUES (:id, :text, :events)"), rows)
    with op.batch_alter_table("errors") as batch:
        batch.alter_column("fingerprint", nullable=False)
        batch.alter_column("text_id", nullable=False)
    op.create_index("errors_by_text", "errors", ["text_id", "received_at", "event_id"])


def _groups() -> None:
    op.create_table(
        "groups",
        _key("group_id"),
        sa.Column("error_name", sa.String(200), nullable=False),
        sa.Column("error_message", sa.Text, nullable=False),
        sa.Column("first_line", sa.Text, nullable=False),
        sa.Column("notebook", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        *_numbers("count", "events", "sessions"),
        *_moments("first_seen", "last_seen"),
        sa.Column("status", sa.String(16), nullable=False),
        *_moments("status_at"),
        sa.Column("resolved_release", sa.String(100)),
        sa.Column("wakes_again", sa.Boolean, nullable=False),
        sa.Column("wakes_at_sessions", sa.Integer),
        sa.Column("regressed_at", sa.String(27)),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
    )
    for order in ("last_seen", "first_seen", "count", "sessions"):
        op.create_index(f"groups_by_{order}", "groups", [order, "group_id"])
        op.create_index(f"groups_by_status_and_{order}", "groups", ["status", order, "group_id"])
    op.create_table(
        "regroupings",
        _key("fingerprint"),
        _key("notebook", 200),
        _key("cell"),
        sa.Column("group_id", sa.String(64), nullable=False),
    )
    op.create_index("regroupings_by_group", "regroupings", ["group_id"])
    op.create_table("group_days", _key("group_id"), _key("day", 10), *_numbers("count", "events"))
    op.create_table("group_sessions", _key("group_id"), _key("session"), *_numbers("events"))
    op.create_table(
        "group_releases",
        _key("group_id"),
        _key("release", 100),
        *_numbers("count", "events"),
        *_moments("first_seen", "last_seen"),
    )
    op.create_table(
        "group_cells",
        _key("group_id"),
        _key("notebook", 200),
        _key("cell"),
        sa.Column("first_line", sa.Text, nullable=False),
        *_numbers("count", "events", "execution_sum"),
        *_moments("first_seen", "last_seen"),
    )
    op.create_index("group_cells_by_notebook", "group_cells", ["notebook", "group_id"])
    op.create_table("group_fingerprints", _key("group_id"), _key("fingerprint"), *_numbers("count", "events"))


def _notebooks() -> None:
    figures = ("count", "events", "sessions", "failed_sessions")
    op.create_table("notebooks", _key("notebook", 200), *_numbers(*figures), *_moments("first_seen", "last_seen"))
    op.create_index("notebooks_by_last_seen", "notebooks", ["last_seen", "notebook"])
    op.create_table("notebook_days", _key("notebook", 200), _key("day", 10), *_numbers(*figures))
    op.create_index("notebook_days_by_day", "notebook_days", ["day", "notebook"])
    op.create_table(
        "notebook_releases",
        _key("notebook", 200),
        _key("release", 100),
        *_numbers(*figures),
        *_moments("first_seen", "last_seen"),
    )
    op.create_table(
        "notebook_cells",
        _key("notebook", 200),
        _key("cell"),
        sa.Column("first_line", sa.Text, nullable=False),
        *_numbers("count", "events", "sessions", "execution_sum"),
        *_moments("first_seen", "last_seen"),
    )
    op.create_table("cell_sessions", _key("notebook", 200), _key("cell"), _key("session"), *_numbers("events"))


_PAGE = sa.text(
    "SELECT event_id, error_name, error_message, first_line FROM errors WHERE event_id > :last"
    " ORDER BY event_id LIMIT 1000"
)
_UPDATE = sa.text("UPDATE errors SET text_id = :text_id, fingerprint = group_id WHERE event_id = :id")

_CELL = (
    "CASE WHEN cell_hash IS NOT NULL THEN cell_hash"
    " WHEN execution_count >= 0 THEN '[' || CAST(execution_count AS VARCHAR) || ']' ELSE '' END"
)
_PLACE = "SUM(CASE WHEN execution_count > 0 THEN execution_count ELSE 0 END)"
_DAY, _OPENED = "SUBSTR(received_at, 1, 10)", "SUBSTR(opened_at, 1, 10)"
_COUNT, _SEEN = "SUM(count), COUNT(*)", "MIN(received_at), MAX(received_at)"


def _of_notebooks(table: str, key: str, of_error: str, of_session: str, with_moments: bool) -> str:
    """Figures of errors and of sessions, joined by their keys."""
    errors = (
        f"SELECT notebook, {of_error} AS part, SUM(count) AS n, COUNT(*) AS events, 0 AS s, 0 AS f,"
        f" MIN(received_at) AS a, MAX(received_at) AS b FROM errors GROUP BY notebook, {of_error}"
    )
    sessions = (
        f"SELECT notebook, {of_session} AS part, 0 AS n, 0 AS events, COUNT(*) AS s,"
        " SUM(CASE WHEN errors > 0 THEN 1 ELSE 0 END) AS f, MIN(opened_at) AS a, MAX(opened_at) AS b"
        f" FROM sessions GROUP BY notebook, {of_session}"
    )
    columns = f"notebook, {key}count, events, sessions, failed_sessions" + (", first_seen, last_seen" * with_moments)
    part = "part, " if key else ""
    grouped = "notebook, part" if key else "notebook"
    return (
        f"INSERT INTO {table} ({columns}) SELECT notebook, {part}SUM(n), SUM(events), SUM(s), SUM(f)"
        f"{', MIN(a), MAX(b)' * with_moments} FROM ({errors} UNION ALL {sessions}) AS figures"
        f" WHERE part IS NOT NULL GROUP BY {grouped}"
    )


_COUNTED = (
    "INSERT INTO groups (group_id, error_name, error_message, first_line, notebook, kind, language, count, events,"
    " sessions, first_seen, last_seen, status, status_at, wakes_again, note, hint)"
    " SELECT first.group_id, first.error_name, first.error_message, first.first_line, first.notebook, first.kind,"
    " first.language, figures.count, figures.events, figures.sessions, figures.first_seen, figures.last_seen, 'open',"
    " figures.first_seen, FALSE, '', ''"
    " FROM (SELECT group_id, SUM(count) AS count, COUNT(*) AS events, COUNT(DISTINCT session) AS sessions,"
    " MIN(received_at) AS first_seen, MAX(received_at) AS last_seen FROM errors GROUP BY group_id) AS figures"
    " JOIN errors AS first ON first.event_id = (SELECT event_id FROM errors WHERE group_id = figures.group_id"
    " ORDER BY received_at, event_id LIMIT 1)",
    f"INSERT INTO group_days (group_id, day, count, events) SELECT group_id, {_DAY}, {_COUNT} FROM errors"
    f" GROUP BY group_id, {_DAY}",
    "INSERT INTO group_sessions (group_id, session, events) SELECT group_id, session, COUNT(*) FROM errors"
    " WHERE session IS NOT NULL GROUP BY group_id, session",
    "INSERT INTO group_releases (group_id, release, count, events, first_seen, last_seen)"
    f" SELECT group_id, release, {_COUNT}, {_SEEN} FROM errors WHERE release IS NOT NULL GROUP BY group_id, release",
    "INSERT INTO group_cells (group_id, notebook, cell, first_line, count, events, execution_sum, first_seen,"
    f" last_seen) SELECT group_id, notebook, {_CELL}, MAX(first_line), {_COUNT}, {_PLACE}, {_SEEN} FROM errors"
    f" GROUP BY group_id, notebook, {_CELL}",
    f"INSERT INTO group_fingerprints (group_id, fingerprint, count, events) SELECT group_id, fingerprint, {_COUNT}"
    " FROM errors GROUP BY group_id, fingerprint",
    _of_notebooks("notebooks", "", "''", "''", with_moments=True),
    _of_notebooks("notebook_days", "day, ", _DAY, _OPENED, with_moments=False),
    _of_notebooks("notebook_releases", "release, ", "release", "release", with_moments=True),
    "INSERT INTO notebook_cells (notebook, cell, first_line, count, events, sessions, execution_sum, first_seen,"
    f" last_seen) SELECT notebook, {_CELL}, MAX(first_line), {_COUNT}, COUNT(DISTINCT session), {_PLACE}, {_SEEN}"
    f" FROM errors GROUP BY notebook, {_CELL}",
    f"INSERT INTO cell_sessions (notebook, cell, session, events) SELECT notebook, {_CELL}, session, COUNT(*)"
    f" FROM errors WHERE session IS NOT NULL GROUP BY notebook, {_CELL}, session",
)

"""The tables, as they are after the newest migration (a test compares the two).

A column `notebook` holds an identity (`contract.notebook_identity`); only `errors` and `sessions` keep beside their
`identity` the name as it came.

Moments are text in the fixed width of `event.rfc3339`, so that text order is time order on every database.
Lists are JSON text: no query looks into them.

The lengths of `String` say what a column is for: what comes from outside is cut or refused at the door, and no database
refuses a text for its length (PostgreSQL's columns are made without).
"""

from typing import Any

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

BY_KEY: dict[str, Any] = {"sqlite_with_rowid": False}
"""SQLite keeps the rows of a table in the order of its key, and has no second tree to keep: for rows that are small."""

errors = Table(
    "errors",
    metadata,
    Column("event_id", String(36), primary_key=True),
    Column("received_at", String(27), nullable=False),
    Column("timestamp", String(27), nullable=False),
    Column("last_timestamp", String(27)),
    # As its sender calls it, and the notebook that this is: all queries ask for the latter.
    Column("notebook", String(200), nullable=False),
    Column("identity", String(200), nullable=False),
    Column("session", String(64)),
    # What makes errors equal, and the group that they are in this notebook.
    Column("fingerprint", String(64), nullable=False),
    Column("group_id", String(64), nullable=False),
    # Its row in `texts`: what a search looks into.
    Column("text_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("language", String(40), nullable=False),
    Column("release", String(100)),
    Column("error_name", String(200), nullable=False),
    Column("error_message", Text, nullable=False),
    Column("first_line", Text, nullable=False),
    Column("execution_count", Integer, nullable=False),
    Column("cell_id", String(64)),
    Column("cell_hash", String(64)),
    Column("count", Integer, nullable=False),
    Column("traceback", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("policy", String(16)),
    # Names of fields, with spaces between.
    Column("masked", String(200)),
    Index("errors_by_time", "received_at", "event_id"),
    Index("errors_by_notebook", "identity", "received_at", "event_id"),
    Index("errors_by_name", "error_name", "received_at", "event_id"),
    Index("errors_by_group", "group_id", "received_at", "event_id"),
    Index("errors_by_session", "session", "received_at", "event_id"),
    Index("errors_by_text", "text_id", "received_at", "event_id"),
    # In months, see `errors.partitions`.
    postgresql_partition_by="RANGE (event_id)",
)

texts = Table(
    "texts",
    metadata,
    # Far fewer than errors: the name, message and first line that differ, in lower case.
    Column("text_id", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    Column("events", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    # The public id. The key that it is derived from is never stored.
    Column("session", String(64), primary_key=True),
    # As in `errors`.
    Column("notebook", String(200), nullable=False),
    Column("identity", String(200), nullable=False),
    Column("release", String(100)),
    Column("opened_at", String(27), nullable=False),
    Column("last_seen_at", String(27), nullable=False),
    Column("good_cells", Integer, nullable=False),
    Column("failed_cells", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("last_error_at", String(27)),
    # A keyed hash of the client's address, for the limit of sessions a day. Never shown.
    Column("address_key", String(32)),
    Index("sessions_by_time", "opened_at", "session"),
    Index("sessions_by_notebook", "identity", "opened_at", "session"),
    Index("sessions_by_address", "address_key", "opened_at"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("event_id", String(36), primary_key=True),
    Column("deleted_at", String(27), nullable=False),
    **BY_KEY,
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("notebook", String(200)),
    Column("created_at", String(27), nullable=False),
    Column("revoked_at", String(27)),
    # To the minute.
    Column("last_used_at", String(27)),
    Index("tokens_by_sha256", "sha256", unique=True),
)

refusals = Table(
    "refusals",
    metadata,
    # Which reported without a key where one is asked for; `count` is of reports.
    Column("notebook", String(200), primary_key=True),
    Column("refused_at", String(27), nullable=False),
    Column("count", Integer, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

destinations = Table(
    "destinations",
    metadata,
    # A hash of what tells receivers apart: no webhook, token or address.
    Column("destination", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("label", String(200), nullable=False),
    # What became of the events that were ever queued for it; the rest of them waits in `outbox`.
    Column("queued", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("duplicate", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("dropped", Integer, nullable=False),
    # Why the last attempt failed; empty when it did not.
    Column("problem", String(300), nullable=False),
)

bringers = Table(
    "bringers",
    metadata,
    # By whose right an error came: `key` for its session's, else the id of a token, else that of a sender's key. None
    # of those that anybody sent.
    Column("event_id", String(36), primary_key=True),
    Column("brought_by", String(32), nullable=False),
    **BY_KEY,
)

deletions = Table(
    "deletions",
    metadata,
    # What was deleted here, and by which destination it is to be deleted too.
    Column("destination", String(32), primary_key=True),
    Column("event_id", String(36), primary_key=True),
)

outbox = Table(
    "outbox",
    metadata,
    # What is sent is the row of `errors`. Ids are in the order of time, so that the oldest goes first.
    Column("destination", String(32), primary_key=True),
    Column("event_id", String(36), primary_key=True),
    # Why the receiver will never take it; None while it waits.
    Column("rejected", String(200)),
    Index("outbox_by_state", "destination", "rejected", "event_id"),
    Index("outbox_by_event", "event_id"),
)

session_outbox = Table(
    "session_outbox",
    metadata,
    # What is sent is the row of `sessions`. A row stays while the session does, so that it is not told too often.
    Column("destination", String(32), primary_key=True),
    Column("session", String(64), primary_key=True),
    # The id that it had here when it was told first: its key there is derived from that.
    Column("known_as", String(64), nullable=False),
    Column("told_at", String(27)),
    # When it is to be told next; None while there is nothing new.
    Column("due_at", String(27)),
    # 1 when its reader has erased it here, and it is to be erased there.
    Column("erased", Integer, nullable=False),
    Index("session_outbox_by_time", "destination", "due_at", "session"),
    Index("session_outbox_by_session", "session"),
)

logins = Table(
    "logins",
    metadata,
    # A person who has logged in by OpenID Connect; what their browser keeps is not here, only its hash.
    Column("sha256", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    # JSON: what else the person is called, and those of their groups to which the operator has given a role.
    Column("known_as", Text, nullable=False),
    Column("groups", Text, nullable=False),
    Column("ends_at", String(27), nullable=False),
    Index("logins_by_end", "ends_at"),
)

comments = Table(
    "comments",
    metadata,
    # What a reader said of an event, in their own words.
    Column("comment_id", String(36), primary_key=True),
    Column("event_id", String(36), nullable=False),
    # The group of the event.
    Column("group_id", String(64), nullable=False),
    Column("at", String(27), nullable=False),
    Column("text", Text, nullable=False),
    Index("comments_by_event", "event_id", "at"),
    Index("comments_by_group", "group_id", "at"),
)

told_groups = Table(
    "told_groups",
    metadata,
    Column("destination", String(32), primary_key=True),
    Column("group_id", String(64), primary_key=True),
    # Until then nothing is said of this group there.
    Column("quiet_until", String(27), nullable=False),
)

sources = Table(
    "sources",
    metadata,
    # What a notebook's author has published: 1 is the first version.
    Column("notebook", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("published_at", String(27), nullable=False),
    Column("release", String(100)),
    Column("language", String(40), nullable=False),
)

source_cells = Table(
    "source_cells",
    metadata,
    Column("notebook", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    # Its place among the code cells; the first is 1.
    Column("number", Integer, primary_key=True),
    # None for a cell without code.
    Column("cell_hash", String(64)),
    # As the kernel of a reader would send it.
    Column("first_line", Text, nullable=False),
    # As its author wrote it, literals and all.
    Column("source", Text, nullable=False),
    # The same for a cell in all versions, also when it is edited; None for one without code.
    Column("lineage", String(64)),
    Index("source_cells_by_hash", "notebook", "cell_hash", "version"),
    Index("source_cells_by_cell", "cell_hash", "notebook"),
    Index("source_cells_by_lineage", "notebook", "lineage"),
)

notebook_names = Table(
    "notebook_names",
    metadata,
    # An author has said which notebook is called so (`contract.notebook_names`): `said`. It is `notebook`, where that
    # one is said to be another in turn.
    Column("name", String(200), primary_key=True),
    Column("said", String(200), nullable=False),
    Column("notebook", String(200), nullable=False),
    Column("said_at", String(27), nullable=False),
    Index("notebook_names_by_notebook", "notebook", "name"),
)

recognised_copies = Table(
    "recognised_copies",
    metadata,
    # An identity whose cells are mostly those that `notebook` has published: errors in these are of that notebook.
    Column("name", String(200), primary_key=True),
    Column("notebook", String(200), nullable=False),
    Column("recognised_at", String(27), nullable=False),
    Index("recognised_copies_by_notebook", "notebook", "recognised_at", "name"),
)

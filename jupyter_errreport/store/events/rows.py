"""An event as a row of `errors`, and back."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from ...event import EventMessageType
from ..schema import errors
from .texts import text_id

_TRANSLATED = ("received_at", "identity", "fingerprint", "group_id", "text_id", "traceback", "chain", "masked")
PLAIN = tuple(column.name for column in errors.c if column.name not in _TRANSLATED)
"""Fields that are stored as they are."""


def row_of(event: EventMessageType, received_at: str, identity: str, group_id: str) -> dict[str, Any]:
    """The row for a complete event, of the notebook `identity`."""
    fields: Mapping[str, Any] = event
    return {
        **{name: fields.get(name) for name in PLAIN},
        "received_at": received_at,
        "identity": identity,
        "fingerprint": fields["fingerprint"],
        "group_id": group_id,
        "text_id": text_id(event),
        "traceback": _encoded(fields["traceback"]),
        "chain": _encoded(fields["chain"]),
        "masked": " ".join(fields["masked"]) if fields.get("masked") else None,
    }


COLUMNS = (*PLAIN, *_TRANSLATED)
"""The columns of a row that `row_of` makes, in its order."""


def _encoded(frames: Any) -> str:
    try:
        return _ENCODER.encode(frames).decode()
    except UnicodeEncodeError:  # half a character, which no database can hold unless it is escaped
        return json.dumps(frames, separators=(",", ":"))


_ENCODER = msgspec.json.Encoder()


def cell_of(row: Mapping[Any, Any]) -> str:
    """What figures call the cell of an error: its hash, else its number in brackets; empty for none."""
    number: int = row["execution_count"]
    cell: str = row["cell_hash"] or (f"[{number}]" if number >= 0 else "")
    return cell


def payload_of(row: RowMapping) -> dict[str, Any]:
    """The event in a row as it is sent on: what was given, and nothing that this server added."""
    event = event_of(row)
    del event["group"], event["received_at"]
    return {name: value for name, value in event.items() if value is not None}


def event_of(row: RowMapping) -> dict[str, Any]:
    """A row as lists show it: every field of the event (None where it was not given), `received_at` and `group`."""
    shown = {name: row[name] for name in PLAIN}
    shown["fingerprint"] = row["fingerprint"]
    shown["group"] = row["group_id"]
    shown["received_at"] = row["received_at"]
    shown["traceback"] = json.loads(row["traceback"])
    shown["chain"] = json.loads(row["chain"])
    shown["masked"] = row["masked"].split() if row["masked"] else None
    return shown

"""The texts that a search looks into, each kept once: far fewer than the errors that have them."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection

from ..event import EventMessageType
from .schema import texts
from .upsert import insert_missing


def text_id(event: EventMessageType) -> str:
    """The key of an event's text."""
    return hashlib.blake2b(_text(event).encode("utf-8", "replace"), digest_size=16).hexdigest()


def keep_texts(connection: Connection, events: Iterable[EventMessageType]) -> None:
    """Keep the texts of events that are about to be stored."""
    found = {text_id(event): _text(event) for event in events}
    rows = [{"text_id": key, "text": found[key], "events": 0} for key in sorted(found)]
    connection.execute(insert_missing(connection, texts), rows)


def _text(event: EventMessageType) -> str:
    """The error's name, its message and the cell's first line, in lower case."""
    return "\n".join((event["error_name"], event["error_message"], event["first_line"])).lower()

"""What a client may send, field by field.

Text that is too long is cut; what is of the wrong kind is refused by name.
"""

import time
from typing import Annotated, Any

from msgspec import Meta, Struct

from ...contract import (
    CHAIN_LIMIT,
    COMMENT_LIMIT,
    COMMENTS_LIMIT,
    COUNT_LIMIT,
    COUNTLESS,
    EVENT_FIELDS,
    FINGERPRINT_PREFIX,
    FRAME_LIMIT,
    KINDS,
    LANGUAGE_LIMIT,
    LINE_LIMIT,
    MESSAGE_LIMIT,
    NAME_LIMIT,
    NOTEBOOK_LIMIT,
    PLACE_LIMIT,
    POLICIES,
    RELEASE_LIMIT,
    UNKNOWN,
    Policy,
    Relation,
)
from ...event import ChainType, EventMessageType, TracebackDetailsType, event_time, fingerprint, new_event_id, rfc3339
from ..http.fields import Cells, Id, Int32, Key, checked, moment, refuse
from .masked import mask
from .places import bare_place


class SentFrame(Struct):
    """One line of a traceback."""

    filename: str = ""
    fun_name: str = ""
    lineno: Int32 = 0


class SentLink(Struct):
    """A cause, a context or a group's member."""

    error_name: str
    error_message: str = ""
    relation: Relation = "context"


class SentComment(Struct):
    """What a reader says, as a list of errors shows it: what was listed can be sent."""

    text: str


class SentEvent(Struct):
    """An event as clients send it. Only the error's name must be there."""

    error_name: Annotated[str, Meta(min_length=1)]
    error_message: str = ""
    traceback: list[SentFrame] = []
    first_line: str = ""
    execution_count: Int32 = COUNTLESS
    notebook: str = UNKNOWN
    event_id: str = ""
    timestamp: str = ""
    last_timestamp: str | None = None
    session: Id | None = None
    kind: str = "cell"
    chain: list[SentLink] = []
    count: Annotated[int, Meta(ge=1, le=COUNT_LIMIT)] = 1
    cell_id: Id | None = None
    cell_hash: Id | None = None
    fingerprint: Id | None = None
    language: Annotated[str, Meta(min_length=1)] = "python"
    release: str | None = None
    policy: Policy | None = None
    masked: list[str] | None = None
    comments: list[str | SentComment] = []


class SentSession(Struct):
    """What opens a session, or reports its counts."""

    notebook: str = UNKNOWN
    uuid: Key | None = None
    good_cells: Cells = 0
    failed_cells: Cells = 0
    release: str | None = None


def read_event(value: Any, *, is_raw: bool = False, accept_verbatim: bool = False) -> EventMessageType:
    """A complete event from what a client sent, masked. Raises `Problem`, which names the field.

    `is_raw` says that the client scrubs nothing, `accept_verbatim` that whole messages are welcome.
    """
    sent = checked(value, SentEvent)
    if sent.kind not in KINDS:
        refuse("kind", f"must be one of {', '.join(KINDS)}")
    event_id = sent.event_id.lower() or new_event_id()
    if event_time(event_id) is None:
        refuse("event_id", "must be a UUIDv7")
    event: EventMessageType = {
        "event_id": event_id,
        "timestamp": moment(sent.timestamp, "timestamp") if sent.timestamp else rfc3339(time.time()),
        "notebook": sent.notebook[:NOTEBOOK_LIMIT] or UNKNOWN,
        "kind": sent.kind,
        "language": sent.language[:LANGUAGE_LIMIT],
        "error_name": sent.error_name[:NAME_LIMIT],
        "error_message": sent.error_message[:MESSAGE_LIMIT],
        "first_line": sent.first_line[:LINE_LIMIT],
        "execution_count": sent.execution_count,
        "count": sent.count,
        "traceback": _folded(sent.traceback),
        "chain": [_link(link) for link in sent.chain[:CHAIN_LIMIT]],
    }
    if sent.last_timestamp:
        event["last_timestamp"] = moment(sent.last_timestamp, "last_timestamp")
    if sent.session is not None:
        event["session"] = sent.session
    if sent.cell_id is not None:
        event["cell_id"] = sent.cell_id
    if sent.cell_hash is not None:
        event["cell_hash"] = sent.cell_hash
    if sent.release is not None:
        event["release"] = sent.release[:RELEASE_LIMIT]
    if sent.policy is not None and sent.policy != POLICIES[0]:
        event["policy"] = sent.policy
    texts = [said if isinstance(said, str) else said.text for said in sent.comments[:COMMENTS_LIMIT]]
    if any(texts):
        event["comments"] = [text[:COMMENT_LIMIT] for text in texts if text]
    if sent.masked:
        event["masked"] = sorted({name for name in sent.masked if name in EVENT_FIELDS})
    mask(event, is_raw=is_raw, accept_verbatim=accept_verbatim)
    if sent.fingerprint and sent.fingerprint.startswith(FINGERPRINT_PREFIX):
        event["fingerprint"] = sent.fingerprint
    else:
        event["fingerprint"] = fingerprint(
            event["error_name"], event["error_message"], event["traceback"], event["language"], sent.cell_hash
        )
        if sent.fingerprint:
            event["former_fingerprint"] = sent.fingerprint
    return event


def _folded(frames: list[SentFrame]) -> list[TracebackDetailsType]:
    half = FRAME_LIMIT // 2
    kept = frames if len(frames) <= FRAME_LIMIT else frames[:half] + frames[-half:]
    return [
        {
            "filename": bare_place(frame.filename)[:PLACE_LIMIT],
            "fun_name": frame.fun_name[:PLACE_LIMIT],
            "lineno": frame.lineno,
        }
        for frame in kept
    ]


def _link(link: SentLink) -> ChainType:
    return {
        "error_name": link.error_name[:NAME_LIMIT],
        "error_message": link.error_message[:MESSAGE_LIMIT],
        "relation": link.relation,
    }

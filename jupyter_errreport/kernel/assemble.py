"""How a snapshot becomes an event: the facts of the kernel go in, only what privacy lets pass comes out.

A generator, so that the worker can pause between any two steps.
"""

from typing import Generator, List

from ..event import (
    CHAIN_LIMIT,
    ErrorSnapshot,
    EventMessageType,
    TracebackDetailsType,
    fingerprint,
    rfc3339,
)
from ..privacy import WITHHELD, public_cell_id, public_first_line, public_message, public_name, public_traceback
from ..source import cell_hash

TYPE_ONLY = "type-only"


def assemble(snapshot: ErrorSnapshot, policy: str) -> Generator[None, None, EventMessageType]:
    """The event of a snapshot, without what its destination adds (notebook, session, release).

    With the policy `type-only` neither message nor comment leaves.
    """
    message = WITHHELD if policy == TYPE_ONLY else public_message(snapshot.message)
    yield
    traceback: List[TracebackDetailsType] = public_traceback(snapshot.frames)
    if snapshot.kind == "syntax":
        # Nothing ran: the only place is the line that does not parse.
        traceback = [
            {
                "filename": f"<cell {snapshot.execution_count}>",
                "fun_name": "<module>",
                "lineno": snapshot.syntax_lineno or 0,
            }
        ]
    yield
    first_line = public_first_line(snapshot.source, comments=policy != TYPE_ONLY)
    yield
    event = EventMessageType(
        error_name=public_name(snapshot.class_names),
        error_message=message,
        traceback=traceback,
        first_line=first_line,
        execution_count=snapshot.execution_count,
        notebook="",
        event_id=snapshot.event_id,
        timestamp=rfc3339(snapshot.taken_at),
        kind=snapshot.kind,
        chain=[
            {
                "error_name": public_name(other.class_names),
                "error_message": WITHHELD if policy == TYPE_ONLY else public_message(other.message),
                "relation": other.relation,
            }
            for other in snapshot.chain[:CHAIN_LIMIT]
        ],
        count=1,
        language="python",
    )
    yield
    code = cell_hash(snapshot.source)
    if code is not None:
        event["cell_hash"] = code
    if snapshot.cell_id:
        event["cell_id"] = public_cell_id(snapshot.cell_id)
    yield
    event["fingerprint"] = fingerprint(event["error_name"], message, traceback)
    return event

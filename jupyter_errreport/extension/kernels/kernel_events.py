"""Events that the server makes itself, of what it sees of kernels. Only what privacy lets pass is in them.

What is missing is what the server adds: notebook and session. Takes milliseconds: not for the event loop.
"""

import time
from typing import Any

from ...api.receiving.validation import read_event
from ...event import EventMessageType, fingerprint, new_event_id, rfc3339
from ...privacy import Around, is_python, public_first_line
from ...privacy.saved import SavedError, scrub_saved
from ...privacy.steps import finished
from ...source import cell_hash
from .watched_kernel import RunningCell, ShownError

DEATH, FAILED_COMMAND = "KernelDied", "CommandFailed"
SHELLS = ("bash", "sh", "zsh")
_SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError", "ParseError")
_R_SYNTAX = "Error in parse("


def event_of_error(error: ShownError, language: str) -> EventMessageType:
    """The event of an error that a kernel shows: what at most a hook in it would have sent."""
    if language in SHELLS and error.message.isdecimal():  # all that a shell says of a failed command, and no value
        return _event_without_frames(FAILED_COMMAND, f"exit status {error.message[:5]}", "cell", error.cell, language)
    saved = SavedError(error.name, error.message, error.cell.source, error.traceback, language)
    public = finished(scrub_saved(saved, held=None))
    is_syntax = error.name in _SYNTAX_ERRORS or (language == "R" and error.message.startswith(_R_SYNTAX))
    return _event(
        error.cell,
        language,
        kind="syntax" if is_syntax else "cell",
        error_name=public.error_name,
        error_message=public.error_message,
        first_line=public.first_line,
        fingerprint=public.fingerprint,
    )


def event_of_death(cause: str, cell: RunningCell, language: str) -> EventMessageType:
    """The event of a kernel whose process ended though nobody had asked for that, while `cell` ran."""
    return _event_without_frames(DEATH, cause, "kernel_died", cell, language)


def _event_without_frames(name: str, message: str, kind: str, cell: RunningCell, language: str) -> EventMessageType:
    """An event whose name and message are our own words."""
    return _event(
        cell,
        language,
        kind=kind,
        error_name=name,
        error_message=message,
        first_line=finished(public_first_line(cell.source, language, around=Around(held=None))),
        fingerprint=fingerprint(name, message, [], language),
    )


def _event(cell: RunningCell, language: str, **fields: Any) -> EventMessageType:
    sent = {
        **fields,
        "event_id": new_event_id(),
        "timestamp": rfc3339(time.time()),
        "execution_count": cell.execution_count,
        "language": language,
    }
    # Of a text that is no code the words are data, and a hash of few words can be guessed.
    is_code = fields["kind"] != "syntax" and (language != "python" or is_python(cell.source))
    identity = cell_hash(cell.source, language) if is_code else None
    return read_event(sent if identity is None else {**sent, "cell_hash": identity})

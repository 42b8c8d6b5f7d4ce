"""The patterns of privacy once more, on whatever a client sent: the receiver's own net.

Nobody can prove which client it is. What is hidden less eagerly than all else is therefore only what can be code where
code stands, and words in messages: those of a client that is known to scrub nothing lose all that looks private.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ...contract import NOTEBOOK_LIMIT
from ...event import EventMessageType
from ...privacy import WITHHELD, hide_in_code, hide_in_message, hide_in_notebook_name, hide_patterns
from ...privacy.messages.known import KNOWN, lowered

_ADDRESS = re.compile(r"(https?://[^\s<>\"'`]{4,300})")
_AFTER_ADDRESS = ".,;:!?)]}"
REMEMBERED_LIMIT = 500
"""Characters of a text that is kept with what it became: four thousand of them at most."""


def masked_notebook(name: str) -> str:
    """What errors of the notebook `name` are kept under."""
    return hide_in_notebook_name(name[:NOTEBOOK_LIMIT]) or "unknown"


def mask(event: EventMessageType, *, is_raw: bool, accept_verbatim: bool) -> None:
    """Hide in `event` what looks private, and name in `masked` the fields where there was something.

    Of a client that is known to scrub nothing (`is_raw`: notebook-error-reporter) quoted text goes too. An event that
    says of itself that it was not scrubbed (`policy` is `verbatim`) is believed only with `accept_verbatim`; otherwise
    it loses message and first line.
    """
    masked = set(event.get("masked", []))
    if event.get("policy") == "verbatim":
        if not accept_verbatim:
            masked |= _withhold(event)
    else:
        masked |= _hide(event, is_raw)
    if masked:
        event["masked"] = sorted(masked)


def _withhold(event: EventMessageType) -> set[str]:
    event["error_message"], event["first_line"] = WITHHELD, ""
    for link in event.get("chain", []):
        link["error_message"] = WITHHELD
    return {"chain", "error_message", "first_line"}


def _hide(event: EventMessageType, is_raw: bool) -> set[str]:
    masked: set[str] = set()
    language = event.get("language", "python")

    def hide(field: str, holder: Any, key: Any, hidden: Callable[[str], str]) -> None:
        public = hidden(holder[key])
        if public != holder[key]:
            holder[key] = public
            masked.add(field)

    message = _raw_message if is_raw else _message
    hide("error_name", event, "error_name", _code)
    hide("error_message", event, "error_message", message)
    hide("first_line", event, "first_line", _raw_message if is_raw else lambda line: _first_line(line, language))
    hide("notebook", event, "notebook", _notebook)
    for link in event.get("chain", []):
        hide("chain", link, "error_message", message)
    comments = event.get("comments", [])
    for number in range(len(comments)):
        hide("comments", comments, number, _message)
    for frame in event["traceback"]:
        hide("traceback", frame, "fun_name", _code)
    return masked


def _message(text: str) -> str:
    return _remembered(_but_for_manuals, text, hide_in_message)


def _raw_message(text: str) -> str:
    return _remembered(_but_for_manuals, text, _hide_quoted)


def _first_line(text: str, language: str) -> str:
    return _remembered(_line_but_for_manuals, text, language)


def _notebook(name: str) -> str:
    return _remembered(hide_in_notebook_name, name)


def _code(name: str) -> str:
    return _remembered(hide_in_code, name)


def _hide_quoted(text: str) -> str:
    return hide_patterns(text, quoted=True)


def _line_but_for_manuals(text: str, language: str) -> str:
    return _but_for_manuals(text, lambda piece: hide_in_code(piece, language))


def _remembered(hidden: Callable[..., str], text: str, *more: Any) -> str:
    """`hidden(text, *more)`, known already if it was asked of late: errors of a course say the same again and again."""
    return _cached(hidden, text, *more) if len(text) <= REMEMBERED_LIMIT else hidden(text, *more)


@lru_cache(maxsize=4_000)
def _cached(hidden: Callable[..., str], text: str, *more: Any) -> str:
    return hidden(text, *more)


def _but_for_manuals(text: str, hidden: Callable[[str], str]) -> str:
    """`text` hidden, but with the addresses of manuals that stand in libraries' own messages."""
    if "://" not in text:
        return hidden(text)
    told, rest = "", ""
    for index, piece in enumerate(_ADDRESS.split(text)):
        if index % 2 and KNOWN.is_address(lowered(piece.rstrip(_AFTER_ADDRESS))):
            told += hidden(rest) + piece
            rest = ""
        else:
            rest += piece
    return told + hidden(rest)

"""The patterns of privacy once more, on whatever a client sent: the receiver's own net."""

import re
from typing import Any

from ..event import EventMessageType
from ..privacy import WITHHELD, hide_patterns
from ..privacy.known import KNOWN, lowered

_ADDRESS = re.compile(r"https?://[\w./#-]{4,200}[\w/]")
_TEXTS = ("error_name", "error_message", "first_line", "notebook")
NOTEBOOK_LIMIT = 200


def masked_notebook(name: str) -> str:
    """What errors of the notebook `name` are kept under."""
    return _hidden(name[:NOTEBOOK_LIMIT], quoted=False) or "unknown"


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
        masked |= _hide(event, quoted=is_raw)
    if masked:
        event["masked"] = sorted(masked)


def _withhold(event: EventMessageType) -> set[str]:
    event["error_message"], event["first_line"] = WITHHELD, ""
    for link in event.get("chain", []):
        link["error_message"] = WITHHELD
    return {"chain", "error_message", "first_line"}


def _hide(event: EventMessageType, quoted: bool) -> set[str]:
    masked: set[str] = set()
    fields: dict[str, Any] = event  # type: ignore[assignment]  # a TypedDict takes no name that is not literal
    for name in _TEXTS:
        hidden = _hidden(fields[name], quoted and name != "notebook")
        if hidden != fields[name]:
            fields[name] = hidden
            masked.add(name)
    for link in event.get("chain", []):
        hidden = _hidden(link["error_message"], quoted)
        if hidden != link["error_message"]:
            link["error_message"] = hidden
            masked.add("chain")
    for number, text in enumerate(event.get("comments", [])):
        hidden = _hidden(text, quoted=False)
        if hidden != text:
            event["comments"][number] = hidden
            masked.add("comments")
    for frame in event["traceback"]:
        hidden = hide_patterns(frame["fun_name"])
        if hidden != frame["fun_name"]:
            frame["fun_name"] = hidden
            masked.add("traceback")
    return masked


def _hidden(text: str, quoted: bool) -> str:
    """`text` without what looks private, but with the addresses of manuals that stand in libraries' own messages."""
    addresses = [found for found in _ADDRESS.findall(text)[:5] if KNOWN.holds(lowered(found))]
    for index, address in enumerate(addresses):
        text = text.replace(address, f"\0{index}\0")
    text = hide_patterns(text, quoted)
    for index, address in enumerate(addresses):
        text = text.replace(f"\0{index}\0", address)
    return text

"""Asking a collector for the errors of one's own session."""

from typing import Any, List

from ..delivery import Destination
from ..delivery.asking import NoAnswer, ask
from ..event import EventMessageType


def retrieve(destination: Destination, timeout: float) -> List[EventMessageType]:
    """The errors of the destination's session, oldest first; raises ConnectionError with what to do next."""
    label = destination.label
    advice = "Errors that could not be sent are kept and sent later; see %errreport status."
    try:
        (answer,) = ask(destination, "GET", [f"usages/{destination.session_key}"], timeout)
    except NoAnswer as error:
        raise ConnectionError(f"{label} can't be asked for errors ({error.kind}). {advice}") from None
    if answer.status == 404:  # nothing has reached it yet
        return []
    if answer.status != 200:
        raise ConnectionError(f"{label} answered {answer.status} when asked for this session's errors. {advice}")
    try:
        usage: Any = answer.json
        errors: List[EventMessageType] = usage["errors"]
    except (KeyError, TypeError):
        raise ConnectionError(f"{label} answered with something that is no collector's answer. {advice}") from None
    return errors

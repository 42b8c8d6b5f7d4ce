"""Asking a collector for the errors of one's own session."""

from typing import Any, List

from ..delivery import Destination
from ..delivery.answer import json_of
from ..delivery.transport import Transport
from ..event import EventMessageType


def retrieve(destination: Destination, timeout: float) -> List[EventMessageType]:
    """The errors of the destination's session, oldest first; raises ConnectionError with what to do next."""
    label = destination.label
    advice = "Errors that could not be sent are kept and sent later; see %errreport status."
    try:
        response = Transport(destination).get(f"usages/{destination.session_key}", timeout)
    except Exception as error:
        raise ConnectionError(f"{label} can't be asked for errors ({type(error).__name__}). {advice}") from None
    if response.status_code == 404:  # nothing has reached it yet
        return []
    if response.status_code != 200:
        raise ConnectionError(f"{label} answered {response.status_code} when asked for this session's errors. {advice}")
    try:
        usage: Any = json_of(response)
        errors: List[EventMessageType] = usage["errors"]
    except (KeyError, TypeError):
        raise ConnectionError(f"{label} answered with something that is no collector's answer. {advice}") from None
    return errors

"""An error that is none: sent through to see whether what is reported arrives, and told in one sentence."""

from .contract import COUNTLESS, TEST_ERROR, UNKNOWN
from .delivery.destination import COLLECTOR, SLACK, Destination
from .delivery.engine.parcel import Parcel
from .delivery.receivers import receiver_for
from .event import EventMessageType, encode, fingerprint, new_event_id, rfc3339

NAME = TEST_ERROR
"""What the error is called, so that people know it in a list."""
MESSAGE = "This is a test, nothing has failed."
TIMEOUT = 10.0
"""Seconds that a receiver has for its answer."""


def trial_event(destination: Destination, notebook: str) -> EventMessageType:
    """The error. It is of no session and of no cell, so that no figure takes it for a reader's."""
    event_id = new_event_id()
    return {
        "error_name": NAME,
        "error_message": MESSAGE,
        "traceback": [],
        "first_line": "",
        "execution_count": COUNTLESS,
        "notebook": destination.notebook or notebook or UNKNOWN,
        "event_id": event_id,
        "timestamp": rfc3339(int(event_id[:8] + event_id[9:13], 16) / 1000),
        "kind": "cell",
        "chain": [],
        "count": 1,
        "language": "python",
        "fingerprint": fingerprint(NAME, MESSAGE, []),
    }


def try_out(destination: Destination, notebook: str, timeout: float = TIMEOUT) -> str:
    """Send the error and say in a sentence whether it arrived, where it is seen, or what is wrong. Never raises.

    `timeout` is in seconds.
    """
    event = trial_event(destination, notebook)
    receiver = receiver_for(destination._replace(session_key=""))  # no session is opened for it
    try:
        outcome = receiver.send(Parcel([encode(event)]), timeout)
    finally:
        receiver.close()
    if outcome.statuses is not None and outcome.statuses[:1] in (["stored"], ["duplicate"]):
        return f"The test arrived: {_where(destination, event)}"
    why = (outcome.problem or f"{destination.label} did not take it").rstrip(".")
    if outcome.statuses is None:
        return f"The test did not arrive: {why}. Errors wait on this machine until it does."
    return f"The test did not arrive: {why}."


def _where(destination: Destination, event: EventMessageType) -> str:
    if destination.kind == SLACK:
        return "look into the Slack channel."
    if destination.kind == COLLECTOR:
        return f"who may read sees it at {destination.address}/errors/{event['event_id']}."
    return "see it on this Jupyter server's page /errreport/errors."

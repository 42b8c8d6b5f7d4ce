"""What `%errreport erase` does: the errors of this session are deleted wherever they went."""

from typing import Dict, List, Tuple

from ..delivery import Destination
from ..delivery.destination import COLLECTOR, JUPYTER
from ..delivery.receivers.server import Server
from .reporting import Reporting

SEND_SECONDS = 5.0
"""How long a reader waits for one receiver's answer, and for what is on its way."""


def erase(reporting: Reporting) -> str:
    """Stop, forget what waits, and have each receiver erase the session; what became of it, for the reader.

    A Jupyter server passes the deletion on to where it sent the errors.
    """
    forgotten = reporting.switch_off()
    # What a receiver is just being sent must not come after the deletion.
    reporting.flush(SEND_SECONDS)
    done: List[str] = []
    lines: List[str] = []
    for destination in _receivers(reporting):
        if destination.kind not in (COLLECTOR, JUPYTER):
            lines.append(f"What {destination.label} was told can't be taken back.")
            continue
        server = Server(destination)
        try:
            key = destination.session_key or reporting.session_key
            outcome = server.erase(f"sessions/{key}", SEND_SECONDS, key)
        finally:
            server.close()
        if outcome.problem:
            lines.append(f"Not erased: {outcome.problem}. Say '%errreport erase' again later.")
        else:
            done.append(destination.label)
    if done:
        lines.insert(0, f"Erased at {' and '.join(done)}: all errors of this session, and that it was.")
    elif not lines:
        lines.append("Nobody was told of any error of this session.")
    waited = f" {forgotten} that waited were forgotten." if forgotten else ""
    lines.append(f"Nothing more is reported in this session.{waited} '%errreport on' turns it on again.")
    return "\n".join(lines)


def _receivers(reporting: Reporting) -> List[Destination]:
    """To whom errors of this session go or went, each once."""
    distinct: Dict[Tuple[str, str], Destination] = {}
    for destination in (*reporting.destinations(), *(lane.destination for lane in reporting.delivery.lanes())):
        distinct.setdefault(destination.identity, destination)
    return list(distinct.values())

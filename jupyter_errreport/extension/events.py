"""Tells the front ends of a Jupyter server of each error that is stored, by Jupyter's own events."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..contract import ERROR_SCHEMA
from ..event import EventMessageType

_SCHEMA_FILE = Path(__file__).with_name("error_event.yaml")


class ErrorEvents:
    """Tells on the event loop; costs nothing while nobody listens."""

    def __init__(self, serverapp: Any) -> None:
        self._logger: Any = getattr(serverapp, "event_logger", None)  # jupyter_server 2.0 and newer
        if self._logger is not None and ERROR_SCHEMA not in self._logger.schemas:
            self._logger.register_event_schema(_SCHEMA_FILE)

    def tell(self, events: Sequence[EventMessageType]) -> None:
        """These errors are on disk."""
        if self._logger is None:
            return
        for event in events:
            data = {
                "event_id": event["event_id"],
                "notebook": event["notebook"],
                "error_name": event["error_name"],
                "kind": event["kind"],
                "count": event["count"],
            }
            self._logger.emit(schema_id=ERROR_SCHEMA, data=data)

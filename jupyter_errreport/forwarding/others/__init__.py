"""Receivers that are none of ours: Sentry and what speaks its protocol, and OpenTelemetry.

Each is told of one event a request. What tells two of them apart is how an event is worded, and what an answer means.
"""

from ...delivery.destination import OTLP, SENTRY
from .destinations import others_of
from .open_telemetry import OpenTelemetry
from .receiver import OtherReceiver
from .sentry import Sentry
from .source import OtherSource

OTHERS: dict[str, type[OtherReceiver]] = {SENTRY: Sentry, OTLP: OpenTelemetry}
"""By the kinds of destinations."""

__all__ = ["OTHERS", "OtherReceiver", "OtherSource", "others_of"]

"""Receivers that are none of ours: Sentry and what speaks its protocol, and OpenTelemetry.

Each is told of one event a request. What tells two of them apart is how an event is worded, and what an answer means.
"""

from .destinations import others_of
from .parcels import Others

__all__ = ["Others", "others_of"]

"""Alerts as sentences."""

from collections.abc import Mapping
from typing import Any

from .numbers import percent, plural


def alert_row(alert: Mapping[str, Any], group: Mapping[str, Any] | None) -> dict[str, Any]:
    """An alert with `told`, what happened in a few words, and `group`, the one it is about (None when it is gone)."""
    return {**alert, "told": told(alert["kind"], alert["details"]), "group": group}


def told(kind: str, details: Mapping[str, Any]) -> str:
    """What happened."""
    if kind == "new":
        return "New"
    if kind == "regression":
        release = details.get("release")
        return f"Came back in {release}" if release else "Came back after it was resolved"
    if kind == "reopened":
        sessions = details.get("sessions")
        return f"Not ignored any more: {plural(sessions, 'session')}" if sessions else "Not ignored any more"
    if kind == "storm":
        return f"{plural(details['groups'], 'more new group')}, told as one"
    if kind == "spike":
        return "More often than usual"
    share = details.get("share")
    return f"Fewer sessions without an error: {percent(share)}" if share is not None else "More sessions have errors"

"""The environment variables by which anybody turns reporting off."""

import os
from typing import Mapping

OFF_WORDS = ("off", "0", "false", "no")


def forbidden_by(environment: Mapping[str, str] = os.environ) -> str:
    """The environment variable that forbids reporting, as `NAME=value`; empty when none does."""
    value = environment.get("JUPYTER_ERRREPORT", "")
    if value.strip().lower() in OFF_WORDS:
        return f"JUPYTER_ERRREPORT={value}"
    value = environment.get("DO_NOT_TRACK", "")
    # https://consoledonottrack.com: set to anything but empty or zero.
    if value.strip().lower() not in ("", "0", "false", "no", "off"):
        return f"DO_NOT_TRACK={value}"
    return ""

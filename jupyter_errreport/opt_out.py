"""The environment variables by which anybody turns reporting off, or a program that grades notebooks is known."""

import os
from typing import Mapping

OFF_WORDS, ON_WORDS = ("off", "0", "false", "no"), ("on", "1", "true", "yes")
GRADER = "NBGRADER_EXECUTION"
"""`autograde` or `validate` where nbgrader runs a student's notebook: its errors are marks, no trouble of a reader."""


def forbidden_by(environment: Mapping[str, str] = os.environ) -> str:
    """The environment variable that forbids reporting, as `NAME=value`; empty when none does."""
    value = environment.get("JUPYTER_ERRREPORT", "")
    if value.strip().lower() in OFF_WORDS:
        return f"JUPYTER_ERRREPORT={value}"
    is_wanted = value.strip().lower() in ON_WORDS
    value = environment.get("DO_NOT_TRACK", "")
    # https://consoledonottrack.com: set to anything but empty or zero.
    if value.strip().lower() not in ("", "0", "false", "no", "off"):
        return f"DO_NOT_TRACK={value}"
    value = environment.get(GRADER, "")
    return f"{GRADER}={value}" if value and not is_wanted else ""

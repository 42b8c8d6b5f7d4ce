"""The environment variables by which anybody turns reporting off, or a program that grades notebooks is known."""

import os
from typing import Mapping

from .contract import DO_NOT_TRACK_VARIABLE, OFF_VARIABLE

OFF_WORDS, ON_WORDS = ("off", "0", "false", "no"), ("on", "1", "true", "yes")
GRADER = "NBGRADER_EXECUTION"
"""`autograde` or `validate` where nbgrader runs a student's notebook: its errors are marks, no trouble of a reader."""


def forbidden_by(environment: Mapping[str, str] = os.environ) -> str:
    """The environment variable that forbids reporting, as `NAME=value`; empty when none does."""
    value = environment.get(OFF_VARIABLE, "")
    if value.strip().lower() in OFF_WORDS:
        return f"{OFF_VARIABLE}={value}"
    is_wanted = value.strip().lower() in ON_WORDS
    value = environment.get(DO_NOT_TRACK_VARIABLE, "")
    # Set to anything but empty or zero.
    if value.strip().lower() not in ("", "0", "false", "no", "off"):
        return f"{DO_NOT_TRACK_VARIABLE}={value}"
    value = environment.get(GRADER, "")
    return f"{GRADER}={value}" if value and not is_wanted else ""

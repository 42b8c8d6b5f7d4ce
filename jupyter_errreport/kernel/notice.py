"""What a reader is told when a notebook begins to report: to whom, what, and how to stop."""

import json
import textwrap
from typing import Any, Dict

from ..privacy import WITHHELD

EXAMPLE = {
    "error_name": "ValueError",
    "error_message": WITHHELD,
    "traceback": [
        {"filename": "<cell 12>", "fun_name": "<module>", "lineno": 2},
        {"filename": "numpy/linalg/_linalg.py", "fun_name": "inv", "lineno": 608},
    ],
    "first_line": "#@title Invert the matrix",
    "execution_count": 12,
    "notebook": "dock",
}
"""An event as it may leave: invented, but of the real shape."""


def notice(receiver: str, notebook: str, off_reason: str, in_ipython: bool = True) -> str:
    """The words that `enable()` shows."""
    if not in_ipython:
        return f"Errors are not reported to {receiver}: this is not an IPython kernel."
    if off_reason:
        return f"Errors are not reported to {receiver}: turned off by {off_reason}. Nothing leaves this kernel."
    example: Dict[str, Any] = dict(EXAMPLE, notebook=notebook)
    return (
        f"When a cell of this notebook fails, its author is told, through {receiver}.\n\n"
        "Sent: the error's type, where in the code it happened, the cell's first line with its values replaced,\n"
        "the notebook's name, and that a session began. Not sent: data, outputs, file paths, the error's message.\n\n"
        "For example:\n" + textwrap.indent(json.dumps(example, indent=1), "    ") + "\n\n"
        "To stop:          %errreport off     (or set DO_NOT_TRACK=1 before the kernel starts)\n"
        "To see all of it: %errreport last"
    )

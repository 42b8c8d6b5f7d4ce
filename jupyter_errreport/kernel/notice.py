"""What a reader is told when a notebook begins to report: to whom, what, and how to stop."""

import json
import textwrap
from typing import Any, Dict

EXAMPLE = {
    "error_name": "ValueError",
    "error_message": "could not convert string to float: <str>",
    "traceback": [
        {"filename": "<cell 12>", "fun_name": "<module>", "lineno": 2},
        {"filename": "pandas/core/generic.py", "fun_name": "astype", "lineno": 6662},
    ],
    "first_line": "#@title Load the measurements",
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
        "Sent: the error's type, the library's words about it, where in the code it happened, the cell's first line\n"
        "with its values replaced, the notebook's name, and that a session began. Not sent: data, outputs, paths.\n\n"
        "For example:\n" + textwrap.indent(json.dumps(example, indent=1), "    ") + "\n\n"
        "To stop:          %errreport off     (or set DO_NOT_TRACK=1 before the kernel starts)\n"
        "To see all of it: %errreport last"
    )

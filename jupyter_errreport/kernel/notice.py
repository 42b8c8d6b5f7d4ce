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
YOUR_NO = "your no ('%errreport on' takes it back)"


def notice(receiver: str, notebook: str, off_reason: str = "", asked: bool = False, in_ipython: bool = True) -> str:
    """The words that `enable()` shows; `asked` says that the reader is to say yes or no before anything leaves."""
    if not in_ipython:
        return f"Errors are not reported to {receiver}: this is not an IPython kernel."
    if off_reason:
        return f"Errors are not reported to {receiver}: turned off by {off_reason}. Nothing leaves this kernel."
    example: Dict[str, Any] = dict(EXAMPLE, notebook=notebook)
    return "\n\n".join(
        (
            (_QUESTION if asked else _NOTICE).format(receiver=receiver),
            _WHAT,
            "For example:\n" + textwrap.indent(json.dumps(example, indent=1), "    "),
            _ANSWERS if asked else _STOPS,
        )
    )


_NOTICE = "When a cell of this notebook fails, its author is told, through {receiver}."
_QUESTION = (
    "When a cell of this notebook fails, its author would like to be told, through {receiver}.\n"
    "Do you agree? Nothing leaves before you say yes; until then errors wait on this machine."
)
_WHAT = (
    "Sent: the error's type, the library's words about it, where in the code it happened, the cell's first line\n"
    "with its values replaced, the notebook's name, that a session began, and how many of its cells failed.\n"
    "Not sent: data, outputs, paths."
)
_STOPS = (
    "To stop:          %errreport off     (or set DO_NOT_TRACK=1 before the kernel starts)\n"
    "To see all of it: %errreport last"
)
_ANSWERS = (
    "Yes:              %errreport on\n"
    "No:               %errreport off     (what waits is deleted; either answer is remembered)\n"
    "To see all of it: %errreport show"
)

"""What the IPython startup file calls: load the hook where a kernel is told where to report, and nothing elsewhere.

Light, because it runs in every kernel of the environment: without configuration it looks at two variables and returns.
"""

import os
from typing import Any

from ..contract import CONNECTION_VARIABLE, URL_VARIABLE

VARIABLES = (URL_VARIABLE, CONNECTION_VARIABLE)


def load(shell: Any) -> None:
    """Install the hook in a kernel's shell if somebody configured a destination. Raises nothing."""
    try:
        if _is_kernel(shell) and _is_configured(shell):
            from .magics import register_magics
            from .reporting import Reporting

            Reporting.of(shell).start()
            register_magics(shell)
    except Exception:
        # A startup file that raises stops all later ones: the reader's own among them.
        return


def _is_kernel(shell: Any) -> bool:
    """Whether this shell serves a notebook, not a terminal or a script."""
    return getattr(shell, "kernel", None) is not None


def _is_configured(shell: Any) -> bool:
    if any(os.environ.get(name) for name in VARIABLES):
        return True
    return "ErrReport" in shell.config and bool(shell.config.ErrReport.get("url"))

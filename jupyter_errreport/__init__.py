"""The errors that other people hit in a shared notebook, told to its author without their data."""

from typing import TYPE_CHECKING, Any, Dict, List

if TYPE_CHECKING:
    from .event import EventMessageType, TracebackDetailsType
    from .kernel.reporters import ErrorServer, ErrorSlack, ErrorStore

__version__ = "0.1.0"

__all__ = [
    "ErrorServer",
    "ErrorSlack",
    "ErrorStore",
    "EventMessageType",
    "TracebackDetailsType",
    "__version__",
]

# Loaded when asked for: a kernel that reports nothing imports nothing.
_HOMES = {
    "ErrorServer": "kernel.reporters",
    "ErrorSlack": "kernel.reporters",
    "ErrorStore": "kernel.reporters",
    "EventMessageType": "event",
    "TracebackDetailsType": "event",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> List[str]:
    return sorted(list(globals()) + list(_HOMES))


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext jupyter_errreport`: the magics, and the hook for what this kernel's environment configures."""
    from .kernel.magics import register_magics
    from .kernel.reporting import Reporting

    register_magics(shell)
    Reporting.of(shell).start()


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext jupyter_errreport`: take the hook out."""
    from .kernel.reporting import Reporting

    Reporting.of(shell).hook.uninstall()


def _jupyter_server_extension_points() -> List[Dict[str, Any]]:
    from .extension import JupyterErrReport

    return [{"module": "jupyter_errreport.extension", "app": JupyterErrReport}]

"""Whose code a frame runs: IPython's own frames say nothing about an error."""

from types import FrameType, TracebackType
from typing import Optional

_IPYTHON_MODULES = ("IPython", "ipykernel")


def module_of(frame: FrameType) -> Optional[str]:
    """The `__name__` that a frame's code runs under; None when it is no plain text."""
    name = dict.get(frame.f_globals, "__name__")
    return name if type(name) is str else None


def is_ipython(module: Optional[str]) -> bool:
    """Whether a module belongs to IPython or its kernel, whose frames say nothing about an error."""
    return module is not None and module.split(".", 1)[0] in _IPYTHON_MODULES


def is_own(module: Optional[str]) -> bool:
    """Whether a module is one of this package's."""
    return module is not None and module.split(".", 1)[0] == "jupyter_errreport"


def is_machinery(entry: TracebackType) -> bool:
    """Whether this is a frame of IPython's, or of the package `decorator` in between them (before IPython 8)."""
    module = module_of(entry.tb_frame)
    if module == "decorator" and entry.tb_next is not None:
        module = module_of(entry.tb_next.tb_frame)
    return is_ipython(module)

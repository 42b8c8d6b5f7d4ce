"""Where the objects come from that failing code names: the files of their modules, as plain text.

Of `graph.get_edge_data(0, 1)` it says that `graph` is rustworkx's, whatever the object holds. Nothing of it is called.
"""

import sys
from itertools import chain, islice
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any, Dict, Optional

from ..slots import file_of_module, module_of_class

NAMES_TAKEN = 60
OWN = ""
"""The key of the module that the code itself belongs to."""


def origins_of(frame: FrameType, local: Dict[str, Any]) -> Dict[str, str]:
    """The file of the module behind each name that the frame's code uses, its local variables being `local`."""
    code: CodeType = frame.f_code
    known = frame.f_globals
    found: Dict[str, str] = {}
    for name in islice(chain(code.co_names, code.co_varnames, code.co_freevars), NAMES_TAKEN):
        value = local.get(name) if name in local else dict.get(known, name)
        file = _file_behind(value) if value is not None else None
        if file is not None:
            found[name] = file
    own = dict.get(known, "__file__")
    if type(own) is str:
        found[OWN] = own
    return found


def _file_behind(value: Any) -> Optional[str]:
    """The file of the module that an object, or its class, comes from; None where there is none."""
    kind = type(value)
    if issubclass(kind, ModuleType):
        return file_of_module(value)
    if kind is FunctionType:
        file = dict.get(value.__globals__, "__file__")
        return file if type(file) is str else None
    if kind is BuiltinFunctionType:
        owner = value.__self__
        if issubclass(type(owner), ModuleType):
            return file_of_module(owner)
        name = value.__module__ if owner is None else module_of_class(type(owner))
    else:
        name = module_of_class(value if issubclass(kind, type) else kind)
    return file_of_module(sys.modules.get(name)) if type(name) is str and name != "builtins" else None

"""What an exception brings of another process: whose error it stands for, and the traceback that was told as text.

Pools set an exception as its cause (`RemoteTraceback`), dask derives a class from the error's own, and whoever runs
another kernel (ipyparallel, nbclient, papermill) keeps what that kernel said: `ename`, `evalue`, `traceback`.
"""

import builtins
import os
import sys
from itertools import islice
from typing import Any, Callable, List, NamedTuple, Optional, Set, Tuple

from ..slots import exported, file_of_module, is_one_of, module_of_class, mro_of, name_of_class

ERRORS_SEARCHED = 20_000
"""Classes of exceptions among which the one of a name is looked for."""

_TEXTS = ("tb", "traceback")
_attributes: Callable[[Any], Any] = BaseException.__dict__["__dict__"].__get__
_cause: Callable[[Any], Any] = BaseException.__dict__["__cause__"].__get__
_subclasses: Callable[[Any], Any] = type.__dict__["__subclasses__"]


class Remote(NamedTuple):
    """What is known of an error that another process raised."""

    text: str
    """Its traceback, in the words of Python or of IPython."""
    error: Optional[BaseException] = None
    """The error itself, where it is here as well, inside another."""
    name: str = ""
    """The name of its class, where only that is known."""
    message: Optional[str] = None
    """What it said; None where the error, or the one that stands for it, says so itself."""
    from_kernel: bool = False
    """Whether another kernel ran it, whose cells are none of this notebook's."""


def remote_of(error: BaseException) -> Optional[Remote]:
    """What is known of the error that `error` stands for; None for one of this process."""
    cause = _cause(error)
    if cause is not None and name_of_class(type(cause)).endswith("RemoteTraceback"):
        return Remote(_text(cause, *_TEXTS))
    stub = exported("dask.multiprocessing", "RemoteException")
    if stub is not None and is_one_of(stub, mro_of(type(error))):
        return Remote(_text(error, *_TEXTS), error=_error(error, "exception"))
    return _of_kernel(error)


def class_named(name: str, text: str) -> Optional[type]:
    """Python's own class of exceptions with this name, or the one that is loaded; None where it can't be told which.

    Of several it is the one whose file stands in `text`.
    """
    own: Any = vars(builtins).get(name)
    if issubclass(type(own), type) and issubclass(own, BaseException):
        return own  # type: ignore[no-any-return]
    found: List[type] = []
    waiting: List[type] = [BaseException]
    seen: Set[int] = set()
    while waiting and len(seen) < ERRORS_SEARCHED:
        for cls in _subclasses(waiting.pop()):
            if id(cls) not in seen:
                seen.add(id(cls))
                waiting.append(cls)
                if name_of_class(cls) == name:
                    found.append(cls)
    if len(found) > 1:
        found = [cls for cls in found if _end_of_file(cls) in text]
    return found[0] if len(found) == 1 else None


def _end_of_file(cls: type) -> str:
    """The last two parts of the path of the file in which a class was made, which a text may show in part."""
    module = module_of_class(cls)
    file = file_of_module(sys.modules.get(module)) if type(module) is str else None
    return file[file.rfind(os.sep, 0, file.rfind(os.sep)) + 1 :] if file is not None else "\0"


def _of_kernel(error: BaseException) -> Optional[Remote]:
    displayed = _error(error, "original_error")  # ipyparallel's, once the engines' output was shown
    names = _named(displayed if displayed is not None else error)
    engines = names.get("elist")
    if type(engines) is list and engines and type(engines[0]) in (tuple, list) and len(engines[0]) >= 3:
        name, message, text = engines[0][:3]
    else:
        name, message, text = (names.get(part) for part in ("ename", "evalue", "traceback"))
    if type(name) is not str or type(message) is not str:
        return None
    lines = text if type(text) in (list, tuple) else [text]
    told = "\n".join([line for line in islice(lines, 1_000) if type(line) is str])
    return Remote(told, name=name, message=message, from_kernel=True)


def _named(error: BaseException) -> Any:
    names = _attributes(error)
    return names if type(names) is dict else {}


def _error(error: BaseException, name: str) -> Optional[BaseException]:
    found = _named(error).get(name)
    return found if issubclass(type(found), BaseException) else None


def _text(error: BaseException, *names: str) -> str:
    found: Tuple[str, ...] = tuple([text for text in map(_named(error).get, names) if type(text) is str])
    return found[0] if found else ""

"""The snapshot of an error: plain data, taken on the thread that failed, in well under a millisecond.

No exception, traceback, frame or object of the user's leaves here: one that is kept would keep everything alive that
its frames hold. User code is run at most once an exception, by `str(error)`, as IPython does too.
"""

import sys
import time
from collections import deque
from itertools import islice
from types import CodeType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, Callable, Deque, Dict, Iterator, List, Optional, Tuple

from ..event import (
    CHAIN_LIMIT,
    FRAME_LIMIT,
    ChainSnapshot,
    ClassSnapshot,
    ErrorSnapshot,
    FrameSnapshot,
    new_event_id,
)
from .cells import CellPlace
from .modules import is_machinery, module_of
from .origins import origins_of

MESSAGE_TAKEN = 4_000
VALUE_TAKEN = 200
LOCALS_TAKEN = 200
NAMES_TAKEN = 1_000
VALUES_SECONDS = 0.0003
"""Time that may be spent on values: they are a net under the other rules, the reader's cell comes first."""

_PLAIN_TYPES = (str, int, float, bytes)


def _own_locals_type() -> type:
    return type(sys._getframe().f_locals)


_MAPPING_TYPES = (dict, _own_locals_type())  # Python 3.13 gives functions a proxy

# Attributes as CPython stores them, whatever a class of the user's makes of these names. For the same reason types are
# compared by `issubclass(type(error), ...)`: `isinstance` asks a `__class__` that may be a property of the user's.
_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_suppressed = BaseException.__dict__["__suppress_context__"].__get__
_traceback = BaseException.__dict__["__traceback__"].__get__
_mro = type.__dict__["__mro__"].__get__
_name = type.__dict__["__name__"].__get__
_qualname = type.__dict__["__qualname__"].__get__
_module = type.__dict__["__module__"].__get__
_namespace = type.__dict__["__dict__"].__get__
_flags = type.__dict__["__flags__"].__get__
_IMMUTABLE, _ON_THE_HEAP = 1 << 8, 1 << 9
"""Flags of CPython's types: Python code makes them on the heap only, and may change these."""
_module_namespace: Any = vars(ModuleType)["__dict__"].__get__
_MESSAGE_METHODS = ("__str__", "__init__", "__new__", "__repr__")
CLASSES_TAKEN = 10
CLASS_ATTRIBUTES = 100
CHAIN_FRAMES = 4
CHAIN_STEPS = 2_000
"""Links of a chained exception's traceback that are followed: of an endless one only the outer part is known."""

PlaceOf = Callable[[str], Optional[CellPlace]]
"""The cell that a file name stands for; None for a file that is no cell."""


def as_exception(value: Any) -> Optional[BaseException]:
    """`value` if it is an exception; None for anything else."""
    return value if issubclass(type(value), BaseException) else None


def classes_of(error: BaseException) -> Tuple[ClassSnapshot, ...]:
    """The exception's class and its bases without `object`, most derived first; at most 10."""
    return tuple([_class(cls) for cls in _mro(type(error))[:CLASSES_TAKEN] if cls is not object])


def _class(cls: type) -> ClassSnapshot:
    module = _module(cls)
    holder = sys.modules.get(module) if type(module) is str else None
    namespace = _module_namespace(holder) if issubclass(type(holder), ModuleType) else {}
    file = namespace.get("__file__")
    own = _namespace(cls)
    methods = [own.get(name) for name in _MESSAGE_METHODS] if module != "builtins" else []
    return ClassSnapshot(
        name=_name(cls),
        module=module if type(module) is str else None,
        file=file if type(file) is str else None,
        stands=_stands(cls, namespace),
        codes=tuple([method.__code__ for method in methods if type(method) is FunctionType]),
        texts=tuple(_texts(own)) if module != "builtins" else (),
        is_fixed=_flags(cls) & (_IMMUTABLE | _ON_THE_HEAP) != _ON_THE_HEAP,
    )


def _texts(namespace: Any) -> Iterator[str]:
    for name, value in islice(namespace.items(), CLASS_ATTRIBUTES):
        if type(value) is str and type(name) is str and name[:2] != "__":
            yield value[: 2 * VALUE_TAKEN]


def _stands(cls: type, namespace: Any) -> bool:
    """Whether the qualified name of a class leads from its module's namespace to the class."""
    for part in _qualname(cls).split(".")[:10]:
        found = namespace.get(part)
        if found is cls:
            return True
        if not issubclass(type(found), type):
            return False
        namespace = _namespace(found)
    return False


def message_of(error: BaseException) -> Optional[str]:
    """What `str(error)` gives, cut to 4,000 characters; None when it raises or gives something else."""
    try:
        # A subclass of str is the user's code as well: `str.__getitem__` makes a plain one without calling it.
        return str.__getitem__(str(error), slice(0, MESSAGE_TAKEN))
    except BaseException:  # whatever a `__str__` of the user's does, it is not this cell's failure
        return None


def take(
    error: BaseException,
    traceback: Optional[TracebackType],
    *,
    kind: str,
    execution_count: int,
    source: str,
    cell_id: Optional[str],
    place_of: PlaceOf,
    namespace: Optional[Dict[str, Any]],
) -> ErrorSnapshot:
    """The snapshot of `error` as it was seen by a hook."""
    deadline = time.perf_counter() + VALUES_SECONDS
    frames, folded = _frames(traceback, place_of, namespace, deadline)
    return ErrorSnapshot(
        event_id=new_event_id(),
        taken_at=time.time(),
        kind=kind,
        classes=classes_of(error),
        message=message_of(error),
        frames=frames,
        folded=folded,
        chain=tuple(_chain(error, place_of)),
        execution_count=execution_count,
        source=source,
        cell_id=cell_id,
        syntax_lineno=_syntax_lineno(error) if kind == "syntax" else None,
        values=_plain(namespace, NAMES_TAKEN, deadline) if namespace is not None else {},
    )


def traceback_of(error: BaseException) -> Optional[TracebackType]:
    """The traceback that CPython stored."""
    found = _traceback(error)
    return found if isinstance(found, TracebackType) else None


def _frames(
    traceback: Optional[TracebackType], place_of: PlaceOf, namespace: Optional[Dict[str, Any]], deadline: float
) -> Tuple[Tuple[FrameSnapshot, ...], int]:
    """At most 50 frames, the outermost and the innermost half of them, and how many lie between.

    From the cell inwards: what led to it (the start of a thread, a widget's dispatcher) says nothing about the error.
    """
    half = FRAME_LIMIT // 2
    first: List[TracebackType] = []
    last: Deque[TracebackType] = deque(maxlen=half)
    seen, in_cell = 0, False
    machinery = False
    judged: Optional[CodeType] = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code is not judged:  # code that calls itself, as long tracebacks are made of, is judged once
            machinery, judged = is_machinery(traceback), code
        if not machinery:
            if not in_cell and place_of(code.co_filename) is not None:
                in_cell, seen = True, 0
                first.clear()
                last.clear()
            seen += 1
            if len(first) < half:
                first.append(traceback)
            else:
                last.append(traceback)
        traceback = traceback.tb_next
    kept = first + list(last)
    frames = [_frame(entry, place_of, namespace, deadline) for entry in kept]
    return tuple(_with_origins(frames, kept)), seen - len(kept)


def _with_origins(frames: List[FrameSnapshot], entries: List[TracebackType]) -> List[FrameSnapshot]:
    """The frames, the innermost one and the innermost one of a cell with the modules of what their code names.

    Some libraries written in C add frames of their own, which have no names.
    """
    told = list(frames)
    last = len(frames) - 1
    named = [index for index in range(last, max(last - 3, -1), -1) if entries[index].tb_frame.f_globals][:1]
    cells = [index for index in range(last, -1, -1) if frames[index].cell is not None][:1]
    for index in {*named, *cells}:
        frame = entries[index].tb_frame
        is_function = frame.f_code.co_flags & 0x2 and not _is_running(frame)  # CO_NEWLOCALS
        local = frame.f_locals if is_function else {}
        told[index] = told[index]._replace(origins=origins_of(frame, local if type(local) in _MAPPING_TYPES else {}))
    return told


def _frame(
    entry: TracebackType, place_of: PlaceOf, namespace: Optional[Dict[str, Any]], deadline: float
) -> FrameSnapshot:
    frame = entry.tb_frame
    code = frame.f_code
    at_module_level = frame.f_globals is namespace and not code.co_flags & 0x2  # CO_NEWLOCALS: a function
    values: Dict[str, Any] = {}
    # Before Python 3.13 `f_locals` of a frame that still runs (`with Output():` in a function) keeps what it held.
    if not at_module_level and time.perf_counter() < deadline and not _is_running(frame):
        values = _plain(frame.f_locals, LOCALS_TAKEN, deadline)
    place = place_of(code.co_filename)
    return FrameSnapshot(
        code=code,
        lineno=(entry.tb_lineno or 0) + (place.lines_before if place is not None else 0),
        lasti=entry.tb_lasti,
        module=module_of(frame),
        cell=place.execution_count if place is not None else None,
        values=values,
    )


def _is_running(frame: FrameType) -> bool:
    """Whether `frame` is among the callers of this function."""
    caller: Optional[FrameType] = sys._getframe(1)
    while caller is not None and caller is not frame:
        caller = caller.f_back
    return caller is not None


def _plain(mapping: Any, limit: int, deadline: float) -> Dict[str, Any]:
    """Values of exactly str, int, float and bytes, cut short; of a mapping of the user's own type nothing."""
    values: Dict[str, Any] = {}
    if type(mapping) not in _MAPPING_TYPES:
        return values
    try:
        for name, value in islice(mapping.items(), limit):
            kind = type(value)
            if kind in _PLAIN_TYPES and type(name) is str:
                values[name] = value[:VALUE_TAKEN] if kind is str or kind is bytes else value
            if time.perf_counter() > deadline:
                break
    except RuntimeError:  # another thread changes it meanwhile
        pass
    return values


def _related(error: BaseException) -> Iterator[Tuple[BaseException, str]]:
    """What one exception came from and what it holds, each with the name of the relation."""
    cause = _cause(error)
    if cause is not None:
        yield cause, "cause"
    elif _context(error) is not None and not _suppressed(error):
        yield _context(error), "context"
    members = getattr(error, "exceptions", ()) if _is_group(error) else ()
    for member in members[:CHAIN_LIMIT] if type(members) in (tuple, list) else ():
        if issubclass(type(member), BaseException):
            yield member, "member"


def _is_group(error: BaseException) -> bool:
    """Whether this is an exception group: Python's own since 3.11, before that of the package `exceptiongroup`."""
    return any(_name(cls) in ("BaseExceptionGroup", "ExceptionGroup") for cls in _mro(type(error)))


def _innermost(traceback: Optional[TracebackType], place_of: PlaceOf) -> Tuple[FrameSnapshot, ...]:
    """The innermost frames of a chained exception, without their values."""
    last: Deque[TracebackType] = deque(maxlen=CHAIN_FRAMES)
    steps = 0
    while traceback is not None and steps < CHAIN_STEPS:
        last.append(traceback)
        traceback = traceback.tb_next
        steps += 1
    kept = [entry for entry in last if not is_machinery(entry)]
    frames = [_frame(entry, place_of, None, 0.0) for entry in kept]
    return tuple(_with_origins(frames, kept))


def _chain(error: BaseException, place_of: PlaceOf) -> Iterator[ChainSnapshot]:
    """Causes, contexts and members, nearest first; each once, at most 10."""
    seen, waiting = {id(error)}, deque([error])
    while waiting:
        for other, relation in _related(waiting.popleft()):
            if id(other) in seen:
                continue
            if len(seen) > CHAIN_LIMIT:
                return
            seen.add(id(other))
            waiting.append(other)
            frames = _innermost(traceback_of(other), place_of)
            yield ChainSnapshot(classes_of(other), message_of(other), relation, frames)


def _syntax_lineno(error: BaseException) -> Optional[int]:
    """The line of a syntax error in the cell; None when it has none (a null byte, a failing input transformation)."""
    if not issubclass(type(error), SyntaxError):
        return None
    lineno = SyntaxError.__dict__["lineno"].__get__(error)
    return lineno if type(lineno) is int else None

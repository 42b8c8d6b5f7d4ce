"""The snapshot of an error: plain data, taken on the thread that failed, in well under a millisecond.

No exception, traceback, frame or object of the user's leaves here: one that is kept would keep everything alive that
its frames hold. User code is run at most once an exception, by `str(error)`, as IPython does too.
"""

import re
import sys
from collections import deque
from itertools import chain as chain_of
from itertools import islice
from types import CodeType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, Callable, Deque, Dict, FrozenSet, Iterator, List, Optional, Set, Tuple

from ..contract import CHAIN_LIMIT, FRAME_LIMIT
from ..event import ChainSnapshot, ClassSnapshot, ErrorSnapshot, FrameSnapshot, new_event_id
from ..slots import (
    IMMUTABLE,
    ON_THE_HEAP,
    flags_of_class,
    is_one_of,
    members_of_group,
    module_of_class,
    mro_of,
    name_of_class,
    names_of_class,
    names_of_module,
    qualname_of_class,
)
from .cells import CellPlace
from .clock import CLOCK
from .held import beginning_of, environment_values, held_by, is_users_file, may_hold_comment
from .modules import is_machinery, module_of
from .named_code import code_named
from .origins import origins_of
from .remote import Remote, class_named, remote_of
from .rounds import folded
from .told import said_before_exit, told_frames

MESSAGE_TAKEN = 4_000
VALUE_TAKEN = 200
NAME_TAKEN = 200
LOCALS_TAKEN = 200
"""Variables of one frame, and of all the kept ones together at most ten times as many."""
WORDS_TAKEN = 60
"""Words of a first line that are looked up in the namespace."""

_WORD = re.compile(r"[^\W\d]\w{0,60}")
_PLAIN_TYPES = frozenset(map(id, (str, int, float, bytes)))
"""By their ids: to look a class up asks a metaclass of the user's."""


def _own_locals_type() -> type:
    return type(sys._getframe().f_locals)


_MAPPING_TYPES = (dict, _own_locals_type())  # Python 3.13 gives functions a proxy

# Attributes as CPython stores them, whatever a class of the user's makes of these names. For the same reason types are
# compared by `issubclass(type(error), ...)`: `isinstance` asks a `__class__` that may be a property of the user's.
_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_suppressed = BaseException.__dict__["__suppress_context__"].__get__
_traceback = BaseException.__dict__["__traceback__"].__get__
CO_NEWLOCALS = 0x2
"""The flag of a code object that is a function's."""
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
    return _classes(type(error))


def _classes(kind: type) -> Tuple[ClassSnapshot, ...]:
    return tuple([_class(cls) for cls in mro_of(kind)[:CLASSES_TAKEN] if cls is not object])


def _class(cls: type) -> ClassSnapshot:
    module = module_of_class(cls)
    holder = sys.modules.get(module) if type(module) is str else None
    namespace = names_of_module(holder) if issubclass(type(holder), ModuleType) else {}
    file = namespace.get("__file__")
    own = names_of_class(cls)
    methods = [own.get(name) for name in _MESSAGE_METHODS] if module != "builtins" else []
    return ClassSnapshot(
        name=name_of_class(cls),
        module=module if type(module) is str else None,
        file=file if type(file) is str else None,
        stands=_stands(cls, namespace),
        codes=tuple([method.__code__ for method in methods if type(method) is FunctionType]),
        texts=tuple(_texts(own)) if module != "builtins" else (),
        is_fixed=flags_of_class(cls) & (IMMUTABLE | ON_THE_HEAP) != ON_THE_HEAP,
    )


def _texts(namespace: Any) -> Iterator[str]:
    for name, value in islice(namespace.items(), CLASS_ATTRIBUTES):
        if type(value) is str and type(name) is str and name[:2] != "__":
            yield value[: 2 * VALUE_TAKEN]


def _stands(cls: type, namespace: Any) -> bool:
    """Whether the qualified name of a class leads from its module's namespace to the class."""
    for part in qualname_of_class(cls).split(".")[:10]:
        found = namespace.get(part)
        if found is cls:
            return True
        if not issubclass(type(found), type):
            return False
        namespace = names_of_class(found)
    return False


def message_of(error: BaseException) -> Optional[str]:
    """What `str(error)` gives, cut to 4,000 characters; None when it raises or gives something else."""
    try:
        # A subclass of str is the user's code as well: `str.__getitem__` makes a plain one without calling it.
        return str.__getitem__(str(error), slice(0, MESSAGE_TAKEN))
    except BaseException:  # whatever a `__str__` of the user's does, it is not this cell's failure
        return None


def _message(error: BaseException, remote: Optional[Remote]) -> Optional[str]:
    """What an error says; for one that stands for another process's, what that said."""
    if remote is None or (remote.message is None and remote.error is None):
        return message_of(error)
    return remote.message[:MESSAGE_TAKEN] if remote.message is not None else message_of(remote.error or error)


def _classes_of_remote(error: BaseException, remote: Remote) -> Tuple[ClassSnapshot, ...]:
    """The class of another process's error, before that of the one that stands for it where it is not here."""
    if not remote.name:
        return classes_of(remote.error or error)
    cls = class_named(remote.name, remote.text)
    if cls is not None:
        return _classes(cls)
    return (ClassSnapshot(remote.name[:NAME_TAKEN], None, None, stands=False, codes=()), *classes_of(error))


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
    entries, has_entries = _entries(traceback, place_of)
    frames, users_locals, has_all = _frames(entries, place_of, namespace)
    chain = tuple(_chain(error, place_of, may_hold_comment(source)))
    now = CLOCK.now()
    remote = remote_of(error)
    message = said_before_exit(error, traceback) or _message(error, remote)
    magic_cell = execution_count if source[:2] == "%%" else None
    plain = (value for frame in _all_frames(frames, chain) for value in frame.values.values())
    return ErrorSnapshot(
        event_id=new_event_id(now),
        taken_at=now,
        kind=kind,
        classes=classes_of(error) if remote is None else _classes_of_remote(error, remote),
        message=message,
        frames=frames,
        chain=chain,
        execution_count=execution_count,
        source=source,
        cell_id=cell_id,
        syntax_lineno=_syntax_lineno(error) if kind == "syntax" else None,
        held=held_by(source, namespace, users_locals, chain_of(plain, environment_values()), has_all and has_entries),
        known_names=_known_names(source, namespace) if kind == "syntax" and namespace is not None else frozenset(),
        told=told_frames(error, message, place_of, remote, magic_cell) if kind != "syntax" else (),
    )


def _all_frames(frames: Tuple[FrameSnapshot, ...], chain: Tuple[ChainSnapshot, ...]) -> Iterator[FrameSnapshot]:
    yield from reversed(frames)
    for other in chain:
        yield from other.frames


def _known_names(source: str, namespace: Dict[str, Any]) -> FrozenSet[str]:
    """Words of the first line that the namespace, or a module that it names, holds: code even where nothing parses."""
    words = _WORD.findall(beginning_of(source, 1_000))[:WORDS_TAKEN]
    known = {word for word in words if word in namespace}
    for module in [namespace[word] for word in known if issubclass(type(namespace[word]), ModuleType)]:
        known.update(word for word in words if word in names_of_module(module))
    return frozenset(known)


def traceback_of(error: BaseException) -> Optional[TracebackType]:
    """The traceback that CPython stored."""
    found = _traceback(error)
    return found if isinstance(found, TracebackType) else None


def _entries(traceback: Optional[TracebackType], place_of: PlaceOf) -> Tuple[List[TracebackType], bool]:
    """At most 50 entries, the outermost and the innermost half of them, repeated rounds folded; whether these are all.

    From the cell inwards: what led to it (the start of a thread, a widget's dispatcher) says nothing about the error.
    Rounds are those of functions, not of lines: the way that a recursion took through a function is a value as well.
    """
    entries: List[TracebackType] = []
    in_cell, machinery = False, False
    judged: Optional[CodeType] = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code is not judged:  # code that calls itself, as long tracebacks are made of, is judged once
            machinery, judged = is_machinery(traceback), code
        if not machinery:
            if not in_cell and place_of(code.co_filename) is not None:
                in_cell = True
                entries.clear()
            entries.append(traceback)
        traceback = traceback.tb_next
    kept, half = list(folded(entries, _code_of)), FRAME_LIMIT // 2
    if len(kept) > FRAME_LIMIT:
        kept = [*kept[:half], *kept[-half:]]
    return kept, len(kept) == len(entries)


def _with_origins(frames: List[FrameSnapshot], entries: List[TracebackType]) -> Tuple[FrameSnapshot, ...]:
    """The frames, the innermost one and the innermost one of a cell with the modules of what their code names.

    Some libraries written in C add frames of their own, which have no names.
    """
    told, running = list(frames), _running()
    last = len(frames) - 1
    has_names = [dict.__len__(entry.tb_frame.f_globals) > 0 for entry in entries]
    named = [index for index in range(last, max(last - 3, -1), -1) if has_names[index]][:1]
    cells = [index for index in range(last, -1, -1) if frames[index].cell is not None][:1]
    for index in {*named, *cells}:
        frame = entries[index].tb_frame
        is_function = frame.f_code.co_flags & CO_NEWLOCALS and id(frame) not in running
        local = frame.f_locals if is_function else {}
        known = local if is_one_of(type(local), _MAPPING_TYPES) else {}
        told[index] = told[index]._replace(origins=origins_of(frame, known))
    return tuple(told)


def _code_of(entry: TracebackType) -> int:
    return id(entry.tb_frame.f_code)  # as codes are compared by all that they hold


def _frames(
    entries: List[TracebackType], place_of: PlaceOf, namespace: Optional[Dict[str, Any]]
) -> Tuple[Tuple[FrameSnapshot, ...], List[Any], bool]:
    """The frames of a traceback, the variables of those that are the user's own, and whether all were looked at."""
    frames: List[FrameSnapshot] = []
    users: List[Any] = []
    left = 10 * LOCALS_TAKEN
    has_all = True
    running = _running()
    for entry in reversed(entries):
        frame = entry.tb_frame
        at_module_level = (
            namespace is not None and frame.f_globals is namespace and not frame.f_code.co_flags & CO_NEWLOCALS
        )
        values: Dict[str, Any] = {}
        # Before Python 3.13 `f_locals` of a frame that still runs (`with Output():` in a function) keeps what it held.
        if not at_module_level and id(frame) in running:
            has_all = False
        elif not at_module_level:
            variables = frame.f_locals
            if not is_one_of(type(variables), _MAPPING_TYPES):  # a class body's, which may be of the user's making
                has_all = False
            else:
                values = _plain(variables, min(left, LOCALS_TAKEN))
                left -= min(len(variables), LOCALS_TAKEN)
                has_all = has_all and left >= 0 and len(variables) <= LOCALS_TAKEN
                if is_users_file(frame.f_code.co_filename):
                    users.append(variables)
        else:
            names: Dict[str, Any] = namespace or {}
            values = _plain({name: names[name] for name in frame.f_code.co_names if name in names}, LOCALS_TAKEN)
        frames.insert(0, _frame(entry, place_of, values))
    return _with_origins(frames, entries), users, has_all


def _frame(entry: TracebackType, place_of: PlaceOf, values: Dict[str, Any]) -> FrameSnapshot:
    code = entry.tb_frame.f_code
    place = place_of(code.co_filename)
    return FrameSnapshot(
        code=code if place is None or not place.file else code_named(code, place.file, code.co_name),
        lineno=(entry.tb_lineno or 0) + (place.lines_before if place is not None else 0),
        lasti=entry.tb_lasti,
        module=module_of(entry.tb_frame),
        cell=place.execution_count if place is not None and not place.file else None,
        values=values,
        cell_of_file=place.cell_of_file if place is not None else 0,
    )


def _running() -> Set[int]:
    """Which frames are among the callers of this function."""
    found = set()
    caller: Optional[FrameType] = sys._getframe(1)
    while caller is not None:
        found.add(id(caller))
        caller = caller.f_back
    return found


def _plain(mapping: Any, limit: int) -> Dict[str, Any]:
    """Values of exactly str, int, float and bytes, cut short."""
    values: Dict[str, Any] = {}
    try:
        for name, value in islice(mapping.items(), max(0, limit)):
            kind = type(value)
            if id(kind) in _PLAIN_TYPES and type(name) is str:
                values[name] = value[:VALUE_TAKEN] if kind is str or kind is bytes else value
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
    for member in members_of_group(error)[:CHAIN_LIMIT]:
        if issubclass(type(member), BaseException):
            yield member, "member"


def _innermost(traceback: Optional[TracebackType], place_of: PlaceOf, with_values: bool) -> Tuple[FrameSnapshot, ...]:
    """The innermost frames of a chained exception, with values only where a comment is to be compared with them."""
    last: Deque[TracebackType] = deque(maxlen=CHAIN_FRAMES)
    steps = 0
    while traceback is not None and steps < CHAIN_STEPS:
        last.append(traceback)
        traceback = traceback.tb_next
        steps += 1
    entries = [entry for entry in last if not is_machinery(entry)]
    if with_values:
        return _frames(entries, place_of, None)[0]
    return _with_origins([_frame(entry, place_of, {}) for entry in entries], entries)


def _chain(error: BaseException, place_of: PlaceOf, with_values: bool) -> Iterator[ChainSnapshot]:
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
            frames = _innermost(traceback_of(other), place_of, with_values)
            yield ChainSnapshot(classes_of(other), message_of(other), relation, frames)


def _syntax_lineno(error: BaseException) -> Optional[int]:
    """The line of a syntax error in the cell; None when it has none (a null byte, a failing input transformation)."""
    if not issubclass(type(error), SyntaxError):
        return None
    lineno = SyntaxError.__dict__["lineno"].__get__(error)
    return lineno if type(lineno) is int else None

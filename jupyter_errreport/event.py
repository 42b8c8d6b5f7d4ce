"""The error event: its fields, its ids, its fingerprint, and the snapshot from which one is made.

Runs in kernels (Python 3.7 syntax, standard library only) and on every receiver.
"""

import hashlib
import json
import os
import re
import sys
import time
from random import Random
from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

from .contract import FINGERPRINT_PREFIX
from .message_template import message_template
from .stdlib_names import STDLIB_NAMES

if sys.version_info >= (3, 8):
    from typing import TypedDict
else:

    class TypedDict(dict):
        """Stands in for `typing.TypedDict` on Python 3.7: keeps the annotations, checks nothing."""

        def __init_subclass__(cls, total: bool = True) -> None:
            super().__init_subclass__()
            inherited = [base.__dict__.get("__annotations__", {}) for base in reversed(cls.__mro__)]
            cls.__annotations__ = {name: kind for annotations in inherited for name, kind in annotations.items()}


class TracebackDetailsType(TypedDict):
    """One line of a traceback. `filename` is `<cell N>`, a path inside a package, or a bare file name."""

    filename: str
    fun_name: str
    lineno: int


class ChainType(TypedDict):
    """An exception that the reported one came from (`cause`, `context`) or holds (`member`)."""

    error_name: str
    error_message: str
    relation: str


class _RequiredEventFields(TypedDict):
    error_name: str
    error_message: str
    traceback: List[TracebackDetailsType]
    first_line: str
    execution_count: int
    notebook: str


class EventMessageType(_RequiredEventFields, total=False):
    """An error as it travels. The first six fields are those of notebook-error-reporter 0.1.1."""

    event_id: str
    timestamp: str
    last_timestamp: str
    """When the last of the errors happened, of an event that stands for several."""
    session: str
    kind: str
    chain: List[ChainType]
    count: int
    cell_id: str
    cell_hash: str
    fingerprint: str
    language: str
    release: str
    policy: str
    """What may leave the kernel, where that is not the default: `type-only` or `verbatim`."""
    comments: List[str]
    """What the reader has said of it, in words of theirs."""
    masked: List[str]
    """Fields in which a receiver found and hid what looked private."""
    former_fingerprint: str
    """At a receiver: the fingerprint that an older kernel made; it is not kept, but groups can be asked for by it."""


class FrameSnapshot(NamedTuple):
    """What is taken of one frame: plain data and its code object, never the frame."""

    code: Any  # types.CodeType
    lineno: int
    lasti: int
    module: Optional[str]
    cell: Optional[int]
    """Execution count of the cell that this frame's code came from; None for code from elsewhere."""
    values: Dict[str, Any]
    """Local variables of exactly type str, int, float or bytes, cut short."""
    origins: Dict[str, str] = {}  # noqa: RUF012 - a NamedTuple's default, which nobody writes into
    """Of the frames that called what failed: for names that their code uses, the file of the module behind the object;
    "" is the code's own."""
    cell_of_file: int = 0
    """Of a frame of another notebook that was run: which of its code cells, from 1; 0 for all else."""


class ClassSnapshot(NamedTuple):
    """What is taken of an exception's class, or of one of its bases."""

    name: str
    module: Optional[str]
    file: Optional[str]
    """The file of that module."""
    stands: bool
    """Whether the module holds this class under its name; one made at run time may be called anything."""
    codes: Tuple[Any, ...]  # types.CodeType
    """Code of the methods that build its message."""
    texts: Tuple[str, ...] = ()
    """Class attributes of exactly type str, cut short: some classes keep their message there."""
    is_fixed: bool = False
    """Whether only C can have made the class: Python code can neither make nor rename such a one."""


class ChainSnapshot(NamedTuple):
    """What is taken of a cause, a context or a group's member."""

    classes: Tuple[ClassSnapshot, ...]
    message: Optional[str]
    relation: str
    frames: Tuple[FrameSnapshot, ...]
    """The innermost ones only, without values."""


class Held(NamedTuple):
    """Values that a kernel holds where a cell failed: what a comment must not repeat."""

    texts: Tuple[Any, ...] = ()
    """Of type str or bytes."""
    numbers: Tuple[Any, ...] = ()
    """Of type int or float."""
    is_whole: bool = True
    """Whether all texts are there that could be repeated; what can't be compared with all of them does not leave."""
    has_all_numbers: bool = True


class ErrorSnapshot(NamedTuple):
    """Plain data about one error, taken on the thread where it happened. Holds nothing of the user's alive."""

    event_id: str
    taken_at: float
    """Seconds since the epoch by the kernel's clock."""
    kind: str
    classes: Tuple[ClassSnapshot, ...]
    """The exception's class and its bases, most derived first."""
    message: Optional[str]
    """What `str(error)` gave, cut to 4,000 characters; None when it raised."""
    frames: Tuple[FrameSnapshot, ...]
    """At most 50; of rounds that repeat themselves two or three."""
    chain: Tuple[ChainSnapshot, ...]
    execution_count: int
    source: str
    """The cell, as its author wrote it."""
    cell_id: Optional[str]
    syntax_lineno: Optional[int]
    """Line of a syntax error that is in the cell itself."""
    held: Optional[Held]
    """What the first line's comment is compared with; None where it has none."""
    known_names: FrozenSet[str] = frozenset()
    """Of a cell that does not parse: words of its first line that are names in the user's namespace."""
    told: Tuple[FrameSnapshot, ...] = ()
    """Places further in that only a text names: that of a syntax error in a file, those of another process."""


# Not `os.urandom`, which lets other threads run for milliseconds before it is back: a cell that fails waits for an id.
_random = Random()  # noqa: S311 - an id is no secret
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)


def new_event_id(now: Optional[float] = None) -> str:
    """A fresh UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, 12 of the rest of the time, then random bits.

    Written out because `uuid.uuid7` is new in Python 3.14.
    """
    milliseconds, rest = divmod(int((time.time() if now is None else now) * 1000 * 4096), 4096)
    number = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | rest << 64 | _random.getrandbits(64)
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")


def event_time(event_id: str) -> Optional[float]:
    """Seconds since the epoch at which `event_id` was made; None when it is not a lower-case UUIDv7."""
    if not _UUID7.match(event_id):
        return None
    return int(event_id[:8] + event_id[9:13], 16) / 1000


def rfc3339(seconds: float) -> str:
    """A moment as RFC 3339 in UTC with microseconds: of fixed width, so that text order is time order."""
    whole, micros = divmod(round(seconds * 1_000_000), 1_000_000)  # rounded: reading it gives the same moment again
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{micros:06d}Z"


def public_session(key: str) -> str:
    """The public id of a session, derived one-way from its write key."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16, person=b"errreport-sessn").hexdigest()


class FingerprintParts(NamedTuple):
    """Why errors are one group: in all of this they are equal."""

    language: str
    error_name: str
    message: str
    """The words of the message that are the same for everybody; empty when it has none but values."""
    place: str
    """The function that failed: of a package, `pandas: read_csv`, as it was called; else of the notebook's own code."""
    outermost: str
    """Where it began, in the same form: `<cell>: <module>` for a cell."""
    cell: str = ""
    """The hash of the cell, where nothing else tells one such error of the notebook's own code from another."""


_RENAMED = {"PatternError": "error", "__nonzero__": "__bool__"}  # re.error, since Python 3.13; of Python 2
_COMPILED = (".pyx", ".pxi", ".pxd")  # has frames or not, and other names, with each build of a package
_WRAPPERS = frozenset(("wrapper", "wrapped", "inner", "decorated", "decorator", "new_func"))
_FROZEN = re.compile(r"<frozen ([\w.]{1,60})>\Z")
_IPYTHON = ("IPython/", "ipykernel/")
_WORDLESS = frozenset(("AssertionError", "IndexError", "KeyError", "StopAsyncIteration", "StopIteration"))
"""What these say is the same wherever they happen, whether it has words or not."""

_Place = Tuple[str, str, bool]
"""Package or file, function, and whether it is installed."""
_CELL = ("<cell>", "<module>", False)


def _place(frame: TracebackDetailsType) -> _Place:
    """Where a frame is, without what differs between releases: a package is one place, so is the standard library."""
    filename, function = frame["filename"], frame["fun_name"]
    if filename.startswith("<cell "):
        return "<cell>", function, False
    if function.startswith("<cell "):  # of another notebook, whose cells may be moved
        function = "<module>"
    frozen = _FROZEN.match(filename)
    path = frozen.group(1).replace(".", "/") if frozen else re.sub(r"\.pyc?\Z", "", filename)
    parts = path.split("/")
    is_standard = parts[0] in STDLIB_NAMES and not path.startswith("<")
    if not is_standard and len(parts) == 1:
        return path, function, False
    if function.startswith("__") and function.endswith("__"):  # which all classes have
        file = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
        function = file.strip("_") + "." + _RENAMED.get(function, function)
    return "python" if is_standard else parts[0], function, True


def _failed(places: Sequence[_Place], is_recursion: bool) -> Optional[_Place]:
    """The place that failed: what the notebook's code called last of a package, or that code's own function.

    Not where the package raised: what is inside of it changes with its releases.
    """
    if is_recursion:  # where the stack ended is chance
        return next((place for place in places if places.count(place) > 1), None)
    if not places or not places[-1][2]:
        return next((place for place in reversed(places) if place[1] == "<module>" or place[1][:1] != "<"), None)
    start = max([index + 1 for index, place in enumerate(places) if not place[2]], default=0)
    called = [place for place in places[start:] if not place[1].startswith(("_", "<")) and place[1] not in _WRAPPERS]
    return called[0] if called else places[start]


def fingerprint_parts(
    error_name: str,
    message: str,
    traceback: Sequence[TracebackDetailsType],
    language: str = "python",
    cell_hash: Optional[str] = None,
) -> FingerprintParts:
    """What makes errors equal: the same for every reader, Python, IPython and release of a library.

    No line, count or value is part of it. The cell is, where the notebook's own code raised and the message says
    nothing of its own: two keys that two dicts do not have are two errors. All is as in an event.
    """
    places = [
        _place(frame)
        for frame in traceback
        if not frame["filename"].endswith(_COMPILED)
        and not frame["filename"].startswith(_IPYTHON)
        and frame["filename"] != "<generated>"
    ]
    if _CELL in places:  # saved tracebacks tell of the cause first
        places = places[len(places) - 1 - places[::-1].index(_CELL) :]
    failed, outermost = _failed(places, error_name == "RecursionError"), places[0] if places else None
    words = message_template(message)
    raised_here = not places or not places[-1][2]
    return FingerprintParts(
        language,
        _RENAMED.get(error_name, error_name),
        words,
        ": ".join(failed[:2]) if failed else "",
        ": ".join(outermost[:2]) if outermost else "",
        cell_hash or "" if raised_here and (not words or error_name in _WORDLESS) else "",
    )


def fingerprint(
    error_name: str,
    message: str,
    traceback: Sequence[TracebackDetailsType],
    language: str = "python",
    cell_hash: Optional[str] = None,
) -> str:
    """What errors have in common that are equal: `2-` and the hash of `fingerprint_parts`, as 32 hex digits."""
    return fingerprint_of(fingerprint_parts(error_name, message, traceback, language, cell_hash))


def fingerprint_of(parts: FingerprintParts) -> str:
    """The fingerprint of errors with these parts."""
    return FINGERPRINT_PREFIX + _hashed(*parts)


def group_id(identity: str, fingerprint: str) -> str:
    """The id of a group: the errors of one fingerprint in one notebook, which `contract.notebook_identity` names."""
    return _hashed(identity, fingerprint)


def _hashed(*parts: str) -> str:
    text = "\x1f".join(parts)
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def encode(event: EventMessageType) -> bytes:
    """An event as the bytes that are sent and shown: JSON, indented because the reader may look at it."""
    return json.dumps(event, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")

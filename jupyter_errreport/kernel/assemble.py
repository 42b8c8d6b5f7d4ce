"""How a snapshot becomes an event: the facts of the kernel go in, only what privacy lets pass comes out.

A generator, so that the worker can pause between any two steps.
"""

from typing import Generator, List, Optional, Sequence

from ..contract import CHAIN_LIMIT, FRAME_LIMIT, MESSAGE_LIMIT, POLICIES
from ..event import ChainType, ErrorSnapshot, EventMessageType, TracebackDetailsType, fingerprint, rfc3339
from ..privacy import (
    FIRST_LINE_LIMIT,
    WITHHELD,
    Around,
    CellSources,
    CodeOfKernel,
    Evidence,
    Sources,
    evidence_of,
    hide_in_message,
    is_python,
    load_registered,
    public_cell_id,
    public_first_line,
    public_message,
    public_name,
    public_traceback,
)
from ..source import cell_hash
from .faults import Faults

CODE_ONLY, TYPE_ONLY, VERBATIM = POLICIES


def no_cells() -> Sequence[str]:
    """For a kernel of which nothing is known but the failing cell."""
    return ()


def assemble(
    snapshot: ErrorSnapshot, policy: str, cell_sources: CellSources = no_cells, faults: Optional[Faults] = None
) -> Generator[None, None, EventMessageType]:
    """The event of a snapshot, without what its destination adds (notebook, session, release).

    With the policy `type-only` neither message nor comment leaves, with `verbatim` message and first line as they are.
    """
    frames = [*snapshot.frames, *(frame for other in snapshot.chain for frame in other.frames)]
    yield from load_registered()
    parses = not any(cls.name == "SyntaxError" for cls in snapshot.classes) or is_python(snapshot.source)
    yield
    code = CodeOfKernel(frames, snapshot.source if parses else "", cell_sources)
    yield
    messages = [WITHHELD] * (1 + len(snapshot.chain[:CHAIN_LIMIT]))
    with faults or Faults():  # a mistake of ours must not cost the author the whole error
        messages = yield from _messages_by(policy, snapshot, code)
    yield
    traceback: List[TracebackDetailsType] = []
    for line in public_traceback((*snapshot.frames[: FRAME_LIMIT - len(snapshot.told)], *snapshot.told), code):
        traceback.append(line)
        yield
    if snapshot.kind == "syntax":
        # Nothing ran: the only place is the line that does not parse.
        traceback = [
            {
                "filename": f"<cell {snapshot.execution_count}>",
                "fun_name": "<module>",
                "lineno": snapshot.syntax_lineno or 0,
            }
        ]
    first_line = ""
    if policy == VERBATIM:
        first_line = whole_first_line(snapshot.source)
    else:
        comments = policy != TYPE_ONLY
        with faults or Faults():
            around = Around(
                held=snapshot.held,
                cells=cell_sources(),
                is_name=lambda name: name in snapshot.known_names or code.stands_in_cells(name),
                parses=parses,
            )
            first_line = yield from public_first_line(snapshot.source, comments=comments, around=around)
    yield
    error_name = yield from public_name(snapshot.classes, code.has_true_class)
    event = EventMessageType(
        error_name=error_name,
        error_message=messages[0],
        traceback=traceback,
        first_line=first_line,
        execution_count=snapshot.execution_count,
        notebook="",
        event_id=snapshot.event_id,
        timestamp=rfc3339(snapshot.taken_at),
        kind=snapshot.kind,
        chain=[],
        count=1,
        language="python",
    )
    yield
    for other, message in zip(snapshot.chain[:CHAIN_LIMIT], messages[1:]):
        name = yield from public_name(other.classes, code.has_true_class)
        event["chain"].append(ChainType(error_name=name, error_message=message, relation=other.relation))
        yield
    # Of a text that is no Python the words are data, and a hash of few words can be guessed.
    identity = cell_hash(snapshot.source) if parses else None
    if identity is not None:
        event["cell_hash"] = identity
    if snapshot.cell_id:
        event["cell_id"] = public_cell_id(snapshot.cell_id)
    yield
    if policy != CODE_ONLY:
        event["policy"] = policy
    event["fingerprint"] = fingerprint(event["error_name"], messages[0], traceback, cell_hash=identity)
    return event


def whole_first_line(source: str) -> str:
    """The first line of a cell that is not blank, as it is."""
    return next((line.strip() for line in source.split("\n") if line.strip()), "")[:FIRST_LINE_LIMIT]


def _messages_by(policy: str, snapshot: ErrorSnapshot, code: CodeOfKernel) -> Generator[None, None, List[str]]:
    """The messages of the error and of its chain, in order, as the policy has them."""
    chain = snapshot.chain[:CHAIN_LIMIT]
    if policy == TYPE_ONLY:
        return [WITHHELD] * (1 + len(chain))
    if policy == VERBATIM:
        return [(message or "")[:MESSAGE_LIMIT] for message in (snapshot.message, *(other.message for other in chain))]
    return (yield from _messages(snapshot, code))


def _messages(snapshot: ErrorSnapshot, code: CodeOfKernel) -> Generator[None, None, List[str]]:
    """The messages of the error and of its chain as they may leave, in order.

    From the far end of the chain: what an exception came from is often quoted in its message. Patterns look last, as
    at every receiver: a key that somebody typed without quotes is a name to Python.
    """
    names = yield from code.names()
    sources = Sources()
    said = [snapshot.message, *(other.message for other in snapshot.chain)]

    def is_held(text: str) -> bool:
        return said.count(text) > 1 or code.holds(text)  # what is raised again was given to the first that raised it

    evidence: List[Evidence] = []
    found: List[str] = []
    for other in reversed(snapshot.chain[:CHAIN_LIMIT]):
        known = [template for earlier in evidence for template in earlier.templates]
        own = yield from evidence_of(other.message, other.frames, other.classes, names, sources, known, is_held)
        evidence.append(own)
        found.insert(0, hide_in_message((yield from public_message(other.message, own))))
    known = [template for earlier in evidence for template in earlier.templates]
    own = yield from evidence_of(snapshot.message, snapshot.frames, snapshot.classes, names, sources, known, is_held)
    found.insert(0, hide_in_message((yield from public_message(snapshot.message, own))))
    return found

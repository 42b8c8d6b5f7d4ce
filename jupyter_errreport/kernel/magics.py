"""`%errreport`: how a reader sees what is sent, and stops it."""

from typing import TYPE_CHECKING, Any, Callable, Dict

from ..event import encode
from .reporting import Reporting

if TYPE_CHECKING:
    from ..delivery.lane import Lane

PREPARE_SECONDS = 2.0
"""How long a magic waits for the worker to make events of the newest errors."""

USAGE = """%errreport status   what is reported, where to, and how many errors
%errreport show     the last error as it would leave
%errreport last     the last error that left, as it was sent
%errreport on       report again
%errreport off      report nothing more in this session, and forget what was not sent yet
%errreport flush    send now what waits"""


def register_magics(shell: Any) -> None:
    """Give the shell the line magic, once; it is no name in the user's namespace."""
    if "errreport" not in shell.magics_manager.magics["line"]:
        shell.register_magic_function(lambda line: run_magic(shell, line), "line", "errreport")


def run_magic(shell: Any, line: str) -> None:
    """Carry out one `%errreport` line and print what came of it."""
    reporting = Reporting.of(shell)
    word = (line.split() or ["status"])[0].lower()
    command = _COMMANDS.get(word)
    shell_print(str(command(reporting)) if command is not None else f"There is no '%errreport {word[:40]}'.\n{USAGE}")


def shell_print(text: str) -> None:
    """Print for the reader: the only output that a magic makes."""
    print(text)  # noqa: T201


def _status(reporting: Reporting) -> str:
    from .. import __version__

    reporting.worker.finish(PREPARE_SECONDS)
    reason = reporting.off_reason
    destinations = reporting.destinations()
    state = f"off ({reason})" if reason else "on" if destinations else "on, but nobody is told: nothing is configured"
    lines = [f"jupyter_errreport {__version__}: {state}"]
    lanes = {lane.destination.identity: lane for lane in reporting.delivery.lanes()}
    for destination in destinations:
        name = f' as "{destination.notebook}"' if destination.notebook else ""
        lane = lanes.get(destination.identity)
        lines.append(f"  to {destination.label}{name}: {_figures(lane) if lane is not None else 'nothing spooled yet'}")
        if lane is not None and lane.problem:
            lines.append(f"     last problem: {lane.problem}")
    earlier = [lane for lane in reporting.delivery.lanes() + reporting.delivery.adopted() if _has_adopted(lane)]
    for lane in earlier:
        lines.append(
            f"  left by earlier kernels for {lane.destination.label}:"
            f" sent {lane.adopted_sent}, waiting {lane.adopted_waiting}"
        )
        if lane.problem and lane.destination.identity not in lanes:
            lines.append(f"     last problem: {lane.problem}")
    lines.append(
        f"  captured {reporting.captured}, being prepared {reporting.worker.waiting},"
        f" waiting for repeats {reporting.folding}, spooled {reporting.spooled}"
        f" (folded into another's event {reporting.folded})" + _losses(reporting)
    )
    if reporting.held_back:
        lines.append(f"  not reported because you stopped the cell yourself: {reporting.held_back}")
    if reporting.delivery.spool.where:
        lines.append(f"  spool: {reporting.delivery.spool.where}")
    lost = reporting.delivery.spool.lost.values()
    if any(sum(counts.values()) for counts in lost):
        lines.append(
            f"  of all kernels in the last 60 days, as this one found it: dropped {sum(c['dropped'] for c in lost)},"
            f" refused by the receiver {sum(c['poison'] for c in lost)}"
        )
    faults = reporting.faults
    lines.append(f"  faults of our own: {faults.count}" + (f" (last: {faults.last})" if faults.count else ""))
    return "\n".join(lines)


def _figures(lane: "Lane") -> str:
    """What became of the errors that were spooled for one destination: they add up to the first figure."""
    text = (
        f"spooled {lane.spooled}: sent {lane.sent}, duplicate {lane.duplicate}, waiting {lane.waiting},"
        f" rejected {lane.rejected}, dropped {lane.dropped}"
    )
    if lane.forgotten:
        text += f", forgotten by 'off' {lane.forgotten}"
    if lane.elsewhere:
        text += f", taken by another kernel {lane.elsewhere}"
    return text


def _has_adopted(lane: "Lane") -> bool:
    return bool(lane.adopted_sent or lane.adopted_waiting)


def _losses(reporting: Reporting) -> str:
    """Errors of which no event came, by why; empty when there are none."""
    losses = {
        "dropped unprepared": reporting.worker.dropped,
        "lost by a fault of our own": reporting.worker.failed,
        "forgotten by 'off'": reporting.forgotten,
    }
    return "".join(f", {what} {count}" for what, count in losses.items() if count)


def _show(reporting: Reporting) -> str:
    reporting.worker.finish(PREPARE_SECONDS)
    event = reporting.last_captured
    if event is None:
        return "No error was captured in this session, so there is nothing that would leave."
    return encode(event).decode("utf-8")


def _last(reporting: Reporting) -> str:
    reporting.flush(2)
    sent = [lane.last for lane in reporting.delivery.lanes() if lane.last is not None]
    if not sent:
        return "Nothing has left in this session."
    return max(sent, key=lambda item: item.event_id).body.decode("utf-8")


def _on(reporting: Reporting) -> str:
    reporting.switch(True)
    reason = reporting.off_reason
    return f"Still off: {reason} is set for this kernel." if reason else "Errors are reported again."


def _off(reporting: Reporting) -> str:
    count = reporting.switch(False)
    forgotten = f" {count} that waited were forgotten." if count else ""
    return f"Off: nothing more is reported in this session.{forgotten} '%errreport on' turns it on again."


def _flush(reporting: Reporting) -> str:
    if reporting.flush(5):
        return "All sent."
    problems = "; ".join(lane.problem for lane in reporting.delivery.lanes() if lane.problem)
    return f"Not all could be sent: {problems or 'no answer yet'}. What waits is tried again by itself."


_COMMANDS: Dict[str, Callable[[Reporting], str]] = {
    "status": _status,
    "show": _show,
    "last": _last,
    "on": _on,
    "off": _off,
    "flush": _flush,
}

"""What `%errreport status` prints: where errors go, and what became of them."""

from typing import TYPE_CHECKING

from ..delivery.choices import NO
from .consent import ASKED
from .reporting import PREPARE_SECONDS, Reporting

if TYPE_CHECKING:
    from ..delivery.lane import Lane

_ANSWERS = {
    ASKED: "nothing leaves before you say '%errreport on' (yes) or '%errreport off' (no); ",
    NO: "you said no, and '%errreport on' takes it back; ",
}


def status(reporting: Reporting) -> str:
    """What is reported, to whom, and what became of each error of this kernel."""
    from .. import __version__

    reporting.worker.finish(PREPARE_SECONDS)
    reason = reporting.off_reason
    destinations = reporting.destinations()
    state = f"off ({reason})" if reason else "on" if destinations else "on, but nobody is told: nothing is configured"
    lines = [f"jupyter_errreport {__version__}: {state}"]
    if reporting.settings.refused:
        lines.append(f"  the token that is configured is not taken: {reporting.settings.refused}")
    lanes = {lane.destination.identity: lane for lane in reporting.delivery.lanes()}
    for destination in destinations:
        name = f' as "{destination.notebook}"' if destination.notebook else ""
        lane = lanes.get(destination.identity)
        answer = _ANSWERS.get(reporting.reader.consent.state_of(destination), "")
        figures = _figures(lane) if lane is not None else "nothing spooled yet"
        lines.append(f"  to {destination.label}{name}: {answer}{figures}")
        if lane is not None and lane.problem:
            lines.append(f"     last problem: {lane.problem}")
        if lane is not None and lane.rejection:
            lines.append(f"     last rejection: {lane.rejection}")
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
    if reporting.outgoing.waiting:
        lines.append(
            f"  waiting for your answer: {reporting.outgoing.waiting}."
            " '%errreport on' sends them, '%errreport off' deletes them"
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

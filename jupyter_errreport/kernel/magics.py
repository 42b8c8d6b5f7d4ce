"""`%errreport`: how a reader sees what is sent, stops it, and adds to it."""

import sys
from typing import Any, Callable, Dict

from ..contract import COMMENT_LIMIT
from ..event import encode
from ..privacy.names import public_notebook
from ..trial import try_out
from .erasing import erase
from .reporting import PREPARE_SECONDS, Reporting
from .settings import notebook_name
from .status import status

USAGE = """%errreport status   what is reported, where to, and how many errors
%errreport show     the last error as it would leave
%errreport last     the last error that left, as it was sent
%errreport on       report again; where you were asked: yes
%errreport off      report nothing more in this session, and forget what was not sent yet; where you were asked: no
%errreport off --always   the same for all kernels that you start from now on, to whomever they would report
%errreport flush    send now what waits
%errreport test     send a harmless error through, and say whether it arrived
%errreport erase    delete the errors of this session wherever they went, and report nothing more in it
%errreport say TEXT add a sentence of yours to the last error"""

SEND_SECONDS = 5.0
"""How long a reader who wants something sent waits for an answer."""


def register_magics(shell: Any) -> None:
    """Give the shell the line magic, once; it is no name in the user's namespace."""
    if "errreport" not in shell.magics_manager.magics["line"]:
        shell.register_magic_function(lambda line: run_magic(shell, _as_typed(line)), "line", "errreport")


def _as_typed(line: str) -> str:
    """The line before IPython put the values of variables in place of `$name` and `{name}`."""
    frame = sys._getframe(2)
    typed = frame.f_locals.get("line") if frame.f_code.co_name == "run_line_magic" else None
    return typed if type(typed) is str else line


def run_magic(shell: Any, line: str) -> None:
    """Carry out one `%errreport` line and print what came of it."""
    word, _, rest = line.strip().partition(" ")
    command = _COMMANDS.get(word.lower() or "status")
    if command is None:
        shell_print(f"There is no '%errreport {word[:40]}'.\n{USAGE}")
    else:
        shell_print(command(Reporting.of(shell), rest.strip()))


def shell_print(text: str) -> None:
    """Print for the reader: the only output that a magic makes."""
    print(text)  # noqa: T201


def _status(reporting: Reporting, rest: str) -> str:
    return status(reporting)


def _show(reporting: Reporting, rest: str) -> str:
    reporting.worker.finish(PREPARE_SECONDS)
    event = reporting.last_captured
    if event is None:
        return "No error was captured in this session, so there is nothing that would leave."
    return encode(event).decode("utf-8")


def _last(reporting: Reporting, rest: str) -> str:
    reporting.flush(2)
    sent = [lane.last for lane in reporting.delivery.lanes() if lane.last is not None]
    if not sent:
        return "Nothing has left in this session."
    return max(sent, key=lambda item: item.event_id).body.decode("utf-8")


def _on(reporting: Reporting, rest: str) -> str:
    waiting = reporting.outgoing.waiting
    reporting.switch_on()
    reason = reporting.off_reason
    if reason:
        return f"Still off: {reason} is set for this kernel."
    sent = f" {waiting} that waited for your answer are on their way." if waiting else ""
    return f"Errors are reported again.{sent}"


def _off(reporting: Reporting, rest: str) -> str:
    if rest not in ("", "--always"):
        return f"'%errreport off' takes nothing but --always; nothing was changed.\n{USAGE}"
    refused = " and ".join(destination.label for destination in reporting.reader.asked)
    count = reporting.switch_off()
    forgotten = f" {count} that waited were forgotten." if count else ""
    if rest and reporting.reader.says_never():
        what = "nothing more is reported by this kernel, nor by any that you start from now on"
    elif rest:
        what = "nothing more is reported in this session; that it is to stay so could not be written down"
    else:
        what = "nothing more is reported in this session"
    remembered = f" Your no to {refused} is remembered." if refused else ""
    return f"Off: {what}.{forgotten}{remembered} '%errreport on' turns it on again."


def _say(reporting: Reporting, rest: str) -> str:
    event_id = ""
    if rest.startswith("--to "):
        event_id, _, rest = rest[len("--to ") :].strip().partition(" ")
    text = rest.strip().strip("\"'").strip()
    if not text:
        return "What is to be said? For example: %errreport say The file of step 1 was empty."
    if reporting.off_reason:
        return f"Nothing is reported ({reporting.off_reason}), so this was not sent either."
    receivers = reporting.say(text[:COMMENT_LIMIT], event_id)
    if receivers is None:
        return "There is no error of this session that this could be said of; nothing was sent."
    if not receivers:
        return "Enough was said of this error; nothing was sent."
    if reporting.outgoing.waiting and reporting.reader.asked:
        return (
            "Kept with the error, until you say '%errreport on' (yes, send them) or '%errreport off' (no, delete them)."
        )
    if reporting.flush(SEND_SECONDS):
        return "Sent to the author, with the error."
    return "Kept with the error; it is sent as soon as somebody answers ('%errreport status' says more)."


def _flush(reporting: Reporting, rest: str) -> str:
    if reporting.flush(SEND_SECONDS):
        if reporting.outgoing.waiting:
            return f"{reporting.outgoing.waiting} wait for your '%errreport on' (yes) or '%errreport off' (no)."
        return "All sent."
    problems = "; ".join(lane.problem for lane in reporting.delivery.lanes() if lane.problem)
    return f"Not all could be sent: {problems or 'no answer yet'}. What waits is tried again by itself."


def _test(reporting: Reporting, rest: str) -> str:
    if reporting.off_reason:
        return f"Nothing was sent: reporting is off ({reporting.off_reason})."
    wanted = [place for place in reporting.destinations() if reporting.reader.consent.lets_go(place)]
    if not wanted:
        refused = reporting.settings.refused
        return f"Nothing was sent: {refused or 'nobody is told of errors here, or you have not said yes.'}"
    notebook = public_notebook(notebook_name(reporting.shell.user_ns))
    return "\n".join(f"{place.label}: {try_out(place, notebook)}" for place in wanted)


def _erase(reporting: Reporting, rest: str) -> str:
    return erase(reporting)


_COMMANDS: Dict[str, Callable[[Reporting, str], str]] = {
    "status": _status,
    "show": _show,
    "last": _last,
    "on": _on,
    "off": _off,
    "flush": _flush,
    "test": _test,
    "erase": _erase,
    "say": _say,
}

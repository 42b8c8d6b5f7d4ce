"""What a notebook's author writes: `ErrorServer`, `ErrorSlack`, `ErrorStore`.

None of them raises or waits because a server is away: that is the reader's notebook.
"""

import os
from datetime import datetime
from typing import Any, Dict, List, Optional, TypeVar

from ..address import key_in, read_address, why_not_to_report
from ..contract import EVENT_FIELDS, UNKNOWN, why_not_to_report_with
from ..delivery import Destination
from ..delivery.choices import NO
from ..event import EventMessageType, FrameSnapshot, TracebackDetailsType
from ..trial import try_out
from .consent import ASK, ASKED, NOTICE
from .hook import Caught
from .notice import YOUR_NO, notice
from .reporting import Reporting
from .retrieval import retrieve


def running_shell() -> Any:
    """The IPython shell that runs this code; None outside IPython."""
    import sys

    # Not imported: a plain Python that has no shell needs no IPython.
    core = sys.modules.get("IPython.core.getipython")
    return core.get_ipython() if core is not None else None


R = TypeVar("R", bound="_Reporter")


class Sentence(str):
    """A text that a cell shows without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class _Reporter:
    """What the two reporters that send have in common."""

    def __init__(self, destination: Destination, notebook: str, ask: bool) -> None:
        self.notebook = notebook
        self._destination = destination
        self._ask = ask
        self._enabled = False
        self._refused = why_not_to_report_with(destination.token)
        """Why nothing is reported there, and what to write instead; empty where nothing is wrong."""

    def enable(self: R) -> R:
        """Report this notebook's errors from now on; returns itself, whose repr is the notice to the reader."""
        if self._refused:
            return self
        self._enabled = True
        shell = running_shell()
        if shell is not None:
            from .magics import register_magics

            register_magics(shell)
            Reporting.of(shell).add(self._destination, self._ask)
        return self

    def disable(self) -> None:
        """Stop reporting."""
        self._enabled = False
        shell = running_shell()
        if shell is not None:
            Reporting.of(shell).remove(self._destination)

    def flush(self, timeout: float = 2) -> bool:
        """Send what waits; False when something is left after `timeout` seconds."""
        shell = running_shell()
        return Reporting.of(shell).flush(timeout) if shell is not None else True

    def test(self, timeout: float = 10) -> "Sentence":
        """Send a harmless error through, and say whether it arrived, where to see it, or what is wrong.

        It counts as no reader's. Waits `timeout` seconds for an answer; never raises.
        """
        if self._refused:
            return Sentence(f"Nothing was sent. {self._refused}")
        shell = running_shell()
        if shell is not None:
            reporting = Reporting.of(shell)
            if reporting.off_reason:
                return Sentence(f"Nothing was sent: reporting is off ({reporting.off_reason}).")
            if not reporting.reader.consent.lets_go(self._destination):
                return Sentence("Nothing was sent: the reader has not said '%errreport on' (yes).")
        return Sentence(try_out(self._destination, self.notebook, timeout))

    def __repr__(self) -> str:
        if self._refused:
            return f"Errors are not reported to {self._destination.label}. {self._refused}"
        if not self._enabled:
            return f"<{type(self).__name__} for {self._destination.label}, not enabled: call .enable()>"
        shell = running_shell()
        label = self._destination.label
        if shell is None:
            return notice(label, self.notebook, in_ipython=False)
        reporting = Reporting.of(shell)
        state = reporting.reader.consent.state_of(self._destination)
        return notice(label, self.notebook, reporting.off_reason or (YOUR_NO if state == NO else ""), state == ASKED)


class ErrorServer(_Reporter):
    """Reports to a collector at `url` under the name `notebook`; `token` if it asks for one, `release` as you count.

    With `consent="ask"` nothing leaves before the reader said yes.
    """

    def __init__(
        self, url: str, notebook: str = UNKNOWN, token: str = "", release: str = "", consent: str = NOTICE
    ) -> None:
        address = read_address(str(url))
        self.url = address.url
        self.uuid = os.urandom(16).hex()
        """The session's write key: who has it can add to this session, read and erase it."""
        destination = Destination.collector(
            address.url,
            str(token) or key_in(address),
            session_key=self.uuid,
            notebook=str(notebook),
            release=str(release),
        )
        super().__init__(destination, str(notebook), consent == ASK)
        self._refused = why_not_to_report(address, destination.token, self.notebook)

    def retrieve_errors(self, timeout: float = 5) -> List[EventMessageType]:
        """The errors of this session that the collector has, oldest first, after sending what waits.

        Raises ConnectionError, with what to do, when the collector can't be asked.
        """
        shell = running_shell()
        if shell is not None and not Reporting.of(shell).reader.consent.lets_go(self._destination):
            raise ConnectionError(
                f"{self._destination.label} is not asked: the reader has not said '%errreport on' (yes)."
            )
        if self._refused:
            raise ConnectionError(f"{self._destination.label} is not asked. {self._refused}")
        self.flush(min(timeout, 2))
        return retrieve(self._destination, timeout)

    def as_frame(self, timeout: float = 5) -> Any:
        """The same as a pandas `DataFrame`, a row an error; its columns are the event's fields, also when it is empty.

        Raises ConnectionError as `retrieve_errors`, and ImportError where there is no pandas.
        """
        from pandas import DataFrame

        errors = self.retrieve_errors(timeout)
        known = [name for name in EVENT_FIELDS if not errors or any(name in error for error in errors)]
        return DataFrame(errors, columns=known)


class ErrorSlack(_Reporter):
    """Reports to a Slack channel through an incoming webhook, without any server of one's own."""

    def __init__(
        self,
        slack_webhook: Optional[str] = None,
        notebook: str = UNKNOWN,
        release: str = "",
        consent: str = NOTICE,
    ) -> None:
        webhook = str(slack_webhook or os.environ.get("SLACK_WEBHOOK", ""))
        destination = Destination.slack(webhook, notebook=str(notebook), release=str(release))
        super().__init__(destination, str(notebook), consent == ASK)


class ErrorStore:
    """Keeps the errors in the kernel, whole: `error_details` is a list of dictionaries, the exception among them."""

    def __init__(self) -> None:
        self.error_details: List[Dict[str, Any]] = []
        self._enabled = False

    def enable(self) -> "ErrorStore":
        """Keep errors from now on; returns itself."""
        self._enabled = True
        shell = running_shell()
        if shell is not None:
            from .magics import register_magics

            register_magics(shell)
            Reporting.of(shell).add_store(self._keep)
        return self

    def disable(self) -> None:
        """Stop keeping; what was kept stays."""
        self._enabled = False
        shell = running_shell()
        if shell is not None:
            Reporting.of(shell).remove_store(self._keep)

    def _keep(self, caught: Caught) -> None:
        snapshot = Reporting.of(running_shell()).snapshot_of(caught)
        lines = [line for line in caught.cell.source.split("\n") if line.strip()]
        self.error_details.append(
            {
                "error_name": snapshot.classes[0].name,
                "error_message": snapshot.message,
                "traceback": [_whole_line(frame) for frame in (*snapshot.frames, *snapshot.told)],
                "first_line": lines[0].rstrip() if lines else "",
                "execution_count": caught.cell.execution_count,
                "kind": caught.kind,
                "timestamp": datetime.now(),
                "error": caught.error,
            }
        )

    def __repr__(self) -> str:
        state = "enabled" if self._enabled else "not enabled: call .enable()"
        return (
            f"<ErrorStore, {state}, {len(self.error_details)} errors in error_details, none of them leaves this kernel>"
        )


def _whole_line(frame: FrameSnapshot) -> TracebackDetailsType:
    """A line of a traceback that does not leave the kernel."""
    filename = frame.code.co_filename if frame.cell is None else f"<cell {frame.cell}>"
    return {"filename": filename, "fun_name": frame.code.co_name, "lineno": frame.lineno}

"""`jupyter errreport doctor`: looks at all that has to be right for errors to arrive, and says what to mend."""

import argparse
import os
import socket
import ssl
import time
from email.utils import parsedate_to_datetime
from typing import Iterator, List, NamedTuple, Optional
from urllib.parse import urlsplit

from ..address import line_for, read_address, why_not_to_report
from ..contract import KEY_REQUIRED, TOKEN_VARIABLE, URL_VARIABLE
from ..delivery.asking import NoAnswer, ask
from ..delivery.destination import Destination
from ..delivery.http.answer import Answer
from ..opt_out import forbidden_by
from ..printable import printable

TIMEOUT = 10.0
"""Seconds that a receiver has for its answer."""
CLOCK_SECONDS = 300.0
"""How far two clocks may be apart before it is told: receivers refuse errors that are a day ahead."""
CERTIFICATE_DAYS = 14.0
"""How long a certificate must still hold."""
DAY = 86_400.0

FINE, ODD, WRONG = "ok", "?", "!!"
"""What is found: nothing to do; something to know; something to mend."""


class Finding(NamedTuple):
    """What was seen of one thing."""

    state: str
    about: str
    sentence: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Looks at the kernels, the Jupyter server's extension, the receiver, the clocks and the certificate, and says"
        " what to mend. Sends no error and changes nothing. Ends with 1 when something has to be mended."
    )
    parser.add_argument("--url", metavar="URL", help=f"the collector; default: the environment's {URL_VARIABLE}")
    parser.add_argument("--token", help=f"the token that reports would bring; better set {TOKEN_VARIABLE}")


def run(args: argparse.Namespace) -> int:
    """Look, and say what was found; the exit status."""
    is_well = True
    for finding in findings(args.url or os.environ.get(URL_VARIABLE, ""), args.token or os.environ.get(TOKEN_VARIABLE)):
        print(f"{finding.state:<2} {finding.about:<12} {printable(finding.sentence)}", flush=True)
        is_well = is_well and finding.state != WRONG
    return 0 if is_well else 1


def findings(url: str, token: Optional[str] = None) -> Iterator[Finding]:
    """What there is to say, as it is found."""
    reason = forbidden_by(os.environ)
    if reason:
        yield Finding(ODD, "switched off", f"{reason} is set here: kernels that inherit it report nothing.")
    yield from look_at_kernels()
    yield from look_at_receiver(url, token or "")


def look_at_kernels() -> Iterator[Finding]:
    """Whether kernels of this machine are caught, and whether a Jupyter server watches them."""
    try:
        from .hook import describe
        from .kernels.kernelspecs import all_specs
        from .kernels.server_extension import is_enabled

        specs = all_specs()
    except ImportError:
        yield Finding(ODD, "kernels", "jupyter_client is not installed here, so kernelspecs can't be looked at.")
        return
    is_watched = is_enabled()
    if is_watched:
        yield Finding(FINE, "extension", "Jupyter servers of this environment load it.")
    else:
        how = "jupyter server extension enable jupyter_errreport"
        yield Finding(ODD, "extension", f"No Jupyter server of this environment loads it. If one should: {how}")
    if not specs:
        yield Finding(ODD, "kernels", "No kernelspec is installed here: see 'jupyter kernelspec list'.")
    for spec in specs:
        said = " ".join(describe(spec, is_watched).split())
        state = FINE if said.startswith("caught") else ODD if is_watched else WRONG
        yield Finding(state, "kernel", f"{spec.name}: {said}")


def look_at_receiver(url: str, token: str) -> Iterator[Finding]:
    """Whether the collector can be reached, and takes reports with this token."""
    if not url.strip():
        yield Finding(ODD, "receiver", f"No collector is named: give --url, or set {URL_VARIABLE}.")
        return
    address = read_address(url)
    objection = why_not_to_report(address, token)
    if objection:
        yield Finding(WRONG, "address", objection)
    if address.problem:
        return
    place = Destination.collector(address.url, token or address.token)
    try:
        # An empty list asks for nothing but whether reports are taken.
        answers = ask(place, "GET", ["status"], TIMEOUT) + ask(place, "POST", ["errors"], TIMEOUT, b"[]")
    except NoAnswer as problem:
        yield Finding(WRONG, "receiver", f"{problem}.")
        return
    yield from _answered(place, answers)
    yield from compare_clocks(place, answers[0])
    if address.url.startswith("https:"):
        yield from _certificate(address.url)


def _answered(place: Destination, answers: List[Answer]) -> Iterator[Finding]:
    status, taken = answers
    if status.status != 200 or not isinstance(status.json, dict) or "version" not in status.json:
        yield Finding(WRONG, "receiver", f"{place.label} answers, but not as a collector. Is the address right?")
        return
    version = status.json["version"]
    problem = taken.json if isinstance(taken.json, dict) else {}
    if taken.status == 200:
        yield Finding(FINE, "receiver", f"{place.label} (version {version}) takes reports: {line_for(place.address)}")
    elif problem.get("reason") == KEY_REQUIRED:
        yield Finding(WRONG, "receiver", f"{place.label} takes only reports with a notebook's key: put it as token=.")
    elif taken.status in (401, 403):
        yield Finding(WRONG, "receiver", f"{place.label} does not take this token ({taken.status}).")
    else:
        said = problem.get("message")
        why = f": {said}" if isinstance(said, str) else "."
        yield Finding(WRONG, "receiver", f"{place.label} takes no reports now, it answered {taken.status}{why}")


def compare_clocks(place: Destination, answer: Answer) -> Iterator[Finding]:
    """Whether this machine has the time that its collector has, by the `Date` of an answer."""
    try:
        apart = time.time() - parsedate_to_datetime(answer.headers.get("Date") or "").timestamp()
    except (TypeError, ValueError):
        yield Finding(ODD, "clock", f"{place.label} does not say what time it has.")
        return
    if abs(apart) <= CLOCK_SECONDS:
        yield Finding(FINE, "clock", f"The same as that of {place.label}.")
        return
    way = "ahead of" if apart > 0 else "behind"
    about = f"{abs(apart) / DAY:.1f} days" if abs(apart) > DAY else f"{abs(apart) / 60:.0f} minutes"
    sentence = f"This machine's is {about} {way} that of {place.label}: set both by a time server."
    yield Finding(WRONG if abs(apart) > DAY else ODD, "clock", sentence)


def _certificate(url: str) -> Iterator[Finding]:
    """How long it holds; that it is trusted has shown itself."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        with socket.create_connection((host, port), TIMEOUT) as plain:
            safe = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            with safe:
                ends = ssl.cert_time_to_seconds(str((safe.getpeercert() or {}).get("notAfter")))
    except (OSError, ValueError):  # behind a proxy, or trusted by requests' own list alone
        yield Finding(ODD, "certificate", "It is trusted; when it ends can't be seen from here.")
        return
    days = (ends - time.time()) / DAY
    state = FINE if days > CERTIFICATE_DAYS else WRONG
    yield Finding(state, "certificate", f"It is trusted, and holds for {days:.0f} days more.")

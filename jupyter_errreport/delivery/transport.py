"""The one careful HTTP client: no netrc, no redirects, no proxy for loopback, bounded waiting, bounded answers.

`requests` with its defaults would send the user's own netrc password in place of our token, and loopback posts to a
proxy (`trust_env` in requests' documentation). It is imported when there is something to send: that takes 220 ms.
"""

import gzip
import importlib
import json
import time
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence, Tuple
from urllib.parse import urlsplit

from ..contract import (
    DECISION_LIMIT,
    EVENT_STATUSES,
    HOST_LIMIT,
    KEY_HEADER,
    KEY_REQUIRED,
    LIMIT_REASONS,
    SESSION_HEADER,
    UNKNOWN,
)
from ..own_files import read_own
from .answer import NOT_PACKED, json_of, read_answer
from .destination import COLLECTOR, JUPYTER, Destination
from .outcome import Hint, Outcome, judged
from .slack import slack_message

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection."""
COMPRESS_FROM = 1_000
"""Bytes from which a body is sent as gzip."""

# The parts of requests in the order of their weight, each imported by itself with a rest for the reader's code between.
_PARTS = ("socket", "ssl", "http.client", "email.parser", "urllib3", "urllib3.connectionpool", "requests")
# Of the answers 429 those that will be the same for these events at any later time.
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - compared with, not listened on


class Endpoint(NamedTuple):
    """Where and with what a request is made."""

    url: str
    headers: Dict[str, str]
    ca_file: str = ""
    """The certificate that the server has of its own; empty for one from an authority."""
    socket_path: str = ""


class Unreachable(Exception):  # noqa: N818 - the name says what is the case
    """The receiver can't be named yet: its connection file is missing or unreadable."""


class GivenUp(Exception):  # noqa: N818 - the name says what is the case
    """Nobody wants this to be sent any more."""


Cells = Tuple[int, int]
"""How many cells of a session went well, and how many failed."""


def _always() -> bool:
    return True


def load_requests(pause: float = 0.002) -> Any:
    """The `requests` module; imported in parts so that a thread that does it never holds the GIL for long."""
    for part in _PARTS:
        try:
            importlib.import_module(part)
        except ImportError:
            if part == "requests":
                raise
        time.sleep(pause)
    return importlib.import_module("requests")


class Transport:
    """Sends to one destination. Not thread-safe: it belongs to the thread of one lane."""

    def __init__(self, destination: Destination, sender_key: str = "") -> None:
        """`sender_key` is shown where there is no session's key: who has it may delete what was sent with it."""
        self._destination = destination
        self._sender_key = sender_key
        self._session: Any = None
        self._trust: Any = None
        self._told: Optional[Cells] = None
        """What the receiver knows of the session; None when not even that it began."""
        self._wanted: Callable[[], bool] = _always

    def close(self) -> None:
        """Close the connections, as an idle kernel keeps none open."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def send(self, events: Sequence[bytes], timeout: float, wanted: Callable[[], bool] = _always) -> Outcome:
        """Send encoded events; to Slack only the first, since it takes one message a request. Never raises.

        `wanted` is asked right before anything leaves: loading requests can take long enough for `%errreport off`.
        """
        self._wanted = wanted
        try:
            if self._destination.kind in (COLLECTOR, JUPYTER):
                if self._told is None:
                    self._post_session((0, 0), timeout)
                return self._post_events(events, timeout)
            return self._post_slack(events[0], timeout)
        except GivenUp:
            return Outcome()
        except Unreachable as problem:
            return Outcome(problem=str(problem))
        except Exception as error:  # requests' own, and what proxies and broken TLS set-ups raise
            return Outcome(problem=f"{self._destination.label} could not be reached ({type(error).__name__})")

    def tell_session(self, cells: Cells, timeout: float, wanted: Callable[[], bool] = _always) -> Outcome:
        """Tell a collector that the session has begun, and of its cells, unless it knows. Never raises.

        The outcome has a problem when this has to be done again.
        """
        self._wanted = wanted
        try:
            return self._post_session(cells, timeout) if self._told != cells else Outcome()
        except GivenUp:
            return Outcome()
        except Exception as error:
            return Outcome(problem=f"{self._destination.label} could not be reached ({type(error).__name__})")

    def pass_session_on(self, body: bytes, timeout: float) -> Outcome:
        """Open at a collector a session that is another server's, or tell it the counts. Never raises.

        Its status is `stored` when that is done, or this collector will never take it; `rejected`, with a problem, when
        it may take it later and others now.
        """
        self._wanted = _always
        try:
            response = self._post("sessions", body, timeout)
        except Exception as error:
            return Outcome(problem=f"{self._destination.label} could not be reached ({type(error).__name__})")
        what = f"{self._destination.label} answered {response.status_code} to a session"
        asked = retry_after(response.headers.get("Retry-After"))
        if response.status_code in (401, 429):
            return judged("rejected", 1, what)._replace(retry_after=asked)
        if response.status_code == 200 or 400 <= response.status_code < 500:
            return judged("stored", 1)
        return Outcome(problem=what, retry_after=asked)

    def _post_session(self, cells: Cells, timeout: float) -> Outcome:
        key = self._destination.session_key
        if not key or self._destination.kind != COLLECTOR:
            self._told = cells
            return Outcome()
        good, failed = cells
        body: Dict[str, Any] = {"uuid": key, "notebook": self._destination.notebook or UNKNOWN}
        if self._destination.release:
            body["release"] = self._destination.release
        body.update(good_cells=good, failed_cells=failed)
        response = self._post("sessions", json.dumps(body).encode(), timeout)
        if response.status_code >= 500 or response.status_code == 429:
            return self._refused(response, 0)
        self._told = cells  # also when it is refused for good, by an old collector: the events go without it
        return Outcome()

    def _post_events(self, events: Sequence[bytes], timeout: float) -> Outcome:
        body = b"[" + b",\n".join(events) + b"]"
        response = self._post("errors", body, timeout, self._keys())
        if response.status_code == 200:
            answers = json_of(response)
            if isinstance(answers, list) and len(answers) == len(events):
                reasons = [_reason_of(answer) for answer in answers]
                problem = next((f"an event was rejected: {reason}" for reason in reasons if reason), "")
                statuses, hints = [_status(answer) for answer in answers], [_hint_of(answer) for answer in answers]
                return Outcome(statuses, problem, reasons=reasons, hints=hints)
            return Outcome(problem=f"{self._destination.label} answered with something that is no collector's answer")
        return self._refused(response, len(events))

    def _post_slack(self, event: bytes, timeout: float) -> Outcome:
        body = json.dumps(slack_message(json.loads(event.decode()))).encode()
        response = self._request("POST", Endpoint(self._destination.address, {}), body, timeout)
        if response.status_code == 200:
            return judged("stored", 1)
        return self._refused(response, 1)

    def _refused(self, response: Any, count: int) -> Outcome:
        """What an answer other than 200 means: again later, or never."""
        code = response.status_code
        problem = f"{self._destination.label} answered {code}"
        if code in (400, 413, 415, 422) or (self._destination.kind not in (COLLECTOR, JUPYTER) and 400 <= code < 429):
            return judged("rejected", count, problem)
        if code == 401 and _reason(response) == KEY_REQUIRED:
            problem += ": it takes only reports with the notebook's key, which its author puts here as token="
        if code == 429:
            reason = _reason(response)
            if reason in LIMIT_REASONS:
                return Outcome(["rejected"] * count, f"{problem}: {reason}", reasons=[reason] * count)
        return Outcome(problem=problem, retry_after=retry_after(response.headers.get("Retry-After")))

    def erase(self, path: str, timeout: float, key: str = "") -> Outcome:
        """Have a collector or Jupyter server delete what is at `path`: an error, or a session. Never raises.

        Its status is `stored` when that is done or there is nothing; `rejected`, with a problem, when it never will be.
        """
        self._wanted = _always
        try:
            endpoint = _endpoint(self._destination, path)
            keys = {SESSION_HEADER: key} if key else self._keys()
            endpoint = endpoint._replace(headers={**endpoint.headers, **keys})
            response = self._request("DELETE", endpoint, b"", timeout)
        except Unreachable as problem:
            return Outcome(problem=str(problem))
        except Exception as error:
            return Outcome(problem=f"{self._destination.label} could not be reached ({type(error).__name__})")
        if response.status_code in (200, 404):
            return judged("stored", 1)
        what = f"{self._destination.label} answered {response.status_code} when asked to delete"
        if response.status_code in (429, 500, 502, 503, 504):
            return Outcome(problem=what, retry_after=retry_after(response.headers.get("Retry-After")))
        return judged("rejected", 1, what)

    def _keys(self) -> Dict[str, str]:
        key = self._destination.session_key or self._sender_key
        return {SESSION_HEADER: key} if key and self._destination.kind == COLLECTOR else {}

    def post_body(self, body: bytes, headers: Dict[str, str], timeout: float) -> Any:
        """The answer to a POST to the destination's own address, its body read; raises what requests raises."""
        self._wanted = _always
        return self._request("POST", Endpoint(self._destination.address, headers), body, timeout)

    def get(self, path: str, timeout: float) -> Any:
        """The answer to a GET, its body read; raises what requests raises."""
        return self._request("GET", _endpoint(self._destination, path), b"", timeout)

    def put(self, path: str, body: bytes, timeout: float) -> Any:
        """The answer to a PUT, its body read; raises what requests raises."""
        return self._request("PUT", _endpoint(self._destination, path), body, timeout)

    def patch(self, path: str, body: bytes, timeout: float) -> Any:
        """The answer to a PATCH, its body read; raises what requests raises."""
        return self._request("PATCH", _endpoint(self._destination, path), body, timeout)

    def _post(self, path: str, body: bytes, timeout: float, headers: Optional[Dict[str, str]] = None) -> Any:
        endpoint = _endpoint(self._destination, path)
        return self._request("POST", endpoint._replace(headers={**endpoint.headers, **(headers or {})}), body, timeout)

    def _request(self, method: str, endpoint: Endpoint, body: bytes, timeout: float) -> Any:
        headers = {"Content-Type": "application/json", **NOT_PACKED, **endpoint.headers}
        if len(body) >= COMPRESS_FROM and self._destination.kind in (COLLECTOR, JUPYTER):
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        session = self._requests_session(endpoint)
        if not self._wanted():
            raise GivenUp
        response = session.request(
            method,
            endpoint.url,
            data=body or None,
            headers=headers,
            timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
            allow_redirects=False,
            verify=True,
            proxies=_proxies(endpoint.url),
            stream=True,
        )
        try:
            response._content = read_answer(response)
        finally:
            response.close()
        return response

    def _requests_session(self, endpoint: Endpoint) -> Any:
        if self._session is None:
            self._session = load_requests().Session()
            self._session.trust_env = False
            self._session.headers["User-Agent"] = "jupyter-errreport"
            if endpoint.socket_path:
                from .unix_socket import UnixSocketAdapter

                self._session.mount("http+unix://", UnixSocketAdapter(endpoint.socket_path))
            elif endpoint.url.startswith("https:"):
                from .tls import Trust

                self._trust = self._trust or Trust()
                self._session.mount("https://", self._trust.adapter(endpoint.ca_file))
        return self._session


def _endpoint(destination: Destination, path: str) -> Endpoint:
    if destination.kind == COLLECTOR:
        headers = {"Authorization": f"Bearer {destination.token}"} if destination.token else {}
        return Endpoint(f"{destination.address}/{path}", headers)
    connection = read_connection(destination.address)
    return Endpoint(
        f"{connection['url'].rstrip('/')}/{path}",
        {KEY_HEADER: connection["key"]},
        connection.get("ca_file") or "",
        connection.get("socket") or "",
    )


def read_connection(path: str) -> Dict[str, str]:
    """What a Jupyter server's connection file says: `url`, `key`, `ca_file`, `socket`. Raises `Unreachable`."""
    try:
        connection = json.loads(read_own(path).decode())
        if not isinstance(connection["url"], str) or not isinstance(connection["key"], str):
            raise KeyError(path)
    except (OSError, ValueError, KeyError, TypeError):
        raise Unreachable("the Jupyter server is not there (its connection file can't be read)") from None
    return dict(connection)


def _proxies(url: str) -> Dict[str, str]:
    """The proxy that the environment names for `url`, looked up here because `trust_env` is off; none for loopback."""
    from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in _LOOPBACK or host.endswith(".localhost") or "unix" in parts.scheme or proxy_bypass_environment(host):
        return {}
    proxies = getproxies_environment()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return {parts.scheme: proxy} if proxy else {}


def _reason(response: Any) -> str:
    """The word for programs in a collector's problem; empty when there is none."""
    answer = json_of(response)
    return str(answer.get("reason", "")) if isinstance(answer, dict) else ""


def _status(answer: Any) -> str:
    status = answer.get("status") if isinstance(answer, dict) else None
    return status if status in EVENT_STATUSES else "rejected"


def _reason_of(answer: Any) -> str:
    """Why a receiver rejected an event, as a short plain text; empty for one that it took."""
    if _status(answer) != "rejected":
        return ""
    reason = str(answer.get("reason") or "") if isinstance(answer, dict) else ""
    return "".join(c for c in reason if c.isprintable())[:200] or "no reason given"


def _hint_of(answer: Any) -> Optional[Hint]:
    if not isinstance(answer, dict):
        return Hint()
    text, source = answer.get("hint"), answer.get("hint_from")
    if isinstance(text, str) and text:
        return Hint(text[:DECISION_LIMIT], source[:HOST_LIMIT] if isinstance(source, str) else "")
    return None if answer.get("hint_follows") is True else Hint()


def retry_after(value: Optional[str]) -> Optional[float]:
    """Seconds of a Retry-After header, as a number or an HTTP date (RFC 9110, 10.2.3); None for neither."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None

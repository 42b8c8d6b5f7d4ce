"""The one careful HTTP client: no netrc, no redirects, no proxy for loopback, bounded waiting, bounded answers.

`requests` with its defaults would send the user's own netrc password in place of our token, and loopback posts to a
proxy (`trust_env` in requests' documentation). It is imported when there is something to send: that takes 220 ms.
"""

import gzip
import importlib
import time
from typing import Any, Callable, Dict
from urllib.parse import urlsplit

from .answer import NOT_PACKED, Answer, read_answer
from .request import Request

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection."""
COMPRESS_FROM = 1_000
"""Bytes from which a body is sent as gzip."""

# The parts of requests in the order of their weight, each imported by itself with a rest for the reader's code between.
_PARTS = ("socket", "ssl", "http.client", "email.parser", "urllib3", "urllib3.connectionpool", "requests")
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - compared with, not listened on


class GivenUp(Exception):  # noqa: N818 - the name says what is the case
    """Nobody wants this to be sent any more."""


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


class Client:
    """The connections to one server. For one thread at a time."""

    def __init__(self) -> None:
        self._session: Any = None
        self._trust: Any = None

    @property
    def is_open(self) -> bool:
        """Whether a connection may be open."""
        return self._session is not None

    def ask(self, request: Request, timeout: float, wanted: Callable[[], bool] = _always) -> Answer:
        """The answer to a request; `timeout` in seconds. Raises `GivenUp`, and what requests raises.

        `wanted` is asked right before anything leaves: loading requests can take long enough for `%errreport off`.
        """
        headers, body = {"Content-Type": "application/json", **NOT_PACKED, **request.headers}, request.body
        if request.may_be_packed and len(body) >= COMPRESS_FROM:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        session = self._opened(request)
        if not wanted():
            raise GivenUp
        response = session.request(
            request.method,
            request.url,
            data=body or None,
            headers=headers,
            timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
            allow_redirects=False,
            verify=True,
            proxies=proxies_for(request.url),
            stream=True,
        )
        try:
            return Answer(response.status_code, response.headers, read_answer(response))
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections, as an idle kernel keeps none open."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _opened(self, request: Request) -> Any:
        if self._session is None:
            self._session = load_requests().Session()
            self._session.trust_env = False
            self._session.headers["User-Agent"] = "jupyter-errreport"
            if request.socket_path:
                from .unix_socket import UnixSocketAdapter

                self._session.mount("http+unix://", UnixSocketAdapter(request.socket_path))
            elif request.url.startswith("https:"):
                from .tls import Trust

                self._trust = self._trust or Trust()
                self._session.mount("https://", self._trust.adapter(request.ca_file))
        return self._session


def proxies_for(url: str) -> Dict[str, str]:
    """The proxy that the environment names for `url`, looked up here because `trust_env` is off; none for loopback."""
    from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in _LOOPBACK or host.endswith(".localhost") or "unix" in parts.scheme or proxy_bypass_environment(host):
        return {}
    proxies = getproxies_environment()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return {parts.scheme: proxy} if proxy else {}

"""Has answers read with a cap where somebody else's code asks for them: Apprise's services read all of each."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from jupyter_errreport.delivery.http.answer import read_answer

_lock = threading.Lock()
_threads: dict[int, int] = {}
"""Threads in which answers are capped, and how often they asked for that."""


@contextmanager
def capped_answers() -> Iterator[None]:
    """While this lasts, of answers to requests of this thread only so much is read as ours have."""
    thread = threading.get_ident()
    with _lock:
        _threads[thread] = _threads.get(thread, 0) + 1
        if requests.Session.send is not _send:
            requests.Session.send = _send  # type: ignore[method-assign]
    try:
        yield
    finally:
        with _lock:
            _threads[thread] -= 1
            if not _threads[thread]:
                del _threads[thread]


_original = requests.Session.send


def _send(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
    if threading.get_ident() not in _threads or more.get("stream"):
        return _original(self, request, **more)
    # Redirects are not followed: each would be read whole on the way, and no service needs one.
    answer = _original(self, request, **{**more, "stream": True, "allow_redirects": False})
    answer._content, answer._content_consumed = read_answer(answer), True  # type: ignore[attr-defined]
    answer.close()
    return answer

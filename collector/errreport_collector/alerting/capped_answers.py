"""Has answers read with a cap where somebody else's code asks for them: Apprise's services read all of each."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from jupyter_errreport.delivery.http.answer import read_answer

_lock = threading.Lock()
_wanted = [0]
"""How many have answers capped now."""


@contextmanager
def capped_answers() -> Iterator[None]:
    """While this lasts, of answers that are to be read whole only so much is read as ours have.

    On all threads, since Apprise has threads of its own; our own requests stream their answers, and are left alone.
    """
    with _lock:
        _wanted[0] += 1
        if requests.Session.send is not _send:
            requests.Session.send = _send  # type: ignore[method-assign]
    try:
        yield
    finally:
        with _lock:
            _wanted[0] -= 1


_original = requests.Session.send


def _send(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
    if not _wanted[0] or more.get("stream"):
        return _original(self, request, **more)
    # Redirects are not followed: each would be read whole on the way, and no service needs one.
    answer = _original(self, request, **{**more, "stream": True, "allow_redirects": False})
    answer._content, answer._content_consumed = read_answer(answer), True  # type: ignore[attr-defined]
    answer.close()
    return answer

"""What goes wrong with a request, as the answer says it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tornado.web import HTTPError

from ...store.database.failures import StoreError


class Problem(HTTPError):  # noqa: N818 - it becomes an answer, most are the client's
    """An answer that is not the wished one.

    `message` is a sentence for people (what happened, what was kept, what to do next), `reason` a word for programs.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        field: str | None = None,
        groups: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(status)
        self.code = reason
        self.message = message
        self.headers = dict(headers or {})
        self.field = field
        """The field of an event that is wrong, as a path: `traceback[0].lineno`."""
        self.groups = [dict(group) for group in groups]
        """Among which the caller has to choose: of each `group` and `notebook`."""

    def body(self) -> dict[str, Any]:
        """What the answer holds."""
        more = {"field": self.field, "groups": self.groups}
        return {"message": self.message, "reason": self.code, **{name: value for name, value in more.items() if value}}


_BY_STATUS = {
    400: ("bad_request", "The request can't be read; nothing was stored."),
    401: ("not_logged_in", "This needs a login. Send a token as `Authorization: Bearer TOKEN`."),
    403: ("forbidden", "You may not do this here; nothing was changed."),
    404: ("not_found", "There is nothing at this address. `openapi.yaml` lists what there is."),
    405: ("method_not_allowed", "This address does not know this method. `openapi.yaml` lists what there is."),
    413: ("too_large", "The request is too large; nothing was stored. Send less at once."),
    429: ("too_many", "Too many requests; nothing was stored. Wait, then send it again."),
}


def problem_of(status: int, error: BaseException | None) -> Problem:
    """The answer for any exception. Says nothing of what went on inside."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, StoreError):
        return Problem(
            503,
            "database_unavailable",
            "The database can't be used just now; nothing was stored. Send it again a little later.",
            {"Retry-After": "5"},
        )
    if status in _BY_STATUS:
        return Problem(status, *_BY_STATUS[status])
    if status == 503:
        return Problem(503, "unavailable", "The server can't do this just now. Try again later.", {"Retry-After": "5"})
    if 400 <= status < 500:
        return Problem(status, "bad_request", "The request can't be answered; nothing was stored.")
    return Problem(
        status, "internal_error", "The server made a mistake. What was sent may not be stored; send it again later."
    )


def too_many(reason: str, message: str, seconds: float) -> Problem:
    """A 429 that says in how many seconds to come back."""
    return Problem(429, reason, message, {"Retry-After": str(max(1, math.ceil(seconds)))})

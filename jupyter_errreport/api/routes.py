"""All routes. The order does not matter: each pattern matches whole paths, and no two match the same."""

from typing import Any

from tornado.web import RequestHandler, stream_request_body

from .description import Description
from .docs import Docs
from .errors import Errors, OneError
from .feed import Feed
from .forms import Decide
from .front import Front, Script, Stylesheet
from .groups import Groups, Merge, OneGroup, Split
from .http.access import Guard
from .http.resource import Resource
from .legacy import AllErrors, OneUsage, UsageError, Usages
from .live import Live
from .names import DecideNames, Names, OneName
from .notebooks import Notebooks, OneNotebook
from .sessions import OneSession, Sessions
from .sources import Source
from .status import Status

RESOURCES: tuple[tuple[str, type[Resource]], ...] = (
    (r"", Front),
    (r"errors", Errors),
    (r"errors/", AllErrors),
    (r"errors/([^/]+)", OneError),
    (r"errors/([^/]+)/", UsageError),
    (r"groups", Groups),
    (r"groups\.atom", Feed),
    (r"groups/([^/]+)", OneGroup),
    (r"groups/([^/]+)/decide", Decide),
    (r"groups/([^/]+)/merge", Merge),
    (r"groups/([^/]+)/split", Split),
    (r"notebooks", Notebooks),
    (r"notebooks/([^/]+)", OneNotebook),
    (r"notebooks/([^/]+)/decide", DecideNames),
    (r"notebooks/([^/]+)/names", Names),
    (r"notebooks/([^/]+)/names/([^/]+)", OneName),
    (r"notebooks/([^/]+)/source", Source),
    (r"sessions", Sessions),
    (r"sessions/([^/]+)", OneSession),
    (r"usages/", Usages),
    (r"usages/([^/]+)", OneUsage),
    (r"status", Status),
    (r"openapi\.yaml", Description),
    (r"docs", Docs),
    (r"live", Live),
    (r"static/errreport\.css", Stylesheet),
    (r"static/errreport\.js", Script),
)

PAGES = tuple(pattern for pattern, resource in RESOURCES if "get" in resource.access)
"""The patterns of what can be looked at."""


def routes(
    base: type[RequestHandler], guard: Guard, more: tuple[tuple[str, type[Resource]], ...] = ()
) -> list[tuple[str, type[RequestHandler]]]:
    """Patterns below the server's own prefix (which ends in a slash), and handlers made of ours and `base`.

    `more` are the resources that only this server has.

    `base` has `service`, `client_address` and `async may(access)`; `guard(access, method)` gives a method that runs
    only for those who have the access.
    """
    return [(pattern, _handler(resource, base, guard)) for pattern, resource in (*RESOURCES, *more)]


def _handler(resource: type[Resource], base: type[RequestHandler], guard: Guard) -> type[RequestHandler]:
    methods: dict[str, Any] = {name: guard(access, getattr(resource, name)) for name, access in resource.access.items()}
    made = type(resource.__name__, (resource, base), {**methods, "__doc__": resource.__doc__})
    return stream_request_body(made) if resource.takes_body else made

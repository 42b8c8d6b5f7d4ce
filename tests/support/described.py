"""Which paths `openapi.yaml` describes, and which an application answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from tornado.routing import PathMatches
from tornado.web import Application

from jupyter_errreport.api.description import DESCRIPTION

PATHS: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text())["paths"]


def described(server: str) -> set[str]:
    """The paths of a server, with a word for each name in them."""
    here = [path for path, item in PATHS.items() if item.get("x-server") in (None, server)]
    return {re.sub(r"\{\w+\}", "ID", path) for path in here}


def mounted(application: Application, prefix: str) -> set[str]:
    """The paths below `prefix`, which ends in a slash, that an application answers."""
    patterns = list(_patterns(application.default_router))
    paths = {re.sub(r"\(\[\^/\]\+\)", "ID", pattern).replace("\\", "").rstrip("$") for pattern in patterns}
    return {path.removeprefix(prefix.rstrip("/")) for path in paths if path.startswith(prefix)}


def _patterns(router: Any) -> Iterator[str]:
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from _patterns(rule.target)
        elif isinstance(rule.matcher, PathMatches):
            yield rule.matcher.regex.pattern

"""Who may do what in which notebook: every route of the description, each role, each kind of notebook.

A route or a method that is added to `openapi.yaml` is asked here, too: what it needs comes from there.
"""

import json
import re
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import requests
import yaml

from jupyter_errreport.event import new_event_id
from tests.support.collectors import ADMIN, Collector

from .test_access import make_token

pytestmark = pytest.mark.needs("installed wheel")

DESCRIBED = yaml.safe_load((files("jupyter_errreport.api") / "openapi.yaml").read_text("utf-8"))
METHODS = ("get", "post", "put", "patch", "delete")
RIGHTS = {"report": 1, "read": 2, "author": 3, "admin": 4}
"""The ladder: who has a role may do what those below it may."""
NEEDS = {"open": 0, **RIGHTS}
NOTEBOOKS = {"own": "dock", "other": "fold", "nobody's": "Untitled"}
SECRET = "tellthisnobody"
"""Stands in everything that is known of the other notebooks."""


class Route(NamedTuple):
    """A method of a path."""

    method: str
    path: str
    access: str


ROUTES = [
    Route(method, path, item[method]["x-access"])
    for path, item in DESCRIBED["paths"].items()
    for method in METHODS
    if method in item and item.get("x-server") in (None, "collector")
]


class Known(NamedTuple):
    """What there is of a notebook."""

    notebook: str
    groups: list[str]
    events: list[str]
    key: str
    """Of a session."""
    ingest_key: str
    """The id of a key of the notebook, which is a token."""


NOTHING = Known("never", ["0" * 32, "1" * 32], [new_event_id()], "e" * 32, "0" * 8)
"""What never was."""


class World(NamedTuple):
    """A collector with the same in each notebook, and a token of each role for one of them."""

    collector: Collector
    tokens: dict[str, str]
    known: dict[str, Known]
    there: dict[str, str]
    """What there was of each notebook at first."""


@pytest.fixture(scope="module")
def world(collector: Collector) -> World:
    known = {}
    for number, (kind, notebook) in enumerate(NOTEBOOKS.items()):
        word = "fine" if kind == "own" else SECRET
        key = f"{number:032x}"
        collector.post("sessions", {"notebook": notebook, "uuid": key})
        sent = [
            {
                "error_name": name,
                "error_message": f"{word} {name.lower()}",
                "first_line": word,
                "notebook": notebook,
                "event_id": new_event_id(),
                "comments": [word],
                "cell_hash": cell,
            }
            for name in ("SameError", "OtherError")
            for cell in ("a", "b")
        ]
        answers = collector.post("errors", sent).json()
        groups = [answers[0]["group"], answers[2]["group"]]
        pattern = make_token(collector, "--role=report", f"--notebook={notebook}")
        ingest_key = next(item["id"] for item in collector.read("tokens") if item["notebook"] == notebook)
        assert pattern.startswith("report_")
        known[kind] = Known(notebook, groups, [event["event_id"] for event in sent], key, ingest_key)
        source = {"cells": [{"source": f"{word}()"}]}
        assert collector.request("PUT", f"notebooks/{quote(notebook)}/source", ADMIN, json=source).status_code == 200
        for group in groups:
            decided = collector.request("PATCH", f"groups/{group}", ADMIN, json={"hint": word, "note": word})
            assert decided.status_code == 200
    tokens = {role: make_token(collector, f"--role={role}", "--notebook=doc*") for role in RIGHTS}
    return World(collector, tokens, known, {kind: everything(collector, about) for kind, about in known.items()})


def asked(collector: Collector, route: Route, about: Known, token: str | None) -> requests.Response:
    """The answer to a request that is about what is known of a notebook."""
    if (route.method, route.path) == ("post", "/login"):
        return logged_in(collector)
    if (route.method, route.path) == ("post", "/logout"):
        return logged_out(collector, token)
    notebook = quote(about.notebook)
    parts = {
        "{event_id}": about.events[0],
        "{group}": about.groups[0],
        "{name}": notebook,
        "{other}": notebook,
        "{key}": "f" * 32 if route.method == "delete" else about.key,
        "{key_id}": about.ingest_key,
        "{token_id}": about.ingest_key,
    }
    path = route.path.lstrip("/")
    for mark, part in parts.items():
        path = path.replace(mark, part)
    more: dict[str, Any] = {}
    if route.path.endswith("/decide"):
        more["data"] = {"action": "note", "text": "x"}
    elif route.method in ("post", "put", "patch"):
        bodies: dict[str, Any] = {
            "merge": {"into": about.groups[1]},
            "split": {"fingerprint": "2-nothing"},
            "source": {"cells": [{"source": "x()"}]},
            "keys": {"notebook": about.notebook},
            "tokens": {"role": "read", "notebook": about.notebook},
        }
        sent = {"error_name": "SameError", "notebook": about.notebook}
        more["json"] = bodies.get(path.rpartition("/")[2], {"note": "x"} if route.method == "patch" else sent)
    if (route.method, route.path) == ("delete", "/errors"):
        more["params"] = {"notebook": about.notebook}
    return collector.request(route.method.upper(), path, token, **more, stream=route.path == "/live")


def logged_in(collector: Collector) -> requests.Response:
    """The answer to who fills in the form."""
    form = collector.get("login")
    (xsrf,) = re.findall('name="_xsrf" value="([^"]+)"', form.text)
    return collector.request("POST", "login", data={"token": ADMIN, "_xsrf": xsrf}, cookies=form.cookies)


def logged_out(collector: Collector, token: str | None) -> requests.Response:
    """The answer to who presses the button; what it must hold a page has told them."""
    form = collector.get("login")
    (xsrf,) = re.findall('name="_xsrf" value="([^"]+)"', form.text)
    return collector.request("POST", "logout", token, data={"_xsrf": xsrf}, cookies=form.cookies)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("kind", ["other", "nobody's"])
@pytest.mark.parametrize("role", RIGHTS)
def test_a_strangers_notebook_does_not_exist(world: World, route: Route, role: str, kind: str) -> None:
    if "{key}" in route.path:
        return  # who has the key of a session is the reader whose session it is
    token, about = world.tokens[role], world.known[kind]
    answer = asked(world.collector, route, about, token)
    if RIGHTS[role] < NEEDS[route.access]:
        assert answer.status_code == 403
    else:
        text = "" if route.path == "/live" else answer.text
        assert SECRET not in text
        assert not any(known in text for known in (*about.groups, *about.events, about.ingest_key))
        if "{" in route.path:
            unknown = asked(world.collector, route, NOTHING, token)
            assert answer.status_code in (403, 404), text
            assert (answer.status_code, answer.json()) == (unknown.status_code, unknown.json())
    answer.close()
    if route.method != "get":  # what a GET had changed would be seen by the next one
        assert everything(world.collector, about) == world.there[kind]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("role", [*RIGHTS, None])
def test_in_ones_own_each_role_may_do_what_the_description_says(world: World, route: Route, role: str | None) -> None:
    deletes = route.method == "delete"
    token = world.tokens[role] if role else None
    answer = asked(world.collector, route, NOTHING if deletes else world.known["own"], token)
    allowed = (RIGHTS[role] if role else RIGHTS["report"]) >= NEEDS[route.access]
    if not allowed:
        assert answer.status_code == (403 if role else 401), answer.text
    elif not (deletes and "source" in route.path):  # which is about a name, and this one is a stranger's
        assert answer.status_code not in (401, 403), answer.text
    answer.close()


@pytest.mark.parametrize("kind", ["other", "nobody's"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_strangers_notebook_is_never_ones_own(world: World, kind: str, method: str) -> None:
    about = world.known[kind]
    for path in (f"notebooks/dock/names/{about.notebook}", f"notebooks/{about.notebook}/names/dock"):
        answer = world.collector.request(method, path, world.tokens["admin"])
        assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_notebook")
    assert everything(world.collector, about) == world.there[kind]


def test_lists_have_what_is_ones_own(world: World) -> None:
    for path in ("errors", "groups", "notebooks", "sessions", "errors/", "usages/"):
        found = world.collector.get(path, world.tokens["read"]).json()
        assert found, path
        assert {item["notebook"] for item in found} == {"dock"}, path


def everything(collector: Collector, about: Known) -> str:
    """What there is of a notebook, as its operator sees it."""
    notebook = quote(about.notebook)
    paths = [f"groups/{group}" for group in about.groups]
    paths += [f"{what}?notebook={notebook}" for what in ("errors", "sessions", "groups")]
    found = [collector.read(path) for path in (*paths, f"notebooks/{notebook}/source")]
    tokens = [item for item in collector.read("tokens", limit="1000") if item["notebook"] == about.notebook]
    return json.dumps([*found, [item | {"last_used_at": None} for item in tokens]])

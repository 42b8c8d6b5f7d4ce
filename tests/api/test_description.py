import re
from typing import Any

import msgspec
import pytest
import yaml
from errreport_collector.server import OWN
from errreport_collector.tokens.keys import SentKey
from errreport_collector.tokens.tokens import SentToken
from openapi_spec_validator import validate
from tornado.web import RequestHandler

from jupyter_errreport import contract
from jupyter_errreport.api.description import DESCRIPTION
from jupyter_errreport.api.groups import ORDERS, SentChange, SentMerge, SentSplit
from jupyter_errreport.api.http.exports import FORMATS
from jupyter_errreport.api.http.query import ERROR_FILTERS, GROUP_FILTERS, PAGING, SESSION_FILTERS
from jupyter_errreport.api.receiving.validation import SentEvent, SentSession
from jupyter_errreport.api.routes import RESOURCES, routes
from jupyter_errreport.api.sources import SentCell, SentSource
from jupyter_errreport.contract import (
    ADDED_FIELDS,
    EVENT_FIELDS,
    EVENT_STATUSES,
    GROUP_FIELDS,
    GROUP_STATUSES,
    KINDS,
    POLICIES,
    RELATIONS,
)
from jupyter_errreport.extension.app import FRONT_END
from jupyter_errreport.extension.notebook_cells import SentCells
from jupyter_errreport.extension.publishing import SentNotebook

from .server import ApiServer

DESCRIBED: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text())
METHODS = ("get", "post", "delete", "put", "patch")


def route_of(path: str) -> str:
    """The pattern of a described path."""
    return re.sub(r"\{\w+\}", "([^/]+)", path.removeprefix("/").replace(".", r"\."))


def test_the_description_is_valid() -> None:
    validate(DESCRIBED)


def test_no_sentence_is_cut_at_a_comma() -> None:
    """In braces a comma ends a text without quotes, and begins a key without a value."""

    def empty(value: Any, place: str) -> list[str]:
        inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        found = [at for key, item in inside for at in empty(item, f"{place}/{key}")]
        return found + [f"{place}/{key}" for key, item in inside if item is None and isinstance(value, dict)]

    assert empty(DESCRIBED, "") == []


def test_it_is_served_as_it_is(server: ApiServer) -> None:
    assert server.get("openapi.yaml").content == DESCRIPTION.read_bytes()


SERVED = {None: RESOURCES, "collector": (*RESOURCES, *OWN), "jupyter-server": (*RESOURCES, *FRONT_END)}
"""The routes of both servers, and of each."""


@pytest.mark.parametrize("server", SERVED)
def test_routes_and_description_agree_on_paths_methods_and_access(server: str | None) -> None:
    described = {
        (route_of(path), method, item[method]["x-access"])
        for path, item in DESCRIBED["paths"].items()
        for method in METHODS
        if method in item and item.get("x-server") in (None, server)
    }
    served = {
        (pattern, method, access) for pattern, resource in SERVED[server] for method, access in resource.access.items()
    }
    assert described == served


@pytest.mark.parametrize("resource", [resource for _, resource in (*RESOURCES, *OWN, *FRONT_END)])
def test_every_method_of_a_resource_has_an_access(resource: type[RequestHandler]) -> None:
    methods = {name for name in METHODS if getattr(resource, name) is not getattr(RequestHandler, name)}
    assert methods == set(resource.access)


def test_every_method_goes_through_the_guard() -> None:
    guarded: list[str] = []

    class Base(RequestHandler):
        pass

    def guard(access: str, method: Any) -> Any:
        guarded.append(method.__qualname__)
        return method

    routes(Base, guard)
    assert len(guarded) == sum(len(resource.access) for _, resource in RESOURCES)


def test_the_fields_that_are_read_are_those_described() -> None:
    schemas = DESCRIBED["components"]["schemas"]
    own = (SentCells, SentNotebook, SentKey, SentToken)
    for sent in (SentEvent, SentSession, SentChange, SentMerge, SentSplit, SentSource, SentCell, *own):
        assert {field.name for field in msgspec.structs.fields(sent)} == set(schemas[sent.__name__]["properties"])
    assert set(schemas["SentEvent"]["properties"]) == set(EVENT_FIELDS)
    assert set(schemas["Event"]["allOf"][1]["properties"]) == set(ADDED_FIELDS)
    assert set(schemas["Group"]["properties"]) == set(GROUP_FIELDS)


WORDS = [
    ("SentEvent", "kind", KINDS),
    ("SentEvent", "policy", (*POLICIES, None)),
    ("Link", "relation", RELATIONS),
    ("Outcome", "status", EVENT_STATUSES),
    ("Group", "status", GROUP_STATUSES),
    ("SentChange", "status", GROUP_STATUSES),
]


@pytest.mark.parametrize(("schema", "field", "words"), WORDS)
def test_the_words_of_the_contract_are_those_described(schema: str, field: str, words: tuple[str, ...]) -> None:
    assert DESCRIBED["components"]["schemas"][schema]["properties"][field]["enum"] == list(words)


LIMITS = [
    ("Frame", "filename", "maxLength", "PLACE_LIMIT"),
    ("Frame", "fun_name", "maxLength", "PLACE_LIMIT"),
    ("Link", "error_name", "maxLength", "NAME_LIMIT"),
    ("Link", "error_message", "maxLength", "MESSAGE_LIMIT"),
    ("SentEvent", "error_name", "maxLength", "NAME_LIMIT"),
    ("SentEvent", "error_message", "maxLength", "MESSAGE_LIMIT"),
    ("SentEvent", "traceback", "maxItems", "FRAME_LIMIT"),
    ("SentEvent", "first_line", "maxLength", "LINE_LIMIT"),
    ("SentEvent", "execution_count", "default", "COUNTLESS"),
    ("SentEvent", "notebook", "maxLength", "NOTEBOOK_LIMIT"),
    ("SentEvent", "notebook", "default", "UNKNOWN"),
    ("SentEvent", "chain", "maxItems", "CHAIN_LIMIT"),
    ("SentEvent", "count", "maximum", "COUNT_LIMIT"),
    ("SentEvent", "language", "maxLength", "LANGUAGE_LIMIT"),
    ("SentEvent", "release", "maxLength", "RELEASE_LIMIT"),
    ("SentEvent", "comments", "maxItems", "COMMENTS_LIMIT"),
    ("Comment", "text", "maxLength", "COMMENT_LIMIT"),
    ("SentSession", "notebook", "maxLength", "NOTEBOOK_LIMIT"),
    ("SentSession", "release", "maxLength", "RELEASE_LIMIT"),
    ("SentChange", "release", "maxLength", "RELEASE_LIMIT"),
    ("SentChange", "note", "maxLength", "DECISION_LIMIT"),
    ("SentChange", "hint", "maxLength", "DECISION_LIMIT"),
    ("SentSource", "cells", "maxItems", "CELLS_LIMIT"),
    ("SentCells", "sources", "maxItems", "CELLS_LIMIT"),
    ("SentSource", "language", "maxLength", "LANGUAGE_LIMIT"),
    ("SentSource", "release", "maxLength", "RELEASE_LIMIT"),
    ("SentKey", "notebook", "maxLength", "NOTEBOOK_LIMIT"),
    ("SentToken", "notebook", "maxLength", "NOTEBOOK_LIMIT"),
]


@pytest.mark.parametrize(("schema", "field", "word", "limit"), LIMITS)
def test_the_limits_of_the_contract_are_those_described(schema: str, field: str, word: str, limit: str) -> None:
    assert DESCRIBED["components"]["schemas"][schema]["properties"][field][word] == getattr(contract, limit)


def test_every_limit_that_is_described_is_compared() -> None:
    compared = {(schema, field, word) for schema, field, word, _ in LIMITS}
    described = {
        (name, field, word)
        for name, schema in DESCRIBED["components"]["schemas"].items()
        for field, kind in schema.get("properties", {}).items()
        for word in ("maxLength", "maxItems")
        if word in kind
    }
    assert described - compared <= {("SentCell", "source", "maxLength")}  # `source.SOURCE_LIMIT`: test_sources.py


def test_pages_of_lists_are_as_long_as_described() -> None:
    schema = DESCRIBED["components"]["parameters"]["limit"]["schema"]
    assert (schema["default"], schema["maximum"]) == (contract.PAGE_SIZE, contract.PAGE_LIMIT)


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/errors", (*ERROR_FILTERS, *PAGING, "all")),
        ("/sessions", (*SESSION_FILTERS, *PAGING)),
        ("/groups", ("status", *GROUP_FILTERS, "order", *PAGING, "all")),
        ("/groups.atom", ("status", *GROUP_FILTERS)),
        ("/notebooks", ("q", *PAGING)),
    ],
)
def test_the_filters_that_are_known_are_those_described(path: str, filters: tuple[str, ...]) -> None:
    references = DESCRIBED["paths"][path]["get"]["parameters"]
    described = DESCRIBED["components"]["parameters"]
    assert [described[reference["$ref"].rpartition("/")[2]]["name"] for reference in references] == list(filters)


@pytest.mark.parametrize(
    ("parameter", "words"), [("status", GROUP_STATUSES), ("order", ORDERS), ("list_format", FORMATS)]
)
def test_the_words_that_are_known_are_those_described(parameter: str, words: tuple[str, ...]) -> None:
    assert DESCRIBED["components"]["parameters"][parameter]["schema"]["enum"] == list(words)


def test_the_stored_event_has_the_fields_described(server: ApiServer) -> None:
    server.post("errors", {"error_name": "A"})
    schemas = DESCRIBED["components"]["schemas"]
    described = set(schemas["SentEvent"]["properties"]) | set(schemas["Event"]["allOf"][1]["properties"])
    assert set(server.get("errors").json()[0]) == described
    server.post("sessions", {})
    assert set(server.get("sessions").json()[0]) == set(schemas["Session"]["properties"])


def fields_of(name: str) -> set[str]:
    """The fields of a described schema, those of what it is made of too."""
    schema = DESCRIBED["components"]["schemas"][name]
    found = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found |= fields_of(part["$ref"].rpartition("/")[2]) if "$ref" in part else set(part["properties"])
    return found


def test_groups_and_notebooks_have_the_fields_described(server: ApiServer) -> None:
    server.post("errors", {"error_name": "A", "notebook": "dock", "release": "1", "session": "s"})
    server.post("sessions", {"notebook": "dock", "release": "1"})
    (group,) = server.get("groups").json()
    (notebook,) = server.get("notebooks").json()
    one_group, one_notebook = server.get(f"groups/{group['group']}").json(), server.get("notebooks/dock").json()
    source = server.put("notebooks/dock/source", {"cells": [{"source": "a = 1"}]}).json()
    for found, name in (
        (group, "Group"),
        (notebook, "Notebook"),
        (notebook["error_free"], "Share"),
        (one_group, "OneGroup"),
        (one_group["cells"][0], "GroupCell"),
        (one_notebook, "OneNotebook"),
        (one_notebook["cells"][0], "NotebookCell"),
        (source, "Published"),
        (server.get("notebooks/dock/source").json(), "Source"),
        (server.put("notebooks/dock/names/fold").json(), "Said"),
        (server.get("notebooks/dock/names").json()[0], "Name"),
    ):
        assert set(found) == fields_of(name), name
    for parent, name in ((one_group, "OneGroup"), (one_notebook, "OneNotebook")):
        inside = DESCRIBED["components"]["schemas"][name]["allOf"][1]["properties"]
        for field in ("days", "releases"):
            assert set(parent[field][0]) == set(inside[field]["items"]["properties"]), (name, field)


def test_the_page_of_the_description_has_every_operation_and_schema_without_a_script(server: ApiServer) -> None:
    answer = server.get("docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    for item in DESCRIBED["paths"].values():
        for method in METHODS:
            if method in item:
                assert f'id="{item[method]["operationId"]}"' in answer.text
    for name in DESCRIBED["components"]["schemas"]:
        assert f'id="schema-{name}"' in answer.text
    assert not [name for name in re.findall('href="#([^"]+)"', answer.text) if f'id="{name}"' not in answer.text]
    assert "`" not in answer.text
    assert "style=" not in answer.text
    assert "://" not in re.sub(r"<code>.*?</code>", "", answer.text)

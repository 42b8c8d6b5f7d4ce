from typing import Any

import msgspec
import pytest
import yaml
from openapi_spec_validator import validate
from tornado.web import RequestHandler

from jupyter_errreport.api.description import DESCRIPTION
from jupyter_errreport.api.query import ERROR_FILTERS, PAGING, SESSION_FILTERS
from jupyter_errreport.api.routes import RESOURCES, routes
from jupyter_errreport.api.validation import SentEvent, SentSession
from jupyter_errreport.event import KINDS

from .server import ApiServer

DESCRIBED: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text())
METHODS = ("get", "post", "delete", "put", "patch")


def route_of(path: str) -> str:
    """The pattern of a described path."""
    pattern = path.removeprefix("/").replace(".", r"\.")
    return pattern.replace("{event_id}", "([^/]+)").replace("{key}", "([^/]+)")


def test_the_description_is_valid() -> None:
    validate(DESCRIBED)


def test_it_is_served_as_it_is(server: ApiServer) -> None:
    assert server.get("openapi.yaml").content == DESCRIPTION.read_bytes()


def test_routes_and_description_agree_on_paths_methods_and_access() -> None:
    described = {
        (route_of(path), method, item[method]["x-access"])
        for path, item in DESCRIBED["paths"].items()
        for method in METHODS
        if method in item
    }
    served = {
        (pattern, method, access) for pattern, resource in RESOURCES for method, access in resource.access.items()
    }
    assert described == served


@pytest.mark.parametrize("resource", [resource for _, resource in RESOURCES])
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
    assert {field.name for field in msgspec.structs.fields(SentEvent)} == set(schemas["SentEvent"]["properties"])
    assert {field.name for field in msgspec.structs.fields(SentSession)} == set(schemas["SentSession"]["properties"])
    assert schemas["SentEvent"]["properties"]["kind"]["enum"] == list(KINDS)


@pytest.mark.parametrize(("path", "filters"), [("/errors", ERROR_FILTERS), ("/sessions", SESSION_FILTERS)])
def test_the_filters_that_are_known_are_those_described(path: str, filters: tuple[str, ...]) -> None:
    references = DESCRIBED["paths"][path]["get"]["parameters"]
    assert [reference["$ref"].rpartition("/")[2] for reference in references] == [*filters, *PAGING]


def test_the_stored_event_has_the_fields_described(server: ApiServer) -> None:
    server.post("errors", {"error_name": "A"})
    schemas = DESCRIBED["components"]["schemas"]
    described = set(schemas["SentEvent"]["properties"]) | set(schemas["Event"]["allOf"][1]["properties"])
    assert set(server.get("errors").json()[0]) == described
    server.post("sessions", {})
    assert set(server.get("sessions").json()[0]) == set(schemas["Session"]["properties"])

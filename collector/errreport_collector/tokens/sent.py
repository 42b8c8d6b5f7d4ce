"""What a page's form or a program's JSON asks for."""

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import fields

from jupyter_errreport.api import Problem, Resource
from jupyter_errreport.api.http.fields import checked
from jupyter_errreport.api.http.strict_json import parse

Sent = TypeVar("Sent", bound=Struct)


def read_sent(resource: Resource, kind: type[Sent]) -> Sent:
    """The body as a `kind`. Of a form what is left empty was not sent. Raises `Problem`, which names the field."""
    body = resource.request.body
    if body.lstrip()[:1] == b"{" or resource.request.headers.get("Content-Type", "").startswith("application/json"):
        try:
            return checked(parse(body.decode("utf-8-sig")), kind)
        except UnicodeDecodeError as error:
            raise Problem(400, "not_utf8", "The body is not UTF-8; nothing was changed.") from error
    given = {field.name: resource.get_body_argument(field.name, "").replace("\0", "\ufffd") for field in fields(kind)}
    return checked({name: text for name, text in given.items() if text}, kind)

"""What the page of the REST interface shows, from its OpenAPI description."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

METHODS = ("get", "post", "put", "patch", "delete")
_CODE = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")

Described = dict[str, Any]


def api_docs(described: Described) -> dict[str, Any]:
    """The `title`, `version` and `intro`, the `sections` of operations by tag, and the `schemas`."""
    components = described["components"]
    operations = list(_operations(described["paths"], components))
    sections = []
    for tag in described["tags"]:
        its = [operation for operation in operations if operation["tag"] == tag["name"]]
        sections.append({"name": tag["name"], "intro": prose(tag.get("description", "")), "operations": its})
    return {
        "api": described["info"]["title"],
        "api_version": described["info"]["version"],
        "intro": prose(described["info"]["description"]),
        "sections": sections,
        "schemas": [
            {"name": name, "intro": prose(schema.get("description", "")), "fields": list(_fields(schema))}
            for name, schema in components["schemas"].items()
        ],
    }


def prose(text: str) -> Markup:
    """Paragraphs of a description as HTML: backticks become code, double asterisks strong."""
    paragraphs = [_inline(" ".join(part.split())) for part in re.split(r"\n\s*\n", text) if part.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(paragraph) for paragraph in paragraphs)


def _inline(text: str) -> Markup:
    pieces = []
    for piece in _CODE.split(text):
        if piece.startswith("`"):
            pieces.append(Markup("<code>{}</code>").format(piece.strip("`")))
        elif piece.startswith("**"):
            pieces.append(Markup("<strong>{}</strong>").format(piece.strip("*")))
        else:
            pieces.append(escape(piece))
    return Markup("").join(pieces)


def _operations(paths: Described, components: Described) -> Iterator[dict[str, Any]]:
    for path, item in paths.items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
                yield {
                    "id": operation["operationId"],
                    "tag": operation["tags"][0],
                    "method": method.upper(),
                    "path": path.removeprefix("/") or "./",
                    "access": operation["x-access"],
                    "summary": _inline(operation["summary"]),
                    "intro": prose(operation.get("description", "")),
                    "parameters": [_parameter(_resolved(parameter, components)) for parameter in parameters],
                    "takes": _contents(operation.get("requestBody", {})),
                    "answers": list(_answers(operation["responses"], components)),
                }


def _parameter(parameter: Described) -> dict[str, Any]:
    kind = _type(parameter["schema"])
    return {"name": parameter["name"], "in": parameter["in"], "type": kind, "intro": _described(parameter)}


def _answers(responses: Described, components: Described) -> Iterator[dict[str, Any]]:
    """What is answered; statuses of which the same is said stand together."""
    for _, alike in groupby(responses.items(), key=lambda item: repr(item[1])):
        statuses, answers = zip(*alike, strict=True)
        answer = _resolved(answers[0], components)
        yield {"status": ", ".join(statuses), "intro": _described(answer), "contents": _contents(answer)}


def _contents(body: Described) -> list[dict[str, Any]]:
    return [
        {"media": media, "type": _type(content["schema"]), "intro": _described(content["schema"])}
        for media, content in body.get("content", {}).items()
    ]


def _fields(schema: Described, prefix: str = "") -> Iterator[dict[str, Any]]:
    """The fields of an object, those of objects within it by their path."""
    for part in schema.get("allOf", []):
        if "$ref" in part:
            yield {"name": "…", "type": _type(part), "required": False, "intro": Markup("all of its fields, and")}
        else:
            yield from _fields(part, prefix)
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        yield {"name": path, "type": _type(field), "required": name in required, "intro": _described(field)}
        inside = field.get("items", field)
        if "properties" in inside:
            yield from _fields(inside, f"{path}[]." if inside is not field else f"{path}.")


def _type(schema: Described) -> Markup:
    """A type in a few words, with links to the schemas that are named."""
    if "$ref" in schema:
        name = _name(schema)
        return Markup('<a href="#{}">{}</a>').format(f"schema-{name}", name)
    if "oneOf" in schema:
        return Markup(" or ").join(_type(part) for part in schema["oneOf"])
    if "const" in schema:
        return Markup("<code>{}</code>").format(json.dumps(schema["const"]))
    if "enum" in schema:
        return Markup(", ").join(Markup("<code>{}</code>").format("null" if v is None else v) for v in schema["enum"])
    if schema.get("type") == "array":
        return Markup("array of {}").format(_type(schema["items"]))
    if "properties" in schema:
        return Markup("object with {}").format(
            Markup(", ").join(Markup("<code>{}</code>").format(name) for name in schema["properties"])
        )
    kind = schema.get("type", "any")
    text = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if schema.get("format"):
        text += f" ({schema['format']})"
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS if key in schema]
    if "default" in schema:
        limits.append(f"default {json.dumps(schema['default'])}")
    return escape(", ".join([text, *limits]))


_LIMITS = (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"), ("maxItems", "at most"))


def _described(of: Described) -> Markup:
    return _inline(" ".join(of.get("description", "").split()))


def _resolved(of: Described, components: Described) -> Described:
    if "$ref" not in of:
        return of
    found: Described = components[of["$ref"].split("/")[-2]][_name(of)]
    return found


def _name(reference: Described) -> str:
    return str(reference["$ref"]).rpartition("/")[2]

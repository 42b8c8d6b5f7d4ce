"""Lists as programs and spreadsheets read them: JSON, a JSON line each, or CSV."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from ...web.visible import visible
from ..service.outgoing import send
from .accept import Format
from .resource import Resource

FORMATS: tuple[Format, ...] = ("json", "html", "ndjson", "csv")

TYPES = {
    "json": "application/json; charset=utf-8",
    "ndjson": "application/x-ndjson; charset=utf-8",
    "csv": "text/csv; charset=utf-8; header=present",
}

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for the beginning of a formula: OWASP, CSV Injection
(https://owasp.org/www-community/attacks/CSV_Injection)."""


def answer_list(resource: Resource, items: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    """Finish with a list in the format that the caller wants, which is not HTML."""
    if resource.wanted_format == "csv":
        resource.set_header("Content-Type", TYPES["csv"])
        resource.finish(as_csv(items, columns))
    elif resource.wanted_format == "ndjson":
        resource.set_header("Content-Type", TYPES["ndjson"])
        resource.finish(as_lines(items))
    else:
        resource.answer(list(items))


async def send_list(resource: Resource, items: AsyncIterator[dict[str, Any]], columns: Sequence[str]) -> None:
    """Answer with a long list, as fast as the client reads it, in the format that it wants."""
    kind = resource.wanted_format

    async def texts() -> AsyncIterator[str]:
        if kind != "json":
            yield as_csv([], columns) if kind == "csv" else ""
            async for item in items:
                yield as_csv([item], columns, header=False) if kind == "csv" else as_lines([item])
            return
        opening = "["
        async for item in items:
            yield opening + encoded(item)
            opening = ","
        yield "]" if opening == "," else "[]"

    resource.set_header("Content-Type", TYPES[kind])
    await send(resource, texts())


def encoded(value: Any) -> str:
    """JSON as all answers have it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_lines(items: Sequence[dict[str, Any]]) -> str:
    """A line of JSON each, in ASCII: some readers split lines at U+2028 and the like too."""
    return "".join(json.dumps(item, separators=(",", ":")) + "\n" for item in items)


def as_csv(items: Sequence[dict[str, Any]], columns: Sequence[str], header: bool = True) -> str:
    """CSV (RFC 4180), with its header at the top. What is nested is JSON text, what is not given an empty cell.

    A text that a spreadsheet would calculate gets an apostrophe before it, and all text stands in quotes, so that
    other separators do not split it. What can't be seen, or would command a terminal, is spelled out as on the pages.
    """
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    if header:
        writer.writerow(columns)
    writer.writerows([_cell(item.get(name)) for name in columns] for item in items)
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        return visible(json.dumps(value, separators=(",", ":")))
    if isinstance(value, str):
        return ("'" if value.startswith(FORMULA) else "") + visible(value)
    return value

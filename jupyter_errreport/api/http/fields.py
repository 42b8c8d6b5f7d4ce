"""The fields of what is sent: each is checked, and one that is wrong is refused by name."""

import re
from datetime import datetime, timezone
from functools import lru_cache
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
from msgspec import Meta, Struct

from ...contract import ID_PATTERN, KEY_PATTERN
from ...event import rfc3339
from .problem import Problem
from .strict_json import parse

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Cells = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Id = Annotated[str, Meta(pattern=rf"\A{ID_PATTERN}\Z")]
Key = Annotated[str, Meta(pattern=rf"\A{KEY_PATTERN}\Z")]

Sent = TypeVar("Sent", bound=Struct)


def checked(value: Any, kind: type[Sent]) -> Sent:
    """`value`, or what the bytes of plain JSON hold, as a `kind`; fields that it does not know are ignored.

    Raises `Problem`, which names the field.
    """
    if isinstance(value, bytes):
        try:
            decoded: Sent = _decoder(kind).decode(value)
            return decoded
        except (msgspec.MsgspecError, RecursionError):
            value = parse(value.decode())  # which says what is wrong, or the lines below
    if not isinstance(value, dict):
        raise Problem(400, "not_an_object", "A JSON object was expected; nothing was stored.")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        field, message = _field_of(str(error))
        refuse(field, message)


_decoder = lru_cache(msgspec.json.Decoder)


def moment(text: str, field: str) -> str:
    """A time of RFC 3339 (or a date) in our fixed width, in UTC. Raises `Problem`, which names the field."""
    try:
        if len(text) == _WIDTH and text[-1] == "Z" and datetime.fromisoformat(text[:-1]).year >= 1970:
            return text  # as our own kernels write it
        # Python 3.10 reads neither a Z nor any but three or six digits of a second.
        spelled = re.sub(r"[zZ]\Z", "+00:00", text[:40])
        spelled = re.sub(r"\.(\d+)", lambda match: "." + match.group(1)[:6].ljust(6, "0"), spelled)
        parsed = datetime.fromisoformat(spelled)
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=timezone.utc)
        return rfc3339(max(parsed.timestamp(), 0))  # no notebook is older, and years before 1000 are short
    except (ValueError, OverflowError, OSError):
        refuse(field, "must be a time such as 2026-11-24T08:00:00Z")


_WIDTH = len(rfc3339(0))


def refuse(field: str, message: str) -> NoReturn:
    """Raise the `Problem` of a field that is wrong."""
    raise Problem(400, "invalid_field", f"`{field}` {message}; nothing was stored. Correct it.", field=field)


def _field_of(text: str) -> tuple[str, str]:
    """The field and the complaint in what msgspec says: "Expected `str`, got `int` - at `$.error_name`"."""
    complaint, _, place = text.partition(" - at ")
    field = place.strip("`").removeprefix("$").removeprefix(".")
    missing = re.search(r"missing required field `(\w+)`", complaint)
    if missing:
        return f"{field}.{missing.group(1)}".lstrip("."), "is missing"
    return field or "event", complaint[:1].lower() + complaint[1:]

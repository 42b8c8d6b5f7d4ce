"""A request's path without the keys in it, for logs."""

import re

_KEY = re.compile(r"[0-9a-fA-F-]{32,64}")
_ERROR = re.compile(r"(?:.*/)?errors/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_LENGTH = 200


def masked_route(path: str) -> str:
    """`path` as it may be logged: session keys are `<key>`, what could break a line or a terminal is escaped."""
    if not _ERROR.match(path):
        path = _KEY.sub("<key>", path)
    text = path.encode("ascii", "backslashreplace").decode("ascii")
    if not text.isprintable() or '"' in text:
        text = "".join(char if char.isprintable() and char != '"' else f"\\x{ord(char):02x}" for char in text)
    return text if len(text) <= _LENGTH else text[:_LENGTH] + "..."

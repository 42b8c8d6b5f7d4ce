"""What a receiver answered, of which no more is read than we want, packed or not.

urllib3 is not asked to unpack: before 2.6 it makes 1.8 GB of 0.9 MB whatever length is asked for. We ask receivers not
to pack their answers; a proxy in between may do it all the same.
"""

import json
import zlib
from typing import Any, Optional

LIMIT = 1_000_000
"""Bytes that are read of an answer, as sent and as unpacked. What is longer is none of a collector's."""
NOT_PACKED = {"Accept-Encoding": "identity"}

_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""What tells zlib the format (https://docs.python.org/3/library/zlib.html#zlib.decompressobj)."""


def read_answer(response: Any) -> bytes:
    """The body of a response that requests streams, at most `LIMIT` bytes; empty when it can't be unpacked."""
    body: bytes = response.raw.read(LIMIT, decode_content=False) or b""
    packing = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing == "identity":
        return body
    bits = _WINDOW_BITS.get(packing)
    unpacked = _unpacked(body, bits) if bits else None
    if unpacked is None and packing == "deflate":  # many servers send it without zlib's header
        unpacked = _unpacked(body, -15)
    return unpacked or b""


def json_of(response: Any) -> Any:
    """What a response says in JSON; None when it is none."""
    try:
        return json.loads(response.content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def _unpacked(body: bytes, bits: int) -> Optional[bytes]:
    """At most `LIMIT` bytes; None for what is not in this format."""
    try:
        return zlib.decompressobj(bits).decompress(body, LIMIT)
    except zlib.error:
        return None

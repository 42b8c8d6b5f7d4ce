"""What a receiver answered, of which no more is read than we want, packed or not.

urllib3 is not asked to unpack: before 2.6 it makes 1.8 GB of 0.9 MB whatever length is asked for. We ask receivers not
to pack their answers; a proxy in between may do it all the same.
"""

import json
import time
import zlib
from typing import Any, Mapping, NamedTuple, Optional

LIMIT = 1_000_000
"""Bytes that are read of an answer, as sent and as unpacked. What is longer is none of a collector's."""
NOT_PACKED = {"Accept-Encoding": "identity"}

_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""What tells zlib the format (https://docs.python.org/3/library/zlib.html#zlib.decompressobj)."""


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    """Whatever the case of a name."""
    body: bytes

    @property
    def json(self) -> Any:
        """What it says in JSON; None when it is none."""
        try:
            return json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError):
            return None

    @property
    def retry_after(self) -> Optional[float]:
        """Seconds that the server asked to wait; None when it did not."""
        return retry_after(self.headers.get("Retry-After"))


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


def retry_after(value: Optional[str]) -> Optional[float]:
    """Seconds of a Retry-After header, as a number or an HTTP date (RFC 9110, 10.2.3); None for neither."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _unpacked(body: bytes, bits: int) -> Optional[bytes]:
    """At most `LIMIT` bytes; None for what is not in this format."""
    try:
        return zlib.decompressobj(bits).decompress(body, LIMIT)
    except zlib.error:
        return None

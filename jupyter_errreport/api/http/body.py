"""Reads a request's body: with a limit, inflated in slices, and parsed as strict JSON."""

import zlib
from typing import Any

from tornado.web import RequestHandler

from ...contract import BODY_LIMIT, EVENTS_LIMIT
from .bytes_rate import hold_to_bytes
from .problem import Problem
from .resource import settle
from .strict_json import parse, plain_events

PATIENCE = 4 * 1024 * 1024
"""Bytes that are read and thrown away before a body that is too large is cut off: a client that has sent all of it can
read why it was refused, one that is cut off sees a broken connection."""
CUT_OFF = 64 * 1024 * 1024
"""Bytes at which Tornado ends a connection by itself, should we not have done so."""
MEMBERS_LIMIT = 100
"""Parts of a gzip body, which may be several files one behind another."""
_SLICE = 64 * 1024

JSON_TYPES = ("", "application/json", "application/x-www-form-urlencoded")
"""The last is what `curl -d` and Tornado's client say of any body unless they are told better."""
LINES_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl")


class TakesBody(RequestHandler):
    """Collects a body as it arrives, and never more of it than `BODY_LIMIT`."""

    async def prepare(self) -> None:
        """Begin to collect."""
        self._chunks: list[bytes] = []
        self._arrived = 0
        connection: Any = self.request.connection
        # What is larger is for us to refuse, with a sentence: the server would only close the connection.
        connection.set_max_body_size(CUT_OFF)
        await settle(super().prepare())
        announced = self.request.headers.get("Content-Length", "0")
        size = int(announced) if announced.isdigit() and len(announced) < 20 else 0
        if size > PATIENCE:
            raise _too_large()
        if not self._finished:
            await hold_to_bytes(self, max(size, 1))

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body, or throw it away when there is too much."""
        self._arrived += len(chunk)
        if self._arrived <= BODY_LIMIT:
            self._chunks.append(chunk)
            return
        self._chunks.clear()
        if self._arrived > PATIENCE and not self._finished:
            self.send_error(413, exc_info=(Problem, _too_large(), None))

    def read_json(self) -> Any:
        """The body's value. Raises `Problem` when it is not JSON, or too much."""
        if self._content_type() not in JSON_TYPES:
            raise _wrong_type("application/json")
        return parse(self._text())

    def read_events(self) -> tuple[list[Any], bool]:
        """The body's events, not yet checked, and whether there is only a single one, outside of any list.

        Each is a value, or the bytes of plain JSON, which can be decoded into what is expected without a detour (see
        `fields.checked`). A line of NDJSON that can't be parsed is given as the `Problem` that it is.
        """
        kind = self._content_type()
        if kind in LINES_TYPES:
            lines = [line for line in self._text().split("\n") if line.strip()]
            _check_number(len(lines))
            return [_parse_line(line) for line in lines], False
        if kind not in JSON_TYPES:
            raise _wrong_type("application/json or application/x-ndjson")
        text = self._text()
        if (events := plain_events(text)) is None:
            value = parse(text)
            events, single = (value, False) if isinstance(value, list) else ([value], True)
        else:
            single = text.lstrip()[:1] != "["
        _check_number(len(events))
        return events, single

    def _content_type(self) -> str:
        kind, _, parameters = self.request.headers.get("Content-Type", "").lower().partition(";")
        charset = parameters.replace(" ", "").replace('"', "").partition("charset=")[2].partition(";")[0]
        if charset not in ("", "utf-8", "utf8", "us-ascii"):
            raise Problem(415, "wrong_charset", "The body must be UTF-8; nothing was stored.")
        return kind.strip()

    def _text(self) -> str:
        if self._arrived > BODY_LIMIT:
            raise _too_large()
        encoding = self.request.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip", "x-gzip"):
            raise Problem(
                415, "wrong_encoding", "Content-Encoding may be gzip or identity; nothing was stored. Send it so."
            )
        body = b"".join(self._chunks)
        if encoding.endswith("gzip"):
            body = inflate(body)
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Problem(400, "not_utf8", "The body is not UTF-8; nothing was stored.") from error


def inflate(body: bytes) -> bytes:
    """`body` without its gzip. Raises `Problem`, at the latest when `BODY_LIMIT` bytes have come out."""
    inflated = bytearray()
    rest = body
    members = 0
    try:
        while rest:
            members += 1
            if members > MEMBERS_LIMIT:  # each copies what is left
                raise zlib.error("too many parts")
            stream = zlib.decompressobj(wbits=31)
            while rest and not stream.eof:
                inflated += stream.decompress(rest, _SLICE)
                if len(inflated) > BODY_LIMIT:
                    raise _too_large()
                rest = stream.unconsumed_tail
            if not stream.eof:
                inflated += stream.flush(_SLICE)
                if not stream.eof:
                    raise zlib.error("ends early")
            rest = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise Problem(400, "not_gzip", "The body is not complete gzip; nothing was stored. Send it again.") from error
    return bytes(inflated)


def _parse_line(line: str) -> Any:
    try:
        return parse(line)
    except Problem as problem:
        return problem


def _check_number(count: int) -> None:
    if count > EVENTS_LIMIT:
        raise Problem(
            413, "too_many_events", f"At most {EVENTS_LIMIT} events at once; nothing was stored. Send them in parts."
        )


def _too_large() -> Problem:
    limit = BODY_LIMIT // 1024
    return Problem(
        413, "too_large", f"A body may have {limit} KiB, also when inflated; nothing was stored. Send it in parts."
    )


def _wrong_type(right: str) -> Problem:
    return Problem(415, "wrong_content_type", f"The Content-Type must be {right}; nothing was stored. Send it so.")

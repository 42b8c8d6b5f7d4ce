"""A receiver on loopback that takes and refuses messages as Slack's incoming webhooks do.

The answers are Slack's own words (https://api.slack.com/messaging/webhooks#handling_errors); its limits: one message a
second, with short bursts (https://api.slack.com/docs/rate-limits), and the sizes of texts and blocks
(https://api.slack.com/reference/block-kit/blocks).
"""

from __future__ import annotations

import html
import json
import math
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

TEXT_LIMIT, SECTION_LIMIT, BLOCK_LIMIT = 40_000, 3_000, 50
BODY_LIMIT = 1_000_000
ZERO_WIDTH_SPACE = "\u200b"
"""Keeps an underscore from being markup, and is not seen."""
PER_SECOND, BURST = 1.0, 3.0


class Answer(NamedTuple):
    """What one post was answered."""

    status: int
    words: str
    retry_after: int = 0
    """Seconds to wait before the next one; 0 when there is nothing to wait for."""


OK = Answer(200, "ok")


class Rate:
    """Lets one message a second through, and a short burst."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens, self._filled_at = BURST, clock()

    def wait_for_next(self) -> float:
        """Take one message through and return 0; or take nothing and return the seconds to wait."""
        now = self._clock()
        self._tokens = min(BURST, self._tokens + (now - self._filled_at) * PER_SECOND)
        self._filled_at = now
        if self._tokens < 1:
            return (1 - self._tokens) / PER_SECOND
        self._tokens -= 1
        return 0.0


def judge(content_type: str, body: bytes) -> Answer:
    """What Slack answers to a body, the rate aside."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return Answer(400, "invalid_payload")
    try:
        message = json.loads(body)
    except ValueError:
        return Answer(400, "invalid_payload")
    if not isinstance(message, dict):
        return Answer(400, "invalid_payload")
    text, blocks = message.get("text"), message.get("blocks")
    if text is not None and not isinstance(text, str):
        return Answer(400, "invalid_payload")
    if blocks is not None and not _are_blocks(blocks):
        return Answer(400, "invalid_blocks")
    if not text and not blocks:
        return Answer(400, "no_text")
    if len(text or "") > TEXT_LIMIT:
        return Answer(400, "msg_too_long")
    return OK


def _are_blocks(blocks: Any) -> bool:
    """Whether these are blocks that Slack takes: a list of not too many, sections with a text of the allowed length."""
    if not isinstance(blocks, list) or len(blocks) > BLOCK_LIMIT:
        return False
    for block in blocks:
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            return False
        if block["type"] == "section" and ("text" in block or "fields" not in block):
            text = block.get("text")
            if not isinstance(text, dict) or text.get("type") not in ("mrkdwn", "plain_text"):
                return False
            if not isinstance(text.get("text"), str) or not 1 <= len(text["text"]) <= SECTION_LIMIT:
                return False
    return True


def shown(message: dict[str, Any]) -> str:
    """A message as a channel shows it: the text of its blocks, else its own text."""
    texts = [block["text"]["text"] for block in message.get("blocks") or [] if isinstance(block.get("text"), dict)]
    text = "\n".join(texts) or str(message.get("text", ""))
    return html.unescape(text.replace(ZERO_WIDTH_SPACE, ""))


class SlackReceiver:
    """A webhook with a secret address, from its making to `close`."""

    def __init__(self, on_message: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        """What was taken, in the order in which it came."""
        self.refused: list[Answer] = []
        self._on_message = on_message
        self._rate, self._lock = Rate(), threading.Lock()
        self._path = f"/services/T000/B000/{secrets.token_hex(12)}"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="slack", daemon=True).start()

    @property
    def webhook(self) -> str:
        """The address to post to: a secret."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self._path}"

    @property
    def address(self) -> str:
        """What may be shown of it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/services/..."

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()

    def receive(self, path: str, content_type: str, body: bytes) -> Answer:
        """Judge one post; keep it when it is good."""
        with self._lock:
            answer = self._judge(path, content_type, body)
            if answer != OK:
                self.refused.append(answer)
                return answer
            message = json.loads(body)
            self.messages.append(message)
        if self._on_message is not None:
            self._on_message(message)
        return answer

    def _judge(self, path: str, content_type: str, body: bytes) -> Answer:
        if path != self._path:
            return Answer(404, "no_service")
        wait = self._rate.wait_for_next()
        if wait:
            return Answer(429, "rate_limited", math.ceil(wait))
        return judge(content_type, body)

    def _handler(receiver: SlackReceiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            """One connection."""

            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_POST(self) -> None:
                """A message."""
                length = self.headers.get("Content-Length", "")
                if not length.isdigit() or int(length) > BODY_LIMIT:
                    self.close_connection = True
                    self._reply(Answer(400, "invalid_payload"))
                    return
                body = self.rfile.read(int(length))
                self._reply(receiver.receive(self.path, self.headers.get("Content-Type", ""), body))

            def do_GET(self) -> None:
                """A webhook can't be read."""
                self._reply(Answer(400, "invalid_payload"))

            def _reply(self, answer: Answer) -> None:
                body = answer.words.encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                if answer.retry_after:
                    self.send_header("Retry-After", str(answer.retry_after))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Print nothing: the address is a secret."""

        return Handler

"""Messages of kernels that are not Python's: R and Julia put calls, signatures and types into them."""

import re
from typing import List

from ...contract import MESSAGE_LIMIT
from ...source import tokens
from .message import ANSI, TEXT_LIMIT, Evidence, Scrub, explain, tidy

_R_CALL = re.compile(
    r"(?P<lead>(?:Error|Warning)(?: message)?:? in )(?P<call>.{1,600}?)(?P<colon> ?:[ \n]\s*)", re.DOTALL
)
_R_LEAD = re.compile(r"(?:Error|Warning): ")
_R_BULLET = re.compile(r"\s{0,40}(?:[!\u2139\u2716\u2714\u2022*xi\u2192] )")
"""What the tidyverse puts before each of its sentences."""
_JULIA_ERROR = re.compile(r"(?:LoadError: )?[A-Z]\w{2,40}(?:Error|Exception)(?::\s|\(\)\Z)")
_JULIA_SIGNATURE = re.compile(
    r"[\w.!#∘+*/^<>=-]{1,80}\((?:[\w!]{0,40}(?:::[\w.{}, \[\]<:]{1,200})?(?:\.{3})?[,;]? ?){0,20}\)"
)


def public_foreign_message(message: str, language: str, evidence: Evidence) -> Scrub:
    """The part of a message in R, Julia or another language that may leave."""
    text = ANSI.sub("", message[:TEXT_LIMIT]).strip()
    if not text:
        return ""
    lead = ""
    if language == "R":
        call = _R_CALL.match(text)
        plain = _R_LEAD.match(text)
        if call:
            lead = call.group("lead") + public_code(call.group("call"), "R") + call.group("colon")
            text = text[call.end() :]
        elif plain:
            lead, text = plain.group(), text[plain.end() :]
    elif language == "julia":
        error = _JULIA_ERROR.match(text)
        if error:
            lead, text = error.group(), text[error.end() :]
    told: List[str] = []
    for line in text.split("\n")[:60]:
        told.append((yield from _line(line, language, evidence)))
        yield
    result = lead + tidy("\n".join(told))
    return result if len(result) <= MESSAGE_LIMIT else result[: MESSAGE_LIMIT - 1] + "…"


def _line(line: str, language: str, evidence: Evidence) -> Scrub:
    if not line.strip():
        return ""
    if language == "R":
        bullet = _R_BULLET.match(line)
        if bullet:
            return bullet.group() + (yield from explain(line[bullet.end() :], evidence))
    if language == "julia":
        signature = _JULIA_SIGNATURE.search(line)
        if signature and "::" in signature.group():
            before = yield from explain(line[: signature.start()], evidence)
            return f"{before.rstrip()} {signature.group()}".strip()
    return (yield from explain(line, evidence))


def public_code(code: str, language: str) -> str:
    """A piece of code without its literals and comments."""
    told = ""
    for token in tokens(code, language):
        if token.kind in ("string", "bytes") and token.text[:1] != "`":
            told += "<str>"
        elif token.kind == "number":
            told += "<int>" if token.text.rstrip("L").isdigit() else "<float>"
        elif token.kind != "comment":
            told += token.text
    return told

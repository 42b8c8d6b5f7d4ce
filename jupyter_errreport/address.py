"""What people write where a collector's address is asked for: a host, a URL, or the link under which they read.

Runs in kernels (Python 3.7 syntax, standard library only).
"""

import json
import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from .contract import REPORT, UNKNOWN, role_of_token, why_not_to_report_with

_LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0|[\w.-]+\.localhost)(?=[:/?#]|\Z)", re.I)
_EXAMPLE = "https://errors.example.org"


class Address(NamedTuple):
    """An address, taken apart."""

    url: str
    """With a scheme, without what stands behind `?` and `#`."""
    token: str = ""
    """The one that stood in it: links have it as `?token=`."""
    problem: str = ""
    """Why nothing can be reached there, as a sentence; empty when it is an address."""


def read_address(text: str) -> Address:
    """What was meant. Without a scheme, this machine is http and every other https."""
    written = text.strip()
    whole = written if "://" in written else ("http://" if _LOOPBACK.match(written) else "https://") + written
    try:
        parts = urlsplit(whole)
        _ = parts.port
    except ValueError:
        return Address(whole, problem=f"'{_shown(written)}' is no address: its host or its port can't be read.")
    url = whole.partition("?")[0].partition("#")[0].rstrip("/")
    token = parse_qs(parts.query).get("token", [""])[0].strip()
    return Address(url, token, _problem(written, parts.scheme, parts.netloc, parts.hostname or ""))


def why_not_to_share(address: Address, notebook: str = UNKNOWN) -> str:
    """Why an address must not stand in a notebook, with the line that may; empty when it may."""
    if not address.token or key_in(address):
        return ""
    return (
        "This is the link under which errors are read: with its token everybody who finds it here reads them all."
        f" Write this in its place: {line_for(address.url, notebook)}"
    )


def why_not_to_report(address: Address, token: str, notebook: str = UNKNOWN) -> str:
    """Why nothing is reported there with this token, as a sentence; empty when nothing is wrong."""
    return address.problem or why_not_to_share(address, notebook) or why_not_to_report_with(token)


def key_in(address: Address) -> str:
    """The notebook's key that stands in an address; empty when none does."""
    return address.token if role_of_token(address.token) == REPORT else ""


def line_for(url: str, notebook: str = UNKNOWN) -> str:
    """What a notebook's author writes to report to a collector."""
    name = "my notebook" if notebook == UNKNOWN else notebook
    return f"ErrorServer(url={json.dumps(url)}, notebook={json.dumps(name, ensure_ascii=False)}).enable()"


def _problem(written: str, scheme: str, place: str, host: str) -> str:
    if not written:
        return f"The address is empty. It looks like {_EXAMPLE}."
    if scheme not in ("http", "https"):
        return f"'{_shown(scheme)}://' is no address of a collector, which begins with https:// (or http://)."
    if not host or re.search(r"\s", place) or not re.search(r"\w", host):
        return f"'{_shown(written)}' names no host. An address looks like {_EXAMPLE}."
    return ""


def _shown(text: str) -> str:
    """Without what may be a secret."""
    bare = re.sub(r"//[^/@]*@", "//", text.partition("?")[0].partition("#")[0])
    return "".join(c if c.isprintable() else "?" for c in bare)[:100]

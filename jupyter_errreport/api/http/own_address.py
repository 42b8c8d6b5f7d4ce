"""Addresses to which we lead a browser: built from the routes, so that no text of a stranger's becomes one."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlencode

from .query import LOGIN

OVERVIEW = "./"
LONGEST = 2_000


def own_address(path: str, query: str, pages: Iterable[str]) -> str:
    """A page as an address relative to the folder of all routes; the overview when no route has this path.

    `path` as a browser sends it, without the folder; `pages` are the patterns of routes that show something. The
    address begins with a word of a route, so that a browser can't take a part of it for a scheme or a host, and holds
    no token.
    """
    segments = [unquote(segment) for segment in path.split("/")]
    plain = "/".join(segments)
    known = any(re.fullmatch(pattern, path) for pattern in pages)
    if len(path) + len(query) > LONGEST or not known or not plain.isprintable() or {".", ".."} & set(segments):
        return OVERVIEW
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in LOGIN]
    address = "/".join(quote(segment, safe="") for segment in segments) or OVERVIEW
    return address + (f"?{urlencode(kept)}" if kept else "")

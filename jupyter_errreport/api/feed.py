"""The newest groups as an Atom feed (RFC 4287), for whoever reads such feeds.

Feed readers keep an address and know no login: at the collector the address may hold a token that can only read.
"""

import re
import uuid
from typing import Any, ClassVar
from urllib.parse import urlencode
from xml.etree import ElementTree

from ..store.groups.groups import list_groups
from ..web.visible import visible
from .http.access import Access
from .http.filters import read_group_filters
from .http.query import LOGIN
from .http.resource import Resource

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
NEVER = "1970-01-01T00:00:00Z"
"""When a feed without entries was updated: RFC 4287 wants a moment, and it must not change."""
TITLE_LIMIT = 200
_NAMESPACE = uuid.UUID("0f6b1f57-3f0c-5f0e-9a52-6d0a1f6b7c11")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


class Feed(Resource):
    """`groups.atom`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}
    token_in_query = True

    async def get(self) -> None:
        """The groups that were seen first last, by the filters of `groups`."""
        filters = read_group_filters(self, ())
        page = await self.read_db(lambda connection: list_groups(connection, filters, "first_seen", ENTRIES))
        asked = [
            (name, value)
            for name in sorted(self.request.query_arguments)
            for value in self.get_query_arguments(name)
            if name not in LOGIN
        ]
        query = "?" + urlencode(asked) if asked else ""
        self.set_header("Content-Type", "application/atom+xml; charset=utf-8")
        # Links are relative, as all of ours: feed readers resolve them by the address they asked (RFC 3986, 5.1.3).
        place = f"{self.request.host}{self.request.path}{query}"
        self.finish(feed_of(page.items, self.service.title, f"groups.atom{query}", place))


def feed_of(groups: list[dict[str, Any]], title: str, own_address: str, place: str) -> bytes:
    """The feed of groups, newest first. `place` tells feeds apart: what is the same at each time it is asked for."""
    feed = ElementTree.Element("feed", xmlns=ATOM)
    _text(feed, "id", _id(place))
    _text(feed, "title", title)
    _text(feed, "updated", groups[0]["first_seen"] if groups else NEVER)
    _text(ElementTree.SubElement(feed, "author"), "name", title)
    ElementTree.SubElement(feed, "link", rel="self", type="application/atom+xml", href=own_address)
    ElementTree.SubElement(feed, "link", rel="alternate", type="text/html", href="groups")
    for group in groups:
        feed.append(_entry(group))
    encoded: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return encoded


def _entry(group: dict[str, Any]) -> ElementTree.Element:
    entry = ElementTree.Element("entry")
    _text(entry, "id", _id(group["group"]))
    title = ": ".join(filter(None, (group["error_name"], group["error_message"])))
    _text(entry, "title", " ".join(title.split())[:TITLE_LIMIT])
    _text(entry, "published", group["first_seen"])
    _text(entry, "updated", group["first_seen"])
    ElementTree.SubElement(entry, "link", rel="alternate", type="text/html", href=f"groups/{group['group']}")
    ElementTree.SubElement(entry, "category", term=_storable(group["status"]))
    lines = [group["error_message"], f"in {group['notebook']}"]
    lines += [f"first line: {group['first_line']}"] if group["first_line"] else []
    lines.append(f"errors: {group['count']}, sessions: {group['sessions']}")
    _text(entry, "summary", "\n".join(line for line in lines if line), type="text")
    return entry


def _text(parent: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, tag, attributes).text = _storable(text)


def _storable(text: str) -> str:
    """`text` without what XML can't hold or readers can't see."""
    return _NOT_XML.sub("\ufffd", visible(text))


def _id(name: str) -> str:
    return uuid.uuid5(_NAMESPACE, name).urn

import uuid
from datetime import datetime
from xml.etree import ElementTree

from jupyter_errreport.api.feed import ENTRIES
from jupyter_errreport.event import group_id
from tests.support import hostile

from .server import ApiServer
from .test_receiving import problem

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(server: ApiServer, query: str = "", scope: str | None = None) -> ElementTree.Element:
    answer = server.get("groups.atom" + query, headers={"X-Test-Scope": scope} if scope else {})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content)


def text(element: ElementTree.Element, tag: str) -> str:
    found = element.findtext(ATOM + tag)
    assert found is not None, tag
    return found


def entries(element: ElementTree.Element) -> list[ElementTree.Element]:
    return element.findall(f"{ATOM}entry")


def fail(server: ApiServer, fingerprint: str, **fields: object) -> None:
    server.post("errors", {"error_name": "ValueError", "fingerprint": f"2-{fingerprint}", **fields})


def test_it_has_all_that_rfc_4287_asks_for(server: ApiServer) -> None:
    fail(server, "a", error_message="unknown residue <res>", notebook="dock", first_line="dock(<str>)")
    found = feed(server)
    assert found.tag == f"{ATOM}feed"
    assert text(found, "title") == "Test errors"
    assert found.find(f"{ATOM}author/{ATOM}name") is not None
    links = {link.get("rel"): link.get("href") for link in found.findall(f"{ATOM}link")}
    assert links == {"self": "groups.atom", "alternate": "groups"}
    (entry,) = entries(found)
    for element in (found, entry):
        assert uuid.UUID(text(element, "id"))
        assert datetime.fromisoformat(text(element, "updated").replace("Z", "+00:00"))
    assert text(entry, "title") == "ValueError: unknown residue <res>"
    assert "in dock" in text(entry, "summary")
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert (link.get("rel"), link.get("href")) == ("alternate", f"groups/{group_id('dock', '2-a')}")


def test_the_group_that_was_first_seen_last_comes_first(server: ApiServer) -> None:
    for name in ("a", "b", "c"):
        fail(server, name, error_name=name)
    fail(server, "a", error_name="a")
    found = feed(server)
    assert [text(entry, "title") for entry in entries(found)] == ["c", "b", "a"]
    assert text(found, "updated") == text(entries(found)[0], "updated")


def test_ids_and_moments_stay_while_errors_arrive(server: ApiServer) -> None:
    fail(server, "a")
    before = feed(server)
    fail(server, "a")
    server.patch("groups/a", {"status": "ignored", "note": "x"})
    after = feed(server)
    for tag in ("id", "updated"):
        assert text(before, tag) == text(after, tag)
        assert text(entries(before)[0], tag) == text(entries(after)[0], tag)


def test_each_choice_of_groups_is_a_feed_of_its_own(server: ApiServer) -> None:
    fail(server, "a", notebook="dock & co")
    fail(server, "b", notebook="fold")
    chosen = feed(server, "?notebook=dock+%26+co")
    assert len(entries(chosen)) == 1
    assert text(chosen, "id") != text(feed(server), "id")
    link = chosen.find(f"{ATOM}link[@rel='self']")
    assert link is not None
    assert link.get("href") == "groups.atom?notebook=dock+%26+co"
    assert not entries(feed(server, "?status=resolved"))
    problem(server.get("groups.atom?colour=red"), 400, "unknown_filter")


def test_a_token_for_some_notebooks_opens_only_their_groups(server: ApiServer) -> None:
    fail(server, "a", notebook="dock")
    fail(server, "b", notebook="fold")
    assert [text(entry, "id") for entry in entries(feed(server, scope="do*"))] == [
        text(entry, "id") for entry in entries(feed(server, "?notebook=dock"))
    ]


def test_the_token_of_the_address_stands_nowhere_in_it(server: ApiServer) -> None:
    fail(server, "a")
    answer = server.get("groups.atom?token=the-secret")
    assert answer.status_code == 200
    assert b"the-secret" not in answer.content
    assert answer.content == server.get("groups.atom").content


def test_an_empty_feed_is_one_too_and_never_changes(server: ApiServer) -> None:
    assert ElementTree.tostring(feed(server)) == ElementTree.tostring(feed(server))
    assert text(feed(server), "updated") == "1970-01-01T00:00:00Z"


def test_it_ends_somewhere(server: ApiServer) -> None:
    server.post("errors", [{"error_name": "E", "fingerprint": f"2-{number}"} for number in range(ENTRIES + 5)])
    assert len(entries(feed(server))) == ENTRIES


def test_hostile_text_is_text(server: ApiServer) -> None:
    fields = ("error_name", "error_message", "first_line", "notebook")
    events = [{**dict.fromkeys(fields, text), "fingerprint": f"2-{name}"} for name, text in hostile.ALL.items()]
    server.post("errors", events)
    found = feed(server)
    assert len(entries(found)) == len(hostile.ALL)
    assert not [element for element in found.iter() if element.get("type") in ("html", "xhtml") and element.text]
    for entry in entries(found):
        assert {child.tag.removeprefix(ATOM) for child in entry} == {
            *("id", "title", "published", "updated", "link", "category", "summary")
        }
        shown = text(entry, "title") + text(entry, "summary")
        assert not (hostile.CONTROLS | hostile.TURNING) & set(shown)
        assert "\n" not in text(entry, "title")

import requests

from tests.support.waiting import wait_for

from .server import ApiServer


def test_a_page_that_was_closed_leaves_its_place_at_once(server: ApiServer) -> None:
    listeners = server.service.listeners
    with requests.get(server.url + "live", stream=True, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        wait_for(lambda: len(listeners) == 1, "the page")
    wait_for(lambda: len(listeners) == 0, "its place", 10)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.api.http.accept import prefers_html
from jupyter_errreport.api.http.log_masking import masked_route
from tests.support.waiting import wait_for

from .server import ApiServer

KEY = "0123456789abcdef0123456789abcdef"
EVENT = "01a20c97-520c-73b1-a329-4fb8c9c85467"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/errors/{KEY}/", "/errors/<key>/"),
        (f"/errors/{EVENT}/", "/errors/<key>/"),
        (f"/errors/{EVENT}", f"/errors/{EVENT}"),
        (f"/errreport/errors/{EVENT}", f"/errreport/errors/{EVENT}"),
        (f"/usages/{KEY}", "/usages/<key>"),
        (f"/sessions/{KEY.upper()}", "/sessions/<key>"),
        (f"/x/{KEY}/y", "/x/<key>/y"),
        ("/a\x1b[31m\r\nb\u202e", r"/a\x1b[31m\x0d\x0ab\u202e"),
    ],
)
def test_a_logged_route_has_no_key_and_nothing_that_breaks_a_line(path: str, shown: str) -> None:
    assert masked_route(path) == shown


@given(st.text())
def test_any_path_is_one_short_printable_line(path: str) -> None:
    shown = masked_route(path)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) <= 203


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("application/json, text/html;q=0.5", False),
        ("text/html;q=0", False),
        ("text/html;q=x", False),
    ],
)
def test_a_page_is_for_those_who_ask_for_one(accept: str, html: bool) -> None:
    assert prefers_html(accept) is html


def test_the_servers_own_log_sees_neither_keys_nor_queries(server: ApiServer) -> None:
    server.get(f"usages/{KEY}")
    server.post(f"errors/{KEY}/", {})
    server.get("errors?token=secret")
    wait_for(lambda: len(server.logged) == 3)  # an answer is out before its line
    assert server.logged == ["/some/where/usages/<key>", "/some/where/errors/<key>/", "/some/where/errors"]

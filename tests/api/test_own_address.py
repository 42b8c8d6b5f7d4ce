"""Where a browser is led: to pages of ours, whatever text a stranger makes of the address."""

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.api.http.own_address import OVERVIEW, own_address
from jupyter_errreport.api.routes import PAGES

TEXT = st.text(st.sampled_from("ab/\\:.%?#&=@ \t\n\0ü") | st.characters(codec="utf-8"), max_size=20)
PATHS = st.one_of(
    TEXT,
    st.builds(str.__add__, st.sampled_from(["errors/", "groups/", "notebooks/", "//", ""]), TEXT),
)


@pytest.mark.parametrize(
    ("path", "query", "address"),
    [
        ("", "", "./"),
        ("errors", "notebook=fold&q=a%26b", "errors?notebook=fold&q=a%26b"),
        ("errors", "token=secret&q=x&token=more", "errors?q=x"),
        ("errors", "token=secret", "errors"),
        ("errors/abc-def", "", "errors/abc-def"),
        ("notebooks/my%20notes%2Fx", "", "notebooks/my%20notes%2Fx"),
        ("errors/https:evil.example", "", "errors/https%3Aevil.example"),
        ("alerts", "limit=3", "alerts?limit=3"),
    ],
)
def test_a_page_of_ours_keeps_its_address_without_the_token(path: str, query: str, address: str) -> None:
    assert own_address(path, query, (*PAGES, "alerts")) == address


@pytest.mark.parametrize(
    "path",
    [
        *("/evil.example", "//evil.example", "\\evil.example", "https:evil.example", "https://evil.example"),
        *("javascript:x", "errors/..", "errors/%2e%2e", "errors/.", "errors//evil", "errors/a\nb", "errors/%0d%0ab"),
        *("nothing", "alerts", "login", "errors/" + "a" * 3_000),
    ],
)
def test_anything_else_is_the_overview(path: str) -> None:
    assert own_address(path, "", PAGES) == OVERVIEW


@given(PATHS, TEXT)
def test_no_text_leads_anywhere_else(path: str, query: str) -> None:
    address = own_address(path, query, PAGES)
    there = urlsplit(urljoin("https://here.example/prefix/login", address))
    assert (there.scheme, there.netloc) == ("https", "here.example")
    assert there.path.startswith("/prefix/")
    assert not set(address.partition("?")[0]) & set(":\\#@ \t\r\n")
    assert "//" not in address
    assert "token" not in address.partition("?")[2].replace("%", "") or "token" in unquote(query)

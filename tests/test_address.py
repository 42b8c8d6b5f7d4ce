"""An address as people write it: what is meant, what must not stand in a notebook, and what is said of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport import ErrorServer
from jupyter_errreport.address import line_for, read_address, why_not_to_share
from jupyter_errreport.contract import ROLES


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("127.0.0.1:8011", "http://127.0.0.1:8011"),
        ("localhost", "http://localhost"),
        ("LOCALHOST:80/a", "http://LOCALHOST:80/a"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("errors.localhost:1", "http://errors.localhost:1"),
        ("localhost.example.org", "https://localhost.example.org"),
        ("errors.example.org", "https://errors.example.org"),
        (" https://errors.example.org/below/ ", "https://errors.example.org/below"),
        ("http://errors.example.org?token=read_x#top", "http://errors.example.org"),
        ("https://errors.example.org/?token=admin_x", "https://errors.example.org"),
    ],
)
def test_what_is_meant(written: str, url: str) -> None:
    address = read_address(written)
    assert (address.url, address.problem) == (url, "")


@pytest.mark.parametrize(
    "written", ["", " ", "https://", "http:///errors", "ftp://errors.example.org", "https://[::1", "https://a:b", "a b"]
)
def test_what_is_no_address_is_said_in_words(written: str) -> None:
    problem = read_address(written).problem
    assert problem.endswith(".")
    assert "Error" not in problem
    es = ErrorServer(url=written, notebook="dock")
    assert problem in repr(es.enable())


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_sentence(written: str) -> None:
    address = read_address(written)
    assert address.url.startswith(("http://", "https://")) or address.problem
    repr(ErrorServer(url=written).enable())


@pytest.mark.parametrize("token", [*(f"{role}_abc" for role in ROLES if role != "report"), "of-long-ago"])
@pytest.mark.parametrize("form", ["https://errors.example.org/?token={}", "errors.example.org?a=b&token={}#top"])
def test_the_link_to_read_with_is_refused_with_the_right_line(token: str, form: str) -> None:
    es = ErrorServer(url=form.format(token), notebook="dock")
    said = repr(es.enable())
    assert 'ErrorServer(url="https://errors.example.org", notebook="dock").enable()' in said
    assert token not in said
    assert token not in es.url
    with pytest.raises(ConnectionError, match="Write this in its place"):
        es.retrieve_errors()


def test_a_notebooks_key_in_a_link_is_that_key() -> None:
    es = ErrorServer(url="https://errors.example.org/?token=report_abc", notebook="dock")
    assert es._destination.token == "report_abc"
    assert not es._refused


def test_the_line_is_python_whatever_the_notebook_is_called() -> None:
    assert (
        line_for("https://e.example", 'a "b"') == 'ErrorServer(url="https://e.example", notebook="a \\"b\\"").enable()'
    )
    assert why_not_to_share(read_address("https://e.example")) == ""

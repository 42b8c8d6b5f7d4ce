"""Two destinations are one when they are the same receiver."""

from __future__ import annotations

import pytest

from jupyter_errreport.delivery import Destination


@pytest.mark.parametrize(
    "url",
    [
        "https://errors.example.org",
        "https://errors.example.org/",
        "https://ERRORS.example.org:443",
        "errors.example.org",
        " https://errors.example.org ",
    ],
)
def test_the_same_collector(url: str) -> None:
    assert Destination.collector(url, "t").identity == Destination.collector("https://errors.example.org").identity


@pytest.mark.parametrize(
    "url", ["http://errors.example.org", "https://errors.example.org/a", "https://errors.example.org:8443"]
)
def test_another_collector(url: str) -> None:
    assert Destination.collector(url).identity != Destination.collector("https://errors.example.org").identity


def test_what_is_shown_holds_no_secret() -> None:
    assert Destination.collector("https://user:pass@errors.example.org").label == "errors.example.org"
    assert Destination.slack("https://hooks.slack.com/services/secret").label == "Slack"
    assert Destination.jupyter("/run/user/1/errreport.json").label == "this Jupyter server"

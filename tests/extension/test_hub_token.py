"""The token that a JupyterHub gives to a server of its users is shown to the receiver that the operator named alone."""

from __future__ import annotations

import os

import pytest

from jupyter_errreport.extension import JupyterErrReport

HUB_TOKEN = "0123456789abcdef" * 2
URL = "https://hub.example.org/services/errreport"


@pytest.fixture(autouse=True)
def _on_a_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", HUB_TOKEN)
    monkeypatch.delenv("JUPYTER_ERRREPORT_COLLECTOR_TOKEN", raising=False)


def tokens(**settings: object) -> dict[str, str]:
    """Who is shown which token."""
    extension = JupyterErrReport(**settings)
    extension._take_secrets()
    return {place.address: place.token for place in extension._destinations()}


def test_only_the_hubs_own_service_is_shown_it() -> None:
    webhook = "https://hooks.example.org/x"
    assert tokens(collector_url=URL, slack_webhook=webhook) == {URL: "", webhook: ""}
    assert tokens(collector_url=URL, slack_webhook=webhook, hub_service=True) == {URL: HUB_TOKEN, webhook: ""}
    assert tokens(hub_service=True) == {}


def test_a_token_that_the_operator_set_goes_first_and_the_servers_own_stays_where_the_hub_put_it() -> None:
    assert tokens(collector_url=URL, hub_service=True, collector_token="report_x") == {URL: "report_x"}
    assert os.environ["JUPYTERHUB_API_TOKEN"] == HUB_TOKEN, "the server itself needs it"


def test_without_a_hub_errors_are_forwarded_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN")
    assert tokens(collector_url=URL, hub_service=True) == {URL: ""}

"""Nothing is mounted in a Jupyter server that `openapi.yaml` does not describe."""

from __future__ import annotations

from typing import Any

from tests.support.described import described, mounted


async def test_the_extension_serves_what_is_described_and_nothing_else(jp_web_app: Any, jp_base_url: str) -> None:
    # Its page of settings is Jupyter's own, for every extension.
    ours = mounted(jp_web_app, f"{jp_base_url}errreport/")
    assert ours == described("jupyter-server")

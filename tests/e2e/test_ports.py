"""However many tests run at once: the kernels of their servers have ports that nobody else is given."""

from __future__ import annotations

import json

import pytest

from tests.support.jupyter_servers import JupyterServer
from tests.support.ports import COUNT, FIRST

pytestmark = pytest.mark.needs("installed wheel")


def test_the_kernels_of_servers_have_ports_that_the_system_does_not_give(server: JupyterServer) -> None:
    with server.notebook() as notebook:
        cell = "from ipykernel.connect import get_connection_info\nprint(get_connection_info())"
        connection = json.loads(notebook.run(cell))
    ports = [value for key, value in connection.items() if key.endswith("_port")]
    assert len(set(ports)) == 5
    assert all(FIRST <= port < FIRST + COUNT for port in ports)

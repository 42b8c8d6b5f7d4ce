"""What goes out of the collector goes out of a Jupyter server too, behind its own login."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests

from tests.support.jupyter_servers import TOKEN, JupyterServer
from tests.support.waiting import wait_for

ENTRY = "{http://www.w3.org/2005/Atom}entry"


@pytest.mark.needs("installed wheel")
def test_lists_feed_description_and_published_source(server: JupyterServer, here: Path, tmp_path: Path) -> None:
    source = "#@title Dock\nresidue = 'SEP'\nint(residue)"
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
    path = tmp_path / "published.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}))
    command = [here.parent / "jupyter", "errreport", "publish", path, "--collector", f"{server.url}/errreport"]
    done = subprocess.run(
        command, env={**os.environ, "JUPYTER_ERRREPORT_TOKEN": TOKEN}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    with server.notebook("published.ipynb") as notebook:
        notebook.run(source.replace("SEP", "secret"))
        wait_for(lambda: [error for error in server.errors() if error["notebook"] == "published.ipynb"], "the error")
    (error,) = [error for error in server.errors() if error["notebook"] == "published.ipynb"]
    published = server.get("/errreport/notebooks/published.ipynb/source").json()
    assert [cell["cell_hash"] for cell in published["cells"]] == [error["cell_hash"]]
    rows = server.get("/errreport/errors?format=csv")
    assert rows.headers["Content-Type"].startswith("text/csv")
    stranger = requests.Session()
    stranger.trust_env = False
    assert stranger.get(f"{server.url}/errreport/groups.atom", timeout=60).status_code == 403
    feed = stranger.get(f"{server.url}/errreport/groups.atom?token={TOKEN}", timeout=60)
    assert ElementTree.fromstring(feed.content).findall(ENTRY)
    assert TOKEN not in feed.text
    assert "publishSource" in stranger.get(f"{server.url}/errreport/docs", timeout=60).text

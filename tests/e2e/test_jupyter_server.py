"""From a kernel of a real Jupyter server to its list, its collector and Slack."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import requests
from jupyter_client import KernelManager

from jupyter_errreport.delivery.http.unix_socket import UnixSocketAdapter
from tests.support.collectors import Collector
from tests.support.jupyter_servers import JupyterServer, clean_environment, jupyter_server
from tests.support.receiver import receiver
from tests.support.waiting import wait_for


@pytest.mark.needs("installed wheel")
def test_an_error_of_a_notebook_is_in_the_servers_list(server: JupyterServer) -> None:
    before = len(server.errors())
    with server.notebook("lessons/week 3.ipynb") as notebook:
        notebook.run("#@title Load the patients\nopen('/home/smith/patients.csv')")
        wait_for(lambda: len(server.errors()) > before, "the error")
        (error,) = server.errors()[: len(server.errors()) - before]
    assert error["error_name"] == "FileNotFoundError"
    assert error["notebook"] == "week 3.ipynb"
    assert error["first_line"] == "#@title Load the patients"
    assert error["execution_count"] == 1
    assert error["kind"] == "cell"
    assert "smith" not in json.dumps(error)


@pytest.mark.needs("installed wheel")
def test_no_secret_is_in_a_kernels_environment(server: JupyterServer) -> None:
    with server.notebook() as notebook:
        environment = notebook.run("import os; print(dict(os.environ))")
        path = notebook.run("print(os.environ['JUPYTER_ERRREPORT_CONNECTION'])").strip()
    connection = json.loads(Path(path).read_text())
    assert connection["key"] not in environment
    assert Path(path).stat().st_mode & 0o077 == 0
    assert connection["key"] not in server.log


@pytest.mark.needs("installed wheel")
def test_the_connection_file_goes_with_the_server(here: Path, tmp_path: Path) -> None:
    with jupyter_server(here, tmp_path / "home") as running, running.notebook() as notebook:
        path = Path(notebook.run("import os; print(os.environ['JUPYTER_ERRREPORT_CONNECTION'])").strip())
        assert path.exists()
    assert not path.exists()


@pytest.mark.needs("installed wheel")
def test_errors_are_forwarded_to_collector_and_slack(here: Path, tmp_path: Path, collector: Collector) -> None:
    with receiver() as slack:
        settings = [f"--JupyterErrReport.collector_url={collector.url}"]
        webhook = f"{slack.url}/services/T/B/the-webhook"
        with jupyter_server(here, tmp_path / "home", *settings, JUPYTER_ERRREPORT_SLACK_WEBHOOK=webhook) as running:
            with running.notebook("forwarded.ipynb") as notebook:
                notebook.run("1 / 0")
                assert "the-webhook" not in notebook.run("import os; print(dict(os.environ))")
            (listed,) = wait_for(running.errors, "the error in the server")
            (collected,) = wait_for(lambda: collector.errors(notebook="forwarded.ipynb"), "the error at the collector")
            wait_for(lambda: slack.requests, "the Slack message")

            def sent() -> list[int]:
                status = running.get("/errreport/status")
                assert "the-webhook" not in status.text
                return [place["sent"] for place in status.json()["destinations"]]

            wait_for(lambda: sent() == [1, 1], "the figures")
    assert collected["event_id"] == listed["event_id"]
    assert [json.loads(body)["text"] for _, _, body in slack.requests] == ["ZeroDivisionError in forwarded.ipynb"]


@pytest.mark.needs("installed wheel")
def test_a_server_with_a_prefix_on_every_address(here: Path, tmp_path: Path) -> None:
    with jupyter_server(here, tmp_path / "home", "--ServerApp.ip=0.0.0.0", base_url="/user/ann@x/") as running:
        with running.notebook() as notebook:
            notebook.run("1 / 0")
            wait_for(running.errors, "the error")
        page = running.get("/errreport/errors", headers={"Accept": "text/html"})
        assert page.status_code == 200


@pytest.mark.needs("installed wheel")
def test_a_server_with_a_certificate_of_its_own(here: Path, tmp_path: Path) -> None:
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=jupyter.example.org"
        f" -keyout {key} -out {certificate}",
        shell=True,
        check=True,
        capture_output=True,
    )
    settings = [f"--ServerApp.certfile={certificate}", f"--ServerApp.keyfile={key}"]
    with jupyter_server(here, tmp_path / "home", *settings) as running:
        assert running.url.startswith("https://")
        with running.notebook() as notebook:
            notebook.run("1 / 0")
            wait_for(running.errors, "the error")


@pytest.mark.needs("installed wheel")
def test_a_server_on_a_unix_socket(here: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    sock = home / "s"
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                str(here.parent / "jupyter"),
                "server",
                "--no-browser",
                "--allow-root",
                f"--ServerApp.sock={sock}",
                "--IdentityProvider.token=t",
                f"--ServerApp.root_dir={home}",
            ],
            env=clean_environment(home),
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home,
        )
    try:
        found = wait_for(
            lambda: list((home / ".local/share/jupyter/runtime").glob("errreport-*.json")), "the connection file", 30
        )
        environment = clean_environment(home, JUPYTER_ERRREPORT_CONNECTION=str(found[0]))
        manager = KernelManager()
        manager.start_kernel(env=environment)
        try:
            client = manager.blocking_client()
            client.start_channels()
            client.wait_for_ready(timeout=60)
            client.execute_interactive("1 / 0", output_hook=lambda message: None)
            client.stop_channels()
        finally:
            manager.shutdown_kernel()
        session = requests.Session()
        session.mount("http+unix://", UnixSocketAdapter(str(sock)))
        listed = wait_for(
            lambda: session.get(
                "http+unix://localhost/errreport/errors", headers={"Authorization": "token t"}, timeout=10
            ).json(),
            "the error",
        )
        assert [error["error_name"] for error in listed] == ["ZeroDivisionError"]
    finally:
        process.terminate()
        process.wait(30)

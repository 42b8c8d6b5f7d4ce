"""What `jupyter errreport deploy` writes is taken by the programs that it is for."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
import yaml
from errreport_collector.deploy.deployment import REQUIREMENTS, SECRET, SETS, DeployError, Deployment
from hypothesis import given
from hypothesis import strategies as st

from tests.support.collectors import ADMIN, Collector
from tests.support.jupyter_servers import clean_environment
from tests.support.ports import take_port
from tests.support.waiting import wait_for

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")


def run(*command: object, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, **more)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, all of them, as the command writes them."""
    folder = tmp_path_factory.mktemp("deploy") / "there"
    command = Path(sys.executable).parent / "jupyter"
    ended = run(command, "errreport", "deploy", folder, "--host", "errors.example.org")
    assert ended.returncode == 0, ended.stderr
    assert {str(folder / target) for files in SETS.values() for target in files.values()} == {
        line.split("  ")[0] for line in ended.stdout.splitlines()[:-1]
    }
    return folder


def test_every_file_is_filled_in_and_secrets_are_for_their_owner_alone(written: Path) -> None:
    for files in SETS.values():
        for target in files.values():
            path = written / target
            assert path.stat().st_mode & 0o077 == (0 if target in SECRET else 0o044), target
            if not target.endswith(".json"):
                text = path.read_text()
                assert not re.search(r"\{\{|\{%|\bNone\b", text), target
    tokens = [re.findall(r"^\w+=(\S+)$", (written / target).read_text(), re.MULTILINE) for target in SECRET]
    secrets = [token for found in tokens for token in found]
    assert len(secrets) == len(set(secrets)) == 5
    assert min(map(len, secrets)) >= 32


def test_nothing_that_is_there_is_overwritten(written: Path) -> None:
    before = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}
    with pytest.raises(DeployError, match="there already"):
        Deployment("other.example.org").write(written, list(SETS))
    assert {path: path.read_bytes() for path in written.rglob("*") if path.is_file()} == before


def test_only_what_is_chosen_is_written(tmp_path: Path) -> None:
    Deployment("errors.example.org").write(tmp_path, ["nginx"])
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["errreport.conf"]


@given(st.text(max_size=30).filter(lambda text: not re.fullmatch(r"[A-Za-z0-9.-]*", text)))
def test_a_name_that_would_say_something_else_in_a_file_is_refused(host: str) -> None:
    with pytest.raises(DeployError, match="--host"):
        Deployment(host)


@pytest.mark.parametrize("db", ["/a b", "/a\nExecStart=/bin/sh", "a;b", "$HOME/a", '"', "`x`", "{{ host }}"])
def test_a_database_that_would_say_something_else_in_a_file_is_refused(db: str) -> None:
    with pytest.raises(DeployError, match="--db"):
        Deployment("errors.example.org", db=db)


def test_several_processes_need_postgresql() -> None:
    with pytest.raises(DeployError, match="PostgreSQL"):
        Deployment("errors.example.org", processes=2)


@pytest.mark.needs("systemd")
@pytest.mark.parametrize("processes", [1, 4])
def test_systemd_takes_the_unit(tmp_path: Path, processes: int) -> None:
    db = "postgresql://errreport@db.example.org/errors%20of" if processes > 1 else "/var/lib/errreport/a.sqlite"
    Deployment("errors.example.org", db=db, processes=processes).write(tmp_path, ["systemd"])
    unit = tmp_path / "systemd" / "errreport-collector.service"
    ended = run("systemd-analyze", "verify", unit)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("processes", [1, 4])
def test_the_collector_knows_every_option_of_the_unit_and_of_the_compose_file(tmp_path: Path, processes: int) -> None:
    db = "postgresql://errreport@db/errors" if processes > 1 else "/var/lib/errreport/a.sqlite"
    Deployment("errors.example.org", db=db, processes=processes).write(tmp_path, ["systemd", "compose"])
    unit = (tmp_path / "systemd" / "errreport-collector.service").read_text().replace("\\\n", " ")
    (line,) = re.findall("^ExecStart=(.*)$", unit, re.MULTILINE)
    _, name, *options = shlex.split(line)
    assert name == "collector"
    assert (f"--processes={processes}" in options) == (processes > 1)
    composed = yaml.safe_load((tmp_path / "compose" / "compose.yaml").read_text())
    for words in (options, composed["services"]["collector"]["command"]):
        # What it does not know it warns of; --generate-config reads all of it, and opens nothing.
        config = tmp_path / f"config{len(words)}.py"
        command = [sys.executable, "-m", "errreport_collector", *words, "--generate-config", f"--config={config}"]
        ended = run(*command, env=clean_environment(tmp_path))
        assert ended.returncode == 0, ended.stderr
        assert not re.search("unrecognized|not recognized|warning", ended.stderr, re.IGNORECASE), ended.stderr


def test_the_compose_file_belongs_together(written: Path) -> None:
    composed = yaml.safe_load((written / "compose" / "compose.yaml").read_text())
    services = composed["services"]
    assert set(services) == {"db", "collector", "caddy"}
    named = {name for service in services.values() for name in re.findall(r"\$\{(\w+)", yaml.safe_dump(service))}
    assert named == set(re.findall(r"^(\w+)=", (written / "compose" / ".env").read_text(), re.MULTILINE))
    caddy = services["caddy"]["networks"]["errreport"]["ipv4_address"]
    assert f"--ErrReportCollector.trusted_proxies={caddy}" in services["collector"]["command"]
    assert "ports" not in services["collector"], "nobody goes around Caddy"
    assert "ports" not in services["db"]
    assert "reverse_proxy collector:8000" in (written / "compose" / "Caddyfile").read_text()
    used = {volume.split(":")[0] for service in services.values() for volume in service["volumes"]}
    assert {name for name in used if not name.startswith(".")} == set(composed["volumes"])


def test_the_values_file_gives_the_servers_their_collector(written: Path) -> None:
    values = yaml.safe_load((written / "kubernetes" / "errreport-values.yaml").read_text())
    (file,) = values["singleuser"]["extraFiles"].values()
    assert file["mountPath"].startswith("/etc/jupyter/jupyter_server_config.d/")
    assert file["data"] == {"JupyterErrReport": {"collector_url": "https://errors.example.org"}}


def test_zero_to_jupyterhub_takes_the_values_file(written: Path) -> None:
    schema = yaml.safe_load((Path(__file__).parent / "zero_to_jupyterhub.yaml").read_text())
    values = yaml.safe_load((written / "kubernetes" / "errreport-values.yaml").read_text())
    jsonschema.validate(values, schema)
    for wrong in ({"singleuser": {"extraEnvs": {}}}, {"singleuser": {"extraFiles": {"a": {"data": {}}}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_the_space_listens_where_its_proxy_asks_and_is_not_roots(written: Path, tmp_path: Path) -> None:
    _, head, text = (written / "space" / "README.md").read_text().split("---\n", 2)
    about, lines = yaml.safe_load(head), (written / "space" / "Dockerfile").read_text().splitlines()
    assert about["sdk"] == "docker"
    assert "JUPYTER_ERRREPORT_ADMIN_TOKEN" in text
    (command,) = [ast.literal_eval(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD ")]
    assert f"--port={about['app_port']}" in command[-1].split()
    assert f"EXPOSE {about['app_port']}" in lines
    assert lines.index("USER 1000") < len(lines) - 2
    assert not any("jupyter_server" in line or "ipython" in line.lower() for line in lines)
    options = [word for word in shlex.split(command[-1]) if word.startswith("--") and "$" not in word]
    ended = run(
        sys.executable, "-m", "errreport_collector", *options, "--generate-config", f"--config={tmp_path / 'c.py'}"
    )
    assert ended.returncode == 0, ended.stderr
    assert "recognized" not in ended.stderr


def test_the_hubs_block_runs_and_keeps_what_was_configured(written: Path) -> None:
    from traitlets.config import Config

    text = (written / "jupyterhub" / "jupyterhub_config.py").read_text()
    ast.parse(text)
    config = Config()
    config.Spawner.args = ["--debug"]
    config.JupyterHub.services = [{"name": "other"}]
    exec(text, {"c": config})
    assert config.Spawner.args[0] == "--debug"
    assert config.Spawner.args[1:] == [
        "--JupyterErrReport.collector_url=http://127.0.0.1:8010",
        "--JupyterErrReport.hub_service=True",
    ]
    other, ours = config.JupyterHub.services
    assert other == {"name": "other"}
    assert ours["command"][1:4] == ["-m", "errreport_collector", "--hub"]


def test_the_manual_shows_the_hubs_block_as_it_is(written: Path, root: Path) -> None:
    text = (written / "jupyterhub" / "jupyterhub_config.py").read_text()
    shown = re.findall(r"```text\n(import sys\n.*?)```", (root / "docs" / "accounts.md").read_text(), re.DOTALL)[0]

    def code(block: str) -> str:
        return ast.dump(ast.parse(block))

    assert code(shown) == code(text)


def test_prometheus_is_told_where_to_look(written: Path) -> None:
    (job,) = yaml.safe_load((written / "prometheus" / "errreport.yml").read_text())["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["127.0.0.1:8000"]}]


def containerfile(written: Path) -> list[str]:
    """The instructions, a line each."""
    text = (written / "compose" / "Containerfile").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_container_is_slim_and_not_roots(written: Path) -> None:
    lines = containerfile(written)
    assert {line.split()[1] for line in lines if line.startswith("FROM")} == {"${BASE}"}
    (base,) = [line for line in lines if line.startswith("ARG BASE=")]
    assert base.endswith("-slim")
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM")) :]
    (user,) = [line for line in last if line.startswith("USER")]
    assert not user.split()[1].startswith(("0", "root"))
    for line in last[last.index(user) :]:
        assert not line.startswith(("RUN", "COPY", "USER ")) or line == user
    assert "STOPSIGNAL SIGTERM" in last
    assert not any("jupyter_server" in line or "ipython" in line.lower() for line in lines)
    assert not any(requirement.startswith(("jupyter_server", "ipython")) for requirement in REQUIREMENTS)


def test_a_collector_runs_with_what_the_container_installs_and_without_a_jupyter_server(
    written: Path, tmp_path: Path, wheel: Path
) -> None:
    """The steps of the Containerfile, in a folder in place of a container."""
    place = tmp_path / "errreport"
    venv.create(place, with_pip=True)
    installing = [line.removeprefix("RUN ") for line in containerfile(written) if "pip install" in line]
    assert len(installing) == 2
    for line in installing:
        words = [word.replace("$ERRREPORT", str(wheel)) for word in shlex.split(line)]
        words[0] = str(place / "bin" / "pip")
        ended = run(*words, env={**clean_environment(tmp_path), "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
        assert ended.returncode == 0, ended.stderr
    here = run(place / "bin" / "python", "-m", "pip", "list", "--format=freeze").stdout.lower()
    assert not re.search(r"^(jupyter[-_]server|ipython|ipykernel|notebook)==", here, re.MULTILINE)
    (entry,) = [
        ast.literal_eval(line.removeprefix("ENTRYPOINT ")) for line in containerfile(written) if "ENTRYPOINT" in line
    ]
    assert (place / "bin" / entry[0]).is_file()
    collector = Collector(place / "bin" / "python", tmp_path, "--log-format=json")
    try:
        assert collector.post("errors", {"error_name": "A"}).json()["status"] == "stored"
        assert collector.get("readyz").status_code == 200
        assert "errreport_events_total" in collector.get("metrics").text
        assert collector.stop() == 0
    finally:
        if collector.process.poll() is None:
            collector.kill()


@pytest.mark.needs("fail2ban")
def test_fail2ban_finds_who_tries_tokens_and_nobody_else(start: Start, written: Path, tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    collector = start(f"--ErrReportCollector.access_log={file}", "--ErrReportCollector.trusted_proxies=127.0.0.1")
    vandal, reader, kernel = ({"X-Forwarded-For": f"203.0.113.{n}"} for n in (66, 7, 8))
    for number in range(5):
        collector.get("errors", f"guess-{number}", headers=vandal)
    collector.get('x 203.0.113.7 "GET /errors" 401 1.0 ms', headers=vandal)  # who would have somebody else banned
    collector.get('203.0.113.7%20"GET%20/e"%20401%201.0%20ms', headers=vandal)
    collector.get("errors", ADMIN, headers=reader)
    collector.get("nothing/here", headers=reader)
    collector.post("errors", {"error_name": "A"}, headers=kernel)
    collector.post("errors", {"error_name": "A"}, token="revoked", headers=kernel)
    collector.post("sessions", {}, token="revoked", headers=kernel)
    wait_for(lambda: len(file.read_text().splitlines()) >= 12, "a line a request")
    rules = written / "fail2ban" / "filter.d" / "errreport.conf"
    ended = run("fail2ban-regex", "--print-all-matched", "--verbose", file, rules)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = re.findall(r"^\|\s+(\d[\d.]+)\s{2}\w{3} ", ended.stdout, re.MULTILINE)
    assert set(found) == {"203.0.113.66"}, ended.stdout
    assert len(found) == 5, ended.stdout
    jail = (written / "fail2ban" / "jail.d" / "errreport.conf").read_text()
    assert "filter = errreport" in jail
    unit = (written / "systemd" / "errreport-collector.service").read_text()
    assert re.findall(r"access_log=(\S+)", unit) == re.findall(r"logpath = (\S+)", jail)


@pytest.mark.needs("caddy")
@pytest.mark.parametrize("name", ["caddy/Caddyfile", "compose/Caddyfile"])
def test_caddy_takes_its_file(written: Path, tmp_path: Path, name: str) -> None:
    ended = run(
        "caddy", "validate", "--adapter", "caddyfile", "--config", written / name, env=clean_environment(tmp_path)
    )
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Of localhost, and its key."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    ended = run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate),
    )
    assert ended.returncode == 0, ended.stderr
    return certificate, key


@pytest.fixture
def behind_nginx(start: Start, tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[tuple[Collector, str]]:
    """A collector and the address at which nginx serves it, both as deployed but for the ports."""
    collector = start(
        "--ErrReportCollector.trusted_proxies=127.0.0.1", "--ErrReportCollector.max_sessions_per_address=2"
    )
    port, tls = int(collector.url.rpartition(":")[2]), take_port()
    made = Deployment("localhost", port=port, certificate=str(certificate[0]), certificate_key=str(certificate[1]))
    made.write(tmp_path / "files", ["nginx"])
    site = (tmp_path / "files" / "nginx" / "errreport.conf").read_text()
    site = re.sub(r"listen \[::\].*;", "", site)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{take_port()};").replace(
        "listen 443", f"listen 127.0.0.1:{tls}"
    )
    (tmp_path / "site.conf").write_text(site)
    folders = "".join(
        f"{what}_temp_path {tmp_path}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"user root; daemon off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/nginx.log;\n"
        f"events {{}}\nhttp {{ {folders} include {tmp_path}/site.conf; }}\n"
    )
    tested = run("nginx", "-t", "-c", config)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr
    server = subprocess.Popen(["nginx", "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        yield collector, f"https://localhost:{tls}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def behind_caddy(start: Start, tmp_path: Path) -> Iterator[tuple[Collector, str, Path]]:
    """A collector, the address at which Caddy serves it as deployed but for port and signer, and whom to trust."""
    collector = start(
        "--ErrReportCollector.trusted_proxies=127.0.0.1", "--ErrReportCollector.max_sessions_per_address=2"
    )
    port, tls = int(collector.url.rpartition(":")[2]), take_port()
    Deployment("localhost", port=port).write(tmp_path / "files", ["caddy"])
    site = (tmp_path / "files" / "caddy" / "Caddyfile").read_text()
    assert site.count("localhost {") == 1
    site = site.replace("localhost {", f"https://localhost:{tls} {{\n\tbind 127.0.0.1\n\ttls internal")
    options = "admin off\n\tgrace_period 1s\n\tskip_install_trust\n\tauto_https disable_redirects"
    (tmp_path / "Caddyfile").write_text(f"{{\n\t{options}\n}}\n{site}")
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")]
    places = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    with (tmp_path / "caddy.log").open("wb") as log:
        server = subprocess.Popen(command, stderr=log, env={**clean_environment(tmp_path), **places})
    root = tmp_path / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    try:
        wait_for(root.is_file, "Caddy's certificate")
        yield collector, f"https://localhost:{tls}", root
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.needs("nginx")
def test_nginx_brings_who_calls_and_hides_what_is_the_operators(
    behind_nginx: tuple[Collector, str], certificate: tuple[Path, Path]
) -> None:
    check_proxy(*behind_nginx, certificate[0])


@pytest.mark.needs("caddy")
def test_caddy_brings_who_calls_and_hides_what_is_the_operators(behind_caddy: tuple[Collector, str, Path]) -> None:
    check_proxy(*behind_caddy)


def check_proxy(collector: Collector, url: str, certificate: Path) -> None:
    """What a proxy owes to the collector and to its readers."""
    session = requests.Session()
    session.trust_env, session.verify = False, str(certificate)

    def ready() -> bool:
        try:
            return session.get(f"{url}/readyz", timeout=10).status_code == 200
        except requests.ConnectionError:
            return False

    wait_for(ready, "the proxy")
    assert session.post(f"{url}/errors", json={"error_name": "A"}, timeout=10).json()["status"] == "stored"
    assert session.get(f"{url}/metrics", timeout=10).status_code == 404
    assert collector.get("metrics").status_code == 200
    login = session.get(f"{url}/errors?token={ADMIN}", timeout=10, allow_redirects=False)
    cookies = login.headers.get("Set-Cookie", "")
    assert "Secure" in cookies or login.status_code == 200, "the collector knows that the browser came by TLS"
    too_large = session.post(f"{url}/errors", data=b"x" * 400_000, timeout=10)
    assert too_large.status_code == 413
    for number in range(4):  # who says to be somebody else each time is one address all the same
        forged = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-Ip": f"198.51.100.{number}"}
        answer = session.post(f"{url}/sessions", json={"notebook": "n"}, headers=forged, timeout=10)
    assert answer.status_code == 429
    with session.get(f"{url}/live", headers={"Authorization": f"Bearer {ADMIN}"}, stream=True, timeout=10) as live:
        assert live.headers["Content-Type"].startswith("text/event-stream")
        session.post(f"{url}/errors", json={"error_name": "B"}, timeout=10)
        assert next(line for line in live.iter_lines(chunk_size=1) if line) == b"data: news", (
            "what is new comes through at once"
        )
    assert "198.51.100" not in collector.log

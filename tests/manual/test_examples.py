"""What the manual tells people to type is typed here: against a real collector, in a real kernel, into pandas."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.event import new_event_id
from jupyter_errreport.privacy.registry import GROUP
from jupyter_errreport.source import cell_hash
from tests.manual.examples import Example, examples
from tests.support.collectors import ADMIN, Collector
from tests.support.jupyter_servers import clean_environment
from tests.support.kernels import kernel
from tests.support.receiver import Receiver, receiver
from tests.support.runtimes import ROOT
from tests.support.waiting import wait_for

pytestmark = pytest.mark.needs("installed wheel")

EVERYWHERE = "http://127.0.0.1:8000"
"""Where the collector of all examples listens."""
QUOTE = "'"
CELL = "#@title Load\nresidue = 'SEP'\nint(residue)"
RUN_HERE = ("export ", "jupyter errreport collector", "jupyter errreport publish", "jupyter errreport token")
DATABASE = "postgresql://errreport@db.example.org/errreport"
RUN_BY_OTHERS = {
    "make demo": "tests/demo/test_demo.py",
    "make demo-data": "tests/demo/test_month.py",
    "make crash": "tests/crash/test_crash.py",
    "make lecture": "tests/hub/test_hub.py",
    "make attack": "tests/collector/test_attack.py",
    "make non-interference": "tests/live/test_non_interference.py",
    "make test": ".ci/run",
    "make lint": "Makefile",
    "make pytest": "Makefile",
    "make docs": "Makefile",
    "cd labextension": "labextension/build_backend.py",
    "ln -sfn": "labextension/build_backend.py",
    "jupyter server": "tests/e2e/test_installation.py",
    "pip install": "tests/e2e/test_installation.py",
    f"jupyter errreport collector --db {DATABASE}": "tests/collector/test_processes.py",
    "jupyter errreport deploy": "tests/collector/test_deploy.py",
    "jupyter errreport backup": "tests/store/test_backup.py",
    "jupyter errreport restore": "tests/store/test_backup.py",
    "jupyter errreport migrate": "tests/store/test_transfer.py",
    "jupyter errreport hook": "tests/e2e/test_installation.py",
    "jupyter errreport doctor": "tests/test_trial.py",
    "jupyter errreport mcp": "tests/collector/test_mcp.py",
    "jupyter errreport purge": "tests/test_purge_command.py",
    "make container": "tests/collector/test_deploy.py",
}
"""Commands, by how they begin, that are run where they belong: by a test, or by `make test` itself."""


@pytest.fixture(scope="module")
def told() -> Iterator[Receiver]:
    """Whoever is told of alerts."""
    with receiver() as running:
        yield running


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory, told: Receiver) -> Iterator[Collector]:
    """Started as docs/collector.md says in its section on alerts, with what the other examples ask for."""
    setting = example_with("export JUPYTER_ERRREPORT_SLACK_WEBHOOK")
    here = {
        "JUPYTER_ERRREPORT_SLACK_WEBHOOK": f"{told.url}/slack",
        "JUPYTER_ERRREPORT_APPRISE_URLS": told.url.replace("http", "json", 1),
        "JUPYTER_ERRREPORT_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }
    assert re.findall(r"export (\w+)=", setting.text) == list(here)
    given = [
        f"--{name}={value.strip(QUOTE)}" for name, value in re.findall(r"--(\S+)=('.*?'|\S+)", setting.commands[-1])
    ]
    assert len(given) == 3
    given = [argument.replace("https://example.org", told.url) for argument in given]
    folder = tmp_path_factory.mktemp("collector")
    running = Collector(Path(sys.executable), folder, *given, **here)
    fill(running)
    yield running
    running.kill()


def example_with(words: str) -> Example:
    (found,) = [example for example in examples() if words in example.text]
    return found


def event(name: str) -> dict[str, Any]:
    return {"event_id": new_event_id(), "error_name": name, "notebook": "dock", "cell_hash": cell_hash(CELL)}


def fill(collector: Collector) -> None:
    """A session and errors of the notebook of the examples, and a file with some more."""
    collector.post("sessions", {"notebook": "dock"}).raise_for_status()
    answer = collector.post("errors", [event("ValueError"), event("KeyError")])
    assert [told["status"] for told in answer.json()] == ["stored", "stored"]
    lines = [json.dumps(event(name)) for name in ("IndexError", "OSError")]
    (collector.home / "errors.ndjson").write_text("\n".join(lines) + "\n")
    cell: dict[str, Any] = {"cell_type": "code", "source": CELL, "metadata": {}, "outputs": [], "execution_count": None}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    (collector.home / "lesson.ipynb").write_text(json.dumps(notebook))


def type_in(collector: Collector, command: str, **environment: str) -> str:
    """What a person sees who types this beside the collector: its output, when all went well."""
    group = next(group for group in collector.read("groups") if group["error_name"] == "KeyError")
    command = command.replace(EVERYWHERE, collector.url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'curl() {{ command curl -sS --fail-with-body "$@"; }}\n{command}'],
        cwd=collector.home,
        env={
            **clean_environment(collector.home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "T": ADMIN,
            "G": group["group"],
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


REQUESTS = [command for example in examples() for command in example.commands if "curl " in command]


def test_every_request_is_answered_and_does_what_the_manual_says(collector: Collector, told: Receiver) -> None:
    """In the order of the pages."""
    assert len(REQUESTS) > 10
    for command in REQUESTS:
        said = type_in(collector, command)
        if "openapi" in command:
            assert said.startswith("openapi:")
        elif "Accept: application/x-ndjson" in command:
            assert {json.loads(line)["notebook"] for line in said.splitlines()} == {"dock"}
        elif "> " in command:
            assert (collector.home / command.split("> ")[1]).read_text().startswith('"event_id",')
        else:
            assert json.loads(said), command
    (group,) = [group for group in collector.read("groups") if group["error_name"] == "KeyError"]
    assert (group["status"], group["hint"]) == ("ignored", "Run the second cell first.")
    assert {"IndexError", "OSError"} <= {error["error_name"] for error in collector.errors(notebook="dock")}
    assert {"/slack", "/hook", "/"} <= {path for path, _, _ in told.requests}, "the test message over each channel"
    headers = next({name.lower() for name in headers} for path, headers, _ in told.requests if path == "/hook")
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= headers


def test_source_is_published_and_taken_back(collector: Collector) -> None:
    (command,) = [
        command for command in example_with("jupyter errreport publish lesson").commands if "jupyter" in command
    ]
    given = {"JUPYTER_ERRREPORT_URL": collector.url, "JUPYTER_ERRREPORT_TOKEN": ADMIN}
    assert "Published as version" in type_in(collector, command, **given)
    assert collector.read("notebooks/lesson.ipynb/source")["release"] == "2026.11"
    (taking_back,) = re.findall(r"`(curl -X DELETE [^`]*)`", (ROOT / "docs/exports.md").read_text())
    type_in(collector, taking_back.replace("...", collector.url))
    assert collector.get("notebooks/lesson.ipynb/source", ADMIN).status_code == 404


def test_tokens_are_made_listed_and_revoked(collector: Collector) -> None:
    create, listing, revoke = example_with("jupyter errreport token list").commands
    token = type_in(collector, f"{create} --db {collector.db}").strip()
    assert collector.get("errors?notebook=dock", token).status_code == 200
    (number,) = re.findall(r"^(\S+)\s.*dock\*", type_in(collector, f"{listing} --db {collector.db}"), re.MULTILINE)
    type_in(collector, f"{revoke.replace('ID', number)} --db {collector.db}")
    assert collector.get("errors", token).status_code == 401


def test_a_feed_is_read_with_a_token_in_its_address(collector: Collector) -> None:
    (path,) = re.findall(
        r"https://errors\.example\.org/(groups\.atom\S*?)\.\.\.", (ROOT / "docs/exports.md").read_text()
    )
    token = type_in(collector, f"jupyter errreport token create --role read --db {collector.db}").strip()
    assert "<entry>" in collector.get(f"{path}{token}").text


def test_pandas_takes_the_addresses_as_they_are(collector: Collector, runtime_python: Callable[[str], Path]) -> None:
    example = example_with("pandas.read_json").text.replace(EVERYWHERE, collector.url)
    program = f"""
import pandas
token = {ADMIN!r}
{example}
assert "ValueError" in set(errors["error_name"]), errors
assert "KeyError" in set(groups["error_name"]), groups
"""
    done = subprocess.run([runtime_python("libraries"), "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["README.md", "docs/author.md"])
def test_the_authors_first_cell_reports_what_fails_behind_it(collector: Collector, tmp_path: Path, page: str) -> None:
    (example,) = [example for example in examples("python") if example.page == page]
    cell = example.text.replace("https://errors.example.org", collector.url)
    installing, rest = cell.split("\n", 1)
    assert installing == "%pip install -q jupyter-errreport"
    name = f"{tmp_path.name}-{Path(page).stem}"
    with kernel(Path(sys.executable), {"HOME": str(tmp_path)}) as running:
        shown = running.run(rest.replace('notebook="dock"', f'notebook="{name}"'))
        assert shown.errors == []
        running.run("{}['residue']")
        (error,) = wait_for(lambda: collector.errors(notebook=name), "the error")
    assert error["error_name"] == "KeyError"


def test_words_of_ones_own_are_registered_in_two_lines() -> None:
    (example,) = [example for example in examples("python") if example.page == "docs/privacy.md"]
    done = subprocess.run(
        [sys.executable, "-c", example.text], env=dict(os.environ), capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    (toml,) = examples("toml")
    assert f'"{GROUP}"' in toml.text


def test_every_other_command_is_run_somewhere() -> None:
    others = [command for example in examples() for command in example.commands if "curl " not in command]
    assert others
    for command in others:
        if command.startswith(RUN_HERE):
            continue
        (where,) = {where for begins, where in RUN_BY_OTHERS.items() if f"{command} ".startswith(f"{begins} ")}
        assert (ROOT / where).is_file(), command

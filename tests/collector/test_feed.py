"""The Atom feed at the collector: feed readers know no login, so the address may hold a token that can only read."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.collectors import ADMIN, Collector
from tests.support.jupyter_servers import clean_environment

from .test_access import make_token

pytestmark = pytest.mark.needs("installed wheel")

ENTRY = "{http://www.w3.org/2005/Atom}entry"


def test_a_read_token_in_the_address_opens_the_feed_of_its_notebooks_and_no_more(collector: Collector) -> None:
    for notebook in ("dock 1", "fold"):
        collector.post("errors", {"error_name": "E", "notebook": notebook, "fingerprint": notebook[:4]})
    token = make_token(collector, "--role=read", "--notebook=dock*")
    answer = collector.get(f"groups.atom?token={token}")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert token not in answer.text
    assert len(ElementTree.fromstring(answer.content).findall(ENTRY)) == 1
    assert len(ElementTree.fromstring(collector.get("groups.atom", ADMIN).content).findall(ENTRY)) == 2
    assert token not in collector.log


def test_a_token_that_can_do_more_is_no_part_of_an_address_that_is_kept(collector: Collector) -> None:
    for token in (ADMIN, make_token(collector, "--role=author"), make_token(collector, "--role=report")):
        answer = collector.get(f"groups.atom?token={token}")
        assert (answer.status_code, answer.json()["reason"]) == (403, "not_a_read_token")
        assert "Set-Cookie" not in answer.headers
    assert collector.get("groups.atom?token=guess").status_code == 401
    assert collector.get("groups.atom").status_code == 401


def test_a_repository_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    ended = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("jupyter")), "errreport", "collector", "--port=0"),
            *(f"--db={tmp_path / 'errors.sqlite'}", "--ErrReportCollector.github_repository=https://github.com/a/b"),
        ],
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "is not owner/name" in ended.stderr + ended.stdout

"""What a collector writes into its log, for machines and for fail2ban."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from errreport_collector.observing.json_log import JSONFormatter

from tests.support.collectors import ADMIN, Collector
from tests.support.waiting import wait_for

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")


def lines(collector: Collector) -> list[dict[str, Any]]:
    """The log without what is said at the start."""
    return [json.loads(line) for line in collector.log.splitlines() if line.startswith("{")]


def busy(collector: Collector) -> tuple[str, list[str]]:
    """Do what could leave a trace; a session's key, and all that must be in no log."""
    key = "0123456789abcdef" * 2
    from_afar = {"X-Forwarded-For": "203.0.113.77"}
    sent = {
        "error_name": "Evil\nError",
        "error_message": "patient Smith",
        "notebook": "smith's",
    }
    collector.post("sessions", {"notebook": "n", "uuid": key}, headers=from_afar)
    collector.post("errors", sent, headers=from_afar)
    collector.post("errors", {"error_name": 3, "error_message": "patient Smith"}, headers=from_afar)
    collector.get(f"errors?token={ADMIN}&q=smith", headers=from_afar)
    collector.get("errors?q=smith", "wrong-secret", headers=from_afar)
    collector.post(f"errors/{key}/", {"error_name": "A"}, headers=from_afar)
    collector.delete(f"sessions/{key}", headers=from_afar)
    collector.get('a"b%0d%0ac', headers=from_afar)
    return key, [key, ADMIN, "wrong-secret", "mith", "token=", "203.0.113.77"]


def test_a_log_in_json_has_neither_secrets_nor_people(start: Start) -> None:
    collector = start("--log-format=json", "--ErrReportCollector.trusted_proxies=127.0.0.1")
    _, never = busy(collector)
    wait_for(lambda: sum(line.get("method") is not None for line in lines(collector)) >= 8, "a line a request")
    collector.stop()
    text = collector.log
    assert [word for word in never if word in text] == []
    requests = [line for line in lines(collector) if "method" in line]
    for line in requests:
        assert set(line) == {"time", "level", "logger", "client", "method", "path", "status", "ms"}
        assert re.fullmatch("[0-9a-f]{16}", line["client"])
    assert len({line["client"] for line in requests}) == 1, "an address has one name within a day"
    assert {"POST errors": 200, "DELETE sessions/<key>": 200}.items() <= {
        f"{line['method']} {line['path'].lstrip('/')}": line["status"] for line in requests if line["status"] == 200
    }.items()
    assert not [line for line in text.splitlines() if "Traceback" in line]


def test_of_an_exception_a_log_in_json_tells_the_kind_and_the_place() -> None:

    try:
        raise ValueError("patient Smith")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "%s failed", ("it",), (ValueError, error, error.__traceback__)
        )
    line = json.loads(JSONFormatter().format(record))
    assert (line["message"], line["exception"]) == ("it failed", "ValueError")
    assert "test_logs.py" in line["raised_at"][-1]
    assert "Smith" not in json.dumps(line)


def test_the_file_for_fail2ban_has_addresses_and_can_be_moved_while_it_is_written(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    collector = start(
        "--log-format=json", f"--ErrReportCollector.access_log={file}", "--ErrReportCollector.trusted_proxies=127.0.0.1"
    )
    _, never = busy(collector)
    wait_for(lambda: len(file.read_text().splitlines()) >= 8, "a line a request")
    assert [word for word in never[:-1] if word in file.read_text()] == []
    for line in file.read_text().splitlines():
        assert re.match(
            r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000 203\.0\.113\.77 "[A-Z]+ [^"]*" \d{3} [\d.]+ ms$', line
        ), line
    file.rename(tmp_path / "access.log.1")
    collector.get("healthz")
    assert '"GET /healthz" 200' in wait_for(lambda: file.is_file() and file.read_text(), "another file")
    assert "203.0.113.77" not in collector.log


def test_a_file_that_can_not_be_written_is_said_so(start: Start, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"access_log: .* can't be written"):
        start(f"--ErrReportCollector.access_log={tmp_path}/no/folder")

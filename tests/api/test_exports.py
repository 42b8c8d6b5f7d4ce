import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.api.http.exports import FORMULA, as_csv, as_lines
from jupyter_errreport.contract import GROUP_FIELDS, LISTED_FIELDS
from tests.support import hostile

from .server import ApiServer
from .test_reading import BROWSER

LISTS = {"errors": LISTED_FIELDS, "groups": GROUP_FIELDS}
FRAME = {"filename": "<cell 3>", "fun_name": "<module>", "lineno": 2}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def filled(server: ApiServer) -> ApiServer:
    server.post(
        "errors",
        [
            {
                "error_name": "KeyError",
                "error_message": 'ünïcode, "quoted"\nand more',
                "traceback": [FRAME],
                "count": 3,
            },
            {"error_name": "ValueError", "execution_count": -1, "release": "1.0"},
        ],
    )
    return server


@pytest.mark.parametrize("path", LISTS)
def test_the_format_is_chosen_by_the_query_or_by_accept(filled: ApiServer, path: str) -> None:
    for format_, kind in (
        ("json", "application/json"),
        ("ndjson", "application/x-ndjson"),
        ("csv", "text/csv"),
    ):
        for answer in (
            filled.get(f"{path}?format={format_}", headers=BROWSER),
            filled.get(path, headers={"Accept": kind}),
            filled.get(path, headers={"Accept": f"application/xml;q=0.9, {kind};q=0.8, text/html;q=0.1"}),
        ):
            assert answer.headers["Content-Type"].startswith(f"{kind}; charset=utf-8")
            assert answer.headers["Vary"] == "Accept"
    assert filled.get(path).headers["Content-Type"].startswith("application/json")
    assert filled.get(path, headers={"Accept": "text/csv;q=0"}).headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("path", LISTS)
def test_the_header_of_the_csv_has_every_field_also_when_there_is_no_row(server: ApiServer, path: str) -> None:
    empty = server.get(f"{path}?format=csv")
    assert empty.text == ",".join(f'"{name}"' for name in LISTS[path]) + "\r\n"
    server.post("errors", {"error_name": "E"})
    assert set(server.get(path).json()[0]) == set(LISTS[path])


def test_csv_and_ndjson_hold_what_json_holds(filled: ApiServer) -> None:
    errors = filled.get("errors").json()
    assert [json.loads(line) for line in filled.get("errors?format=ndjson").text.splitlines()] == errors
    answer = filled.get("errors?format=csv")
    assert answer.content.decode("utf-8")
    for row, error in zip(rows(answer.text), errors, strict=True):
        assert row["error_message"] == error["error_message"]
        assert json.loads(row["traceback"]) == error["traceback"]
        assert row["session"] == ""
        assert row["execution_count"] == "-1"  # a number is no formula
        assert row["count"] == str(error["count"])


def test_filters_pages_and_scopes_are_those_of_the_list(filled: ApiServer) -> None:
    filled.post("errors", {"error_name": "E", "notebook": "dock"})
    for path in LISTS:
        first = filled.get(f"{path}?format=csv&limit=2")
        assert len(rows(first.text)) == 2
        following = filled.get(path + first.links["next"]["url"])
        assert following.headers["Content-Type"].startswith("text/csv")
        assert len(rows(following.text)) == 1
        assert len(rows(filled.get(f"{path}?format=csv&notebook=dock").text)) == 1
        assert len(rows(filled.get(f"{path}?format=csv", headers={"X-Test-Scope": "do*"}).text)) == 1


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL)
def test_hostile_text_is_text_in_csv(text: str) -> None:
    items: list[dict[str, Any]] = [{"a": text, "b": [{"c": text}], "d": 1}, {"a": "", "b": None, "d": -1}]
    written = as_csv(items, ["a", "b", "d"])
    first, second = rows(written)
    assert hostile.MARK in first["a"]
    assert first["a"].startswith("'") == text.startswith(FORMULA)
    assert not first["a"].startswith(FORMULA)
    assert not first["b"].startswith(FORMULA)
    assert list(json.loads(first["b"])[0]) == ["c"]
    assert (first["d"], second["d"]) == ("1", "-1")
    assert not hostile.CONTROLS & set(written.replace("\r\n", "\n"))
    assert not hostile.TURNING & set(first["a"])


def test_no_other_separator_splits_a_cell() -> None:
    # Where the semicolon separates, Excel takes it for the end of a cell unless quotes are around.
    written = as_csv([{"a": 'x;=1+1\t=2+2"=3', "b": 1}], ["a", "b"])
    assert written == '"a","b"\r\n"x;=1+1\t=2+2""=3",1\r\n'


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL)
def test_hostile_text_is_one_line_of_ndjson(text: str) -> None:
    written = as_lines([{"a": text}, {"a": "next"}])
    assert written.isascii()
    assert [json.loads(line)["a"] for line in written.splitlines()] == [text, "next"]


def test_hostile_text_that_was_sent_comes_out_as_text_in_every_format(server: ApiServer) -> None:
    fields = ("error_name", "error_message", "first_line", "notebook", "release")
    events = [{**dict.fromkeys(fields, text), "fingerprint": name} for name, text in hostile.ALL.items()]
    assert {answer["status"] for answer in server.post("errors", events).json()} == {"stored"}
    for name, text in hostile.ALL.items():
        assert server.patch(f"groups/{name}", {"note": text, "hint": text}).status_code == 200
    for path in LISTS:
        items = server.get(path).json()
        assert [json.loads(line) for line in server.get(f"{path}?format=ndjson").text.splitlines()] == items
        written = rows(server.get(f"{path}?format=csv").text)
        assert len(written) == len(items) == len(hostile.ALL)
        for row in written:
            assert set(row) == set(LISTS[path])
            assert not [name for name, cell in row.items() if cell.startswith(FORMULA) and name != "execution_count"]


def test_a_line_of_a_megabyte_is_refused_or_cut(server: ApiServer) -> None:
    assert server.post("errors", {"error_name": hostile.LONG_LINE}).status_code == 413
    short = "a word, " * 12_000
    assert server.post("errors", {"error_name": "E", "error_message": short, "first_line": short}).status_code == 200
    (row,) = rows(server.get("errors?format=csv").text)
    assert (row["error_message"], row["first_line"]) == (short[:1_000], short[:500])


PANDAS = """
import sys, pandas
errors = pandas.read_json(sys.argv[1])
assert list(errors["error_name"]) == ["ValueError", "KeyError"], errors
assert errors["count"].sum() == 4
assert errors["received_at"].dtype.kind == "M" or str(errors["received_at"][0]).endswith("Z")
table = pandas.read_csv(sys.argv[1] + "?format=csv", parse_dates=["received_at", "timestamp"])
assert list(table.columns) == sys.argv[2].split(), table.columns
assert table["received_at"].dtype.kind == "M"
assert list(table["count"]) == [1, 3]
assert table["execution_count"].dtype.kind == "i"
assert table["session"].isna().all()
lines = pandas.read_json(sys.argv[1] + "?format=ndjson", lines=True)
assert list(lines["error_message"]) == list(errors["error_message"])
nobodys = {"X-Test-Scope": "nobody"}  # as the manual sends its token
assert len(pandas.read_json(sys.argv[1], storage_options=nobodys)) == 0
assert len(pandas.read_csv(sys.argv[1] + "?format=csv", storage_options=nobodys)) == 0
"""


@pytest.mark.needs("wheel")
def test_pandas_reads_the_addresses_as_they_are(filled: ApiServer, runtime_python: Callable[[str], Path]) -> None:
    command = [runtime_python("libraries"), "-c", PANDAS, filled.url + "errors", " ".join(LISTED_FIELDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("format_", ["json", "ndjson", "csv"])
def test_a_whole_list_has_every_row_once(server: ApiServer, path: str, format_: str) -> None:
    for part in range(3):
        server.post("errors", [{"error_name": f"E{part}_{number}", "notebook": "dock"} for number in range(77)])
    text = server.get(f"{path}?all=true&format={format_}&notebook=dock&limit=5").text
    if format_ == "json":
        found = [row["error_name"] for row in json.loads(text)]
    elif format_ == "ndjson":
        found = [json.loads(line)["error_name"] for line in text.splitlines()]
    else:
        found = [row["error_name"] for row in rows(text)]
    assert sorted(found) == sorted(f"E{part}_{number}" for part in range(3) for number in range(77))
    assert server.get(f"{path}?all=perhaps").json()["reason"] == "bad_all"

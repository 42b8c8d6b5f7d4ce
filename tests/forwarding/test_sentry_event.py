"""An event in Sentry's words: what its schema allows, and of ours no more than the store holds."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from jupyter_errreport import contract
from jupyter_errreport.forwarding.others.log_record import logs_of
from jupyter_errreport.forwarding.others.receiver import as_json
from jupyter_errreport.forwarding.others.sentry_event import sentry_event
from jupyter_errreport.forwarding.others.stored import Stored

from .conftest import event

SOURCE = "import pandas as pd\n\ntable = pd.read_csv('secret.csv')\n\ntable['dose'] / table['weight']\nprint()"


@cache
def schema() -> Any:
    return fastjsonschema.compile(json.loads((Path(__file__).parent / "sentry" / "event.schema.json").read_text()))


def stored(**more: Any) -> Stored:
    cell = None
    if "source" in more:
        failed = next((frame["lineno"] for frame in more.get("traceback", []) if frame["filename"] == "<cell 3>"), 0)
        lines = more.pop("source").splitlines()
        cell = {"lines": [{"n": n, "text": text, "failed": n == failed} for n, text in enumerate(lines, 1)]}
    notebook = more.pop("identity", "dock")
    return Stored({**event(), "group": "g" * 32, "received_at": "2026-11-24T08:00:01.000000Z", **more}, notebook, cell)


text = st.text(max_size=60)
frame = st.fixed_dictionaries(
    {
        "filename": st.one_of(text, st.just("<cell 3>"), st.just("numpy/__init__.py")),
        "fun_name": text,
        "lineno": st.integers(-1, contract.NUMBER_LIMIT),
    }
)
link = st.fixed_dictionaries(
    {"error_name": text, "error_message": text, "relation": st.sampled_from(contract.RELATIONS)}
)
anything = st.fixed_dictionaries(
    {
        "error_name": text,
        "error_message": text,
        "first_line": text,
        "language": st.one_of(st.sampled_from(["python", "Python", "R", "julia"]), text),
        "release": st.one_of(st.none(), text),
        "execution_count": st.integers(-1, contract.NUMBER_LIMIT),
        "count": st.integers(1, contract.COUNT_LIMIT),
        "kind": st.sampled_from(contract.KINDS),
        "traceback": st.lists(frame, max_size=4),
        "chain": st.lists(link, max_size=4),
    }
)


@settings(deadline=None)  # the first one compiles the schema
@given(anything, text, st.one_of(st.none(), text))
def test_whatever_is_stored_can_be_told(fields: dict[str, Any], notebook: str, source: str | None) -> None:
    one = stored(identity=notebook, **fields, **({} if source is None else {"source": source}))
    told = json.loads(as_json(sentry_event(one)))
    schema()(json.loads(as_json(sentry_event(one))))  # which fills in what is missing
    assert told["fingerprint"] == ["g" * 32]
    assert all(0 < len(value) <= 200 and "\n" not in value for value in told["tags"].values())
    assert not {"user", "server_name", "request", "breadcrumbs"} & set(told)
    assert told["exception"]["values"][-1]["mechanism"]["exception_id"] == 0
    logs = json_format.Parse(as_json(logs_of(one)), ExportLogsServiceRequest())
    assert logs.resource_logs[0].scope_logs[0].log_records[0].severity_text == "ERROR"


def test_frames_are_of_the_notebook_or_of_a_module() -> None:
    frames = [
        {"filename": "<cell 3>", "fun_name": "<module>", "lineno": 1},
        {"filename": "helpers.py", "fun_name": "load", "lineno": 4},
        {"filename": "pandas/io/__init__.py", "fun_name": "read_csv", "lineno": 12},
        {"filename": "threading.py", "fun_name": "run", "lineno": 9},
    ]
    told = sentry_event(stored(traceback=frames, first_line="table = read(<str>)"))["exception"]["values"][0]
    assert [(item["filename"], item.get("module"), item["in_app"]) for item in told["stacktrace"]["frames"]] == [
        ("dock/<cell 3>", None, True),
        ("helpers.py", None, True),
        ("pandas/io/__init__.py", "pandas.io", False),
        ("threading.py", "threading", False),
    ]
    assert [item.get("context_line") for item in told["stacktrace"]["frames"]] == ["table = read(<str>)", *[None] * 3]


def test_the_lines_around_are_the_authors_where_the_cell_is_published() -> None:
    frames = [{"filename": "<cell 3>", "fun_name": "<module>", "lineno": 5}]
    (told,) = sentry_event(stored(traceback=frames, source=SOURCE))["exception"]["values"][0]["stacktrace"]["frames"]
    lines = SOURCE.splitlines()
    assert (told["pre_context"], told["context_line"], told["post_context"]) == (lines[:4], lines[4], lines[5:])
    (without,) = sentry_event(stored(traceback=frames, first_line="import pandas as pd"))["exception"]["values"][0][
        "stacktrace"
    ]["frames"]
    assert "context_line" not in without  # the first line is not the one that failed


def test_a_chain_begins_with_what_it_came_from() -> None:
    chain = [
        {"error_name": "KeyError", "error_message": "<str>", "relation": "cause"},
        {"error_name": "OSError", "error_message": "gone", "relation": "context"},
        {"error_name": "ValueError", "error_message": "one", "relation": "member"},
    ]
    values = sentry_event(stored(error_name="ExceptionGroup", chain=chain))["exception"]["values"]
    shown = [(item["type"], item["mechanism"].get("parent_id"), item["mechanism"].get("source")) for item in values]
    assert shown == [
        ("ValueError", 0, "exceptions[]"),
        ("OSError", 1, "__context__"),
        ("KeyError", 0, "__cause__"),
        ("ExceptionGroup", None, None),
    ]


@pytest.mark.parametrize(
    ("release", "told"), [("1.3", "1.3"), (" a/b c\n", "a-b-c"), ("..", None), ("", None), (None, None)]
)
def test_a_release_has_a_name_that_sentry_takes(release: str | None, told: str | None) -> None:
    assert sentry_event(stored(release=release)).get("release") == told

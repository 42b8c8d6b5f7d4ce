"""The words and numbers that senders and receivers agree on stand in `contract.py`; what needs types agrees with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import yaml

from jupyter_errreport import contract
from jupyter_errreport.api.http.access import Access
from jupyter_errreport.api.receiving.validation import SentEvent
from jupyter_errreport.event import EventMessageType
from jupyter_errreport.store.schema import errors
from tests.support.runtimes import ROOT

OWN = {"fingerprint"}
"""Fields that a receiver completes where they are missing, and yet takes as missing."""


def test_an_event_has_the_fields_of_the_contract() -> None:
    assert set(get_type_hints(EventMessageType)) - {"former_fingerprint"} == set(contract.EVENT_FIELDS)


def test_a_client_may_send_the_fields_of_the_contract_and_leave_out_what_is_optional() -> None:
    hints = get_type_hints(SentEvent)
    assert set(hints) == set(contract.EVENT_FIELDS)
    assert {name for name, kind in hints.items() if type(None) in get_args(kind)} - OWN == set(contract.OPTIONAL_FIELDS)


def test_an_error_is_stored_with_the_fields_of_the_contract() -> None:
    kept_elsewhere, added = {"comments"}, {"identity", "text_id"}
    columns = {column.name: column.nullable for column in errors.c}
    called = {"group_id": "group"}
    assert {called.get(name, name) for name in columns} - added == set(contract.LISTED_FIELDS) - kept_elsewhere
    assert {name for name, nullable in columns.items() if nullable} == set(contract.OPTIONAL_FIELDS)


@pytest.mark.parametrize(
    ("column", "limit"),
    [
        ("error_name", contract.NAME_LIMIT),
        ("notebook", contract.NOTEBOOK_LIMIT),
        ("identity", contract.NOTEBOOK_LIMIT),
        ("language", contract.LANGUAGE_LIMIT),
        ("release", contract.RELEASE_LIMIT),
        ("kind", max(map(len, contract.KINDS))),
        ("policy", max(map(len, contract.POLICIES))),
    ],
)
def test_a_column_holds_what_the_contract_lets_through(column: str, limit: int) -> None:
    length = getattr(errors.c[column].type, "length", None)
    assert length is None or length >= limit


def test_types_of_words_are_the_contracts() -> None:
    assert set(get_args(Access)) == {"open", *contract.ROLES}
    assert all(reason.startswith(contract.LIMIT_PREFIX) for reason in contract.LIMIT_REASONS)


def python_files() -> list[Path]:
    found = [*(ROOT / "jupyter_errreport").rglob("*.py"), *(ROOT / "collector").rglob("*.py")]
    return [path for path in found if path.name != "contract.py" and "migrations" not in path.parts]


@pytest.mark.parametrize(
    "name", [name for name in vars(contract) if name.endswith(("_VARIABLE", "_HEADER", "_SCHEMA"))]
)
def test_a_variable_and_a_header_are_spelt_once(name: str) -> None:
    """What is only part of a longer word, or of a sentence for people, is another matter."""
    word = re.compile(rf"[\"']{re.escape(getattr(contract, name))}[\"']")
    assert [str(path.relative_to(ROOT)) for path in python_files() if word.search(path.read_text())] == []


@pytest.mark.parametrize("word", [*contract.LIMIT_REASONS, contract.TOO_MANY_SESSIONS])
def test_a_reason_is_spelt_once(word: str) -> None:
    assert [path.name for path in python_files() if f'"{word}"' in path.read_text()] == []


def test_a_limit_is_numbered_once() -> None:
    """Nobody else makes a number of a name that is the contract's."""
    limits = [name for name, value in vars(contract).items() if name.endswith("_LIMIT") and isinstance(value, int)]
    own = {"privacy/names.py": "NAME_LIMIT", "privacy/sources/format_strings.py": "NAME_LIMIT"}  # of other things
    own["privacy/line/shell_words.py"] = "LINE_LIMIT"
    given = {
        (path.relative_to(ROOT / "jupyter_errreport").as_posix(), name)
        for path in (ROOT / "jupyter_errreport").rglob("*.py")
        for name in limits
        if path.name != "contract.py" and re.search(rf"^{name} = ", path.read_text(), re.MULTILINE)
    }
    assert given == set(own.items())


def test_the_startup_file_asks_for_the_variables_of_the_contract() -> None:
    """It is read before anything of the package is imported."""
    asked = re.findall(
        r'"(JUPYTER_ERRREPORT\w*)"', (ROOT / "jupyter-config/startup/50-jupyter_errreport.py").read_text()
    )
    assert asked == [contract.URL_VARIABLE, contract.CONNECTION_VARIABLE]


def test_the_panel_has_its_words_from_the_contract() -> None:
    """Written by the build; by hand: `python labextension/write_contract.py`."""
    command = [sys.executable, "-c", "import sys, write_contract; sys.stdout.write(write_contract.text())"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'labextension'}:{ROOT}", "PYTHONIOENCODING": "utf-8"}
    wanted = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True, timeout=30)
    assert (ROOT / "labextension/src/contract.ts").read_text(encoding="utf-8") == wanted.stdout


def front_end_files() -> list[Path]:
    return [path for path in (ROOT / "labextension/src").rglob("*.ts*") if path.name != "contract.ts"]


@pytest.mark.parametrize("name", ["COMMENT_LIMIT", "DECISION_LIMIT", "ERROR_SCHEMA", "FRONT_END_TARGET"])
def test_the_panel_spells_no_limit_and_no_name_again(name: str) -> None:
    value = getattr(contract, name)
    spelt = re.compile(
        rf"(?<![\w/]){value}\b" if isinstance(value, int) else rf"(?<!load\()['\"]{re.escape(value)}['\"]"
    )
    assert [path.name for path in front_end_files() if spelt.search(path.read_text()) and path.name != "model.ts"] == []


def test_the_panel_knows_no_field_of_a_group_that_there_is_not() -> None:
    tokens = (ROOT / "labextension/src/tokens.ts").read_text()
    fields = re.findall(r"^  (\w+):", tokens.partition("interface IGroup {")[2].partition("\n}")[0], re.MULTILINE)
    assert fields and set(fields) <= set(contract.GROUP_FIELDS)


def test_the_event_that_front_ends_hear_is_the_contracts() -> None:
    schema = yaml.safe_load((ROOT / "jupyter_errreport/extension/error_event.yaml").read_text())
    assert schema["$id"] == contract.ERROR_SCHEMA
    assert set(schema["properties"]) <= set(contract.EVENT_FIELDS)
    assert re.findall(r"`(\w+)`", schema["properties"]["kind"]["description"]) == list(contract.KINDS)

"""`jupyter errreport publish`: what is sent, where, and what is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.command.publish import read_source
from jupyter_errreport.contract import BODY_LIMIT
from jupyter_errreport.publishing import Answer, CannotPublish, check_size, said
from jupyter_errreport.source import SOURCE_LIMIT, cell_hash
from jupyter_errreport.store.published.author_cells import failed_line
from tests.support import hostile
from tests.support.collectors import ADMIN, Collector
from tests.support.jupyter_servers import clean_environment
from tests.support.kernels import kernel
from tests.support.waiting import wait_for

JUPYTER = str(Path(sys.executable).with_name("jupyter"))
LOAD = "#@title Load\nresidues = open('/nowhere/smith.pdb')\n"


def code(source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": 7, **more}


def write(path: Path, *cells: dict[str, Any], language: str = "python") -> Path:
    metadata = {"kernelspec": {"name": "k", "display_name": "k", "language": language}}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}))
    return path


def test_the_code_cells_are_sent_in_order_and_nothing_else(tmp_path: Path) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "patient Smith"}
    words = {"cell_type": "markdown", "source": "Dear readers", "metadata": {}}
    cells = [code(["import dock\n", "dock"], outputs=[output]), words, code(LOAD), code("# only words")]
    assert read_source(str(write(tmp_path / "a.ipynb", *cells)), "1.0") == {
        "language": "python",
        "release": "1.0",
        "cells": [
            {"source": "import dock\ndock", "cell_hash": cell_hash("import dock\ndock")},
            {"source": LOAD, "cell_hash": cell_hash(LOAD)},
            {"source": "# only words"},
        ],
    }


@pytest.mark.parametrize(
    ("language", "source"), [("R", "x <- 'a'  # why"), ("julia", "f(x) = 1x"), ("bash", "cp 'a b' /nowhere")]
)
def test_the_hash_is_that_of_the_notebooks_language(tmp_path: Path, language: str, source: str) -> None:
    sent = read_source(str(write(tmp_path / "a.ipynb", code(source), language=language)))
    assert sent["language"] == language
    assert sent["cells"][0].get("cell_hash") == cell_hash(source, language)


@pytest.mark.parametrize("content", ["no json", "[]", '{"worksheets": []}', '{"cells": []}', "\udcff"])
def test_a_file_that_is_no_notebook_is_said_to_be_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(CannotPublish, match=r"can't be read as a notebook|has no code cells"):
        read_source(str(path))


def test_too_much_names_the_cells_that_are_to_blame() -> None:
    check_size([{"source": "x" * SOURCE_LIMIT}], BODY_LIMIT)
    with pytest.raises(CannotPublish, match=r"The longest: cell 2 \(100,001 characters\)\. .*Nothing was sent"):
        check_size([{"source": "a"}, {"source": "x" * (SOURCE_LIMIT + 1)}], 200_000)
    with pytest.raises(CannotPublish, match=r"The longest: cell 3 \(90,000 characters\), cell 1 "):
        check_size([{"source": "x" * 80_000}, {"source": "y"}, {"source": "z" * 90_000}], BODY_LIMIT + 1)


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL)
def test_a_collectors_words_are_text_in_the_terminal(text: str) -> None:
    with pytest.raises(CannotPublish) as problem:
        said(Answer(500, {"message": text}), text)
    shown = str(problem.value)
    assert hostile.MARK in shown
    assert not (hostile.CONTROLS | hostile.TURNING | {"\n"}) & set(shown)
    done = said(Answer(200, {"version": text, "errors": 0, "notebook": text, "similar": [text, text]}), text)
    assert hostile.MARK in done
    assert not (hostile.CONTROLS | hostile.TURNING | {"\n"}) & set(done)


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    collector = Collector(Path(sys.executable), tmp_path_factory.mktemp("collector"))
    yield collector
    collector.kill()


def publish(collector: Collector, *arguments: str, token: str = ADMIN, **environment: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    done = subprocess.run(
        [JUPYTER, "errreport", "publish", *arguments],
        env=clean_environment(
            collector.home,
            **{"JUPYTER_ERRREPORT_URL": collector.url, "JUPYTER_ERRREPORT_TOKEN": token, **environment},
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def make_token(collector: Collector, *arguments: str) -> str:
    command = [JUPYTER, "errreport", "token", "create", *arguments, f"--db={collector.db}"]
    environment = clean_environment(collector.home)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.needs("installed wheel")
def test_an_authors_token_publishes_and_equal_cells_make_no_new_version(collector: Collector, tmp_path: Path) -> None:
    path = str(write(tmp_path / "week 1.ipynb", code(LOAD)))
    token = make_token(collector, "--role=author", "--notebook=week*")
    status, out, err = publish(collector, path, "--release=1.0", token=token)
    assert (status, err) == (0, "")
    said_before, said_after = out.splitlines()
    host = collector.url.partition("://")[2]
    assert said_before.startswith(f"{path}: 1 code cell (")
    assert f'go to {host} as "week 1.ipynb"' in said_before
    assert "literals" in said_before
    assert said_after.startswith("Published as version 1.")
    assert "Nothing has changed since version 1" in publish(collector, path, token=token)[1]
    source = collector.read("notebooks/week%201.ipynb/source")
    assert (source["release"], [cell["source"] for cell in source["cells"]]) == ("1.0", [LOAD])
    by_arguments = ["--collector", collector.url, "--token", token]
    assert publish(collector, path, *by_arguments, token="", JUPYTER_ERRREPORT_URL="")[0] == 0
    assert publish(collector, path, "--name=week 2 ?", token=token)[0] == 0
    assert collector.read("notebooks/week%202%20%3F/source")["version"] == 1


@pytest.mark.needs("installed wheel")
def test_what_goes_wrong_is_said_with_what_to_do(collector: Collector, tmp_path: Path) -> None:
    path = str(write(tmp_path / "fold.ipynb", code("fold()")))
    read, week = make_token(collector, "--role=read"), make_token(collector, "--role=author", "--notebook=week*")
    for arguments, token, environment, words in (
        ([], "", {}, "JUPYTER_ERRREPORT_TOKEN"),
        ([], ADMIN, {"JUPYTER_ERRREPORT_URL": ""}, "--collector URL"),
        ([], "guess", {}, "answered 401"),
        ([], read, {}, "takes one of the role author"),
        ([], week, {}, "This token is for other notebooks"),
        (["--collector", collector.url + "/nowhere"], ADMIN, {}, "Is this the address of a collector"),
        (["--collector", "http://127.0.0.1:1"], ADMIN, {}, "127.0.0.1:1 could not be reached"),
        (["--collector", "https://["], ADMIN, {}, "could not be reached"),
    ):
        status, _, err = publish(collector, path, *arguments, token=token, **environment)
        assert status == 1, words
        assert words in err
        assert err.startswith("jupyter errreport publish: ")
        assert "Traceback" not in err
        assert not token or token not in err
    assert collector.get("notebooks/fold.ipynb/source", ADMIN).status_code == 404


@pytest.mark.needs("installed wheel")
def test_a_readers_error_is_found_in_the_published_cell_with_its_line(collector: Collector, tmp_path: Path) -> None:
    path = write(tmp_path / "lesson.ipynb", code("import os"), code(LOAD))
    assert publish(collector, str(path))[0] == 0
    theirs = LOAD.replace("/nowhere/smith.pdb", "/home/jones/secret.pdb")  # the same cell with another value
    environment = {"JUPYTER_ERRREPORT_URL": collector.url, "JUPYTER_ERRREPORT_NOTEBOOK": "lesson.ipynb"}
    with kernel(Path(sys.executable), {**environment, "HOME": str(tmp_path)}, cwd=tmp_path) as reader:
        reader.run(theirs)
        (error,) = wait_for(lambda: collector.errors(notebook="lesson.ipynb"), "the error")
    cells = collector.read("notebooks/lesson.ipynb/source")["cells"]
    assert [cell["number"] for cell in cells if cell["cell_hash"] == error["cell_hash"]] == [2]
    assert failed_line(error) == 2
    assert "jones" not in json.dumps(error)


@pytest.mark.needs("installed wheel")
def test_a_published_file_reaches_the_errors_of_the_name_that_its_author_gave(
    collector: Collector, tmp_path: Path
) -> None:
    path = write(tmp_path / "reach.ipynb", code("import os"), code(LOAD))
    enabled = f"from jupyter_errreport import ErrorServer; ErrorServer({collector.url!r}, notebook='reach').enable()"
    with kernel(Path(sys.executable), {"HOME": str(tmp_path)}, cwd=tmp_path) as reader:
        reader.run(enabled)
        reader.run(LOAD)
        (error,) = wait_for(lambda: collector.errors(notebook="reach"), "the error")
    status, out, err = publish(collector, str(path))
    assert (status, err) == (0, "")
    assert "no error" not in out.lower()
    page = collector.get(f"errors/{error['event_id']}", ADMIN, headers={"Accept": "text/html"}).text
    assert "In your notebook" in page


@pytest.mark.needs("installed wheel")
def test_without_errors_it_names_those_that_are_called_much_like_it(collector: Collector, tmp_path: Path) -> None:
    collector.post("errors", {"error_name": "E", "notebook": "optics 2026"})
    path = str(write(tmp_path / "optics.ipynb", code("import os")))
    for words in ("Published as version 1", "Nothing has changed"):
        out = publish(collector, path)[1]
        assert words in out
        assert 'So far no error has come under the name "optics". There are errors of "optics 2026"' in out
        assert "--name" in out


@pytest.mark.needs("installed wheel")
def test_the_command_is_there_and_its_help_says_what_leaves() -> None:
    command = [JUPYTER, "errreport", "publish", "--help"]
    shown = subprocess.run(command, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True, check=True)
    for word in ("no outputs", "--collector", "--token", "--name", "--release", "JUPYTER_ERRREPORT_TOKEN"):
        assert word in shown.stdout

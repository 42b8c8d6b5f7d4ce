import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest

from jupyter_errreport.contract import BODY_LIMIT, notebook_identity
from jupyter_errreport.source import SOURCE_LIMIT, cell_hash

from .server import ApiServer
from .test_receiving import problem

CELLS = [{"source": "import dock"}, {"source": "# only words"}, {"source": "dock.run('smith')"}]


def put(server: ApiServer, name: str = "dock", cells: Any = CELLS, **more: Any) -> Any:
    answer = server.put(f"notebooks/{quote(name, safe='')}/source", {"cells": cells, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_is_published_can_be_read_cell_by_cell(server: ApiServer) -> None:
    published = put(server, release="1.0")
    assert (published["version"], published["cells"], published["status"]) == (1, 3, "published")
    source = server.get("notebooks/dock/source").json()
    assert (source["version"], source["release"], source["language"]) == (1, "1.0", "python")
    assert source["cells"] == [
        {"number": 1, "cell_hash": cell_hash("import dock"), "source": "import dock"},
        {"number": 2, "cell_hash": None, "source": "# only words"},
        {"number": 3, "cell_hash": cell_hash("dock.run('smith')"), "source": "dock.run('smith')"},
    ]


def test_older_versions_can_be_read_too(server: ApiServer) -> None:
    put(server)
    assert put(server)["status"] == "unchanged"
    put(server, cells=CELLS[:1])
    source = server.get("notebooks/dock/source").json()
    assert [row["version"] for row in source["versions"]] == [2, 1]
    assert len(source["cells"]) == 1
    assert len(server.get("notebooks/dock/source?version=1").json()["cells"]) == 3
    problem(server.get("notebooks/dock/source?version=3"), 404, "unknown_source")
    problem(server.get("notebooks/dock/source?version=newest"), 400, "bad_version")
    problem(server.get("notebooks/dock/source?colour=red"), 400, "unknown_filter")


def test_other_languages_and_hashes_that_are_sent_are_kept(server: ApiServer) -> None:
    put(server, "r", [{"source": "x <- 'a' # why"}], language="R")
    (cell,) = server.get("notebooks/r/source").json()["cells"]
    assert cell["cell_hash"] == cell_hash("x <- 'a' # why", "R")
    put(server, "own", [{"source": "a", "cell_hash": "c0ffee"}])
    assert server.get("notebooks/own/source").json()["cells"][0]["cell_hash"] == "c0ffee"


def test_it_is_kept_under_the_name_that_its_errors_have(server: ApiServer) -> None:
    name = "2024-11-03 lab/dock.ipynb"
    server.post("errors", {"error_name": "E", "notebook": name})
    (error,) = server.get("errors").json()
    assert put(server, name)["notebook"] == notebook_identity(error["notebook"]) == "dock"
    for asked in (name, error["notebook"]):
        assert server.get(f"notebooks/{quote(asked, safe='')}/source").status_code == 200


def test_what_is_published_as_a_file_reaches_errors_under_the_authors_name(server: ApiServer) -> None:
    server.post("errors", {"error_name": "E", "notebook": "course", "cell_hash": cell_hash(CELLS[0]["source"])})
    assert put(server, "course.ipynb")["notebook"] == "course"
    (error,) = server.get("errors").json()
    page = server.get(f"errors/{error['event_id']}", headers={"Accept": "text/html"}).text
    assert "In your notebook" in page
    assert server.delete("notebooks/lessons%2Fcourse.ipynb/source").json() == {"deleted": 1}


def test_only_those_whose_token_is_for_the_notebook_publish_and_read(server: ApiServer) -> None:
    put(server, "fold")
    scope = {"X-Test-Scope": "dock*"}
    problem(server.put("notebooks/fold/source", {"cells": CELLS}, headers=scope), 403, "notebook_not_allowed")
    problem(server.get("notebooks/fold/source", headers=scope), 404, "unknown_source")
    problem(server.delete("notebooks/fold/source", headers=scope), 403, "notebook_not_allowed")
    assert server.put("notebooks/dock 1/source", {"cells": CELLS}, headers=scope).status_code == 200


def test_it_can_be_taken_back(server: ApiServer) -> None:
    put(server)
    put(server, cells=CELLS[:1])
    assert server.delete("notebooks/dock/source").json() == {"deleted": 2}
    problem(server.get("notebooks/dock/source"), 404, "unknown_source")
    problem(server.delete("notebooks/dock/source"), 404, "unknown_source")


def test_a_gzip_body_is_taken(server: ApiServer) -> None:
    body = gzip.compress(json.dumps({"cells": CELLS}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert server.put("notebooks/dock/source", data=body, headers=headers).json()["cells"] == 3


def test_too_much_is_413_and_says_what_to_do(server: ApiServer) -> None:
    cells = [{"source": "x" * 1_000} for _ in range(BODY_LIMIT // 1_000 + 1)]
    message = problem(server.put("notebooks/dock/source", {"cells": cells}), 413, "too_large")["message"]
    assert "256 KiB" in message
    assert "into files" in message
    bomb = gzip.compress(json.dumps({"cells": [{"source": " " * 10_000_000}]}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    problem(server.put("notebooks/dock/source", data=bomb, headers=headers), 413, "too_large")
    assert server.get("notebooks/dock/source").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "cells"),
        ({"cells": []}, "cells"),
        ({"cells": [{}]}, "cells[0].source"),
        ({"cells": [{"source": "a"}, {"source": 7}]}, "cells[...].source"),
        ({"cells": [{"source": "x" * (SOURCE_LIMIT + 1)}]}, "cells[...].source"),
        ({"cells": [{"source": "a"}] * 1_001}, "cells"),
        ({"cells": CELLS, "language": ""}, "language"),
        ({"cells": CELLS, "release": "x" * 101}, "release"),
    ],
)
def test_what_is_wrong_is_refused_by_the_fields_name(server: ApiServer, body: dict[str, Any], field: str) -> None:
    refused = problem(server.put("notebooks/dock/source", body), 400, "invalid_field")["field"]
    assert refused.replace("[0]", "[...]").replace("[1]", "[...]") == field.replace("[0]", "[...]")

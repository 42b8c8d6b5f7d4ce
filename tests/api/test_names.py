"""An author says that a name is their notebook, and takes it back: as data, and on the notebook's page."""

from typing import Any
from urllib.parse import quote

import pytest
import requests

from .server import ApiServer
from .test_receiving import problem

NOT_ALLOWED = "notebook_not_allowed"
PAGE = {"Accept": "text/html"}


def fail(server: ApiServer, notebook: str, **more: Any) -> None:
    assert server.post("errors", {"error_name": "E", "notebook": notebook, **more}).status_code == 200


def count(server: ApiServer, notebook: str) -> int:
    return len(server.get(f"errors?notebook={quote(notebook, safe='')}").json())


def decide(server: ApiServer, notebook: str, **fields: str) -> requests.Response:
    url = f"{server.url}notebooks/{quote(notebook, safe='')}/decide"
    return requests.post(url, data=fields, timeout=10, allow_redirects=False)


def test_a_name_is_joined_and_parted(server: ApiServer) -> None:
    fail(server, "course")
    fail(server, "my course.ipynb")
    joined = server.put("notebooks/course.ipynb/names/lab%2Fmy course.ipynb")
    assert joined.json() == {"name": "my course", "notebook": "course", "was": "my course", "moved": 1}
    assert count(server, "course") == count(server, "my course") == 2
    assert server.get("notebooks/my%20course").json()["notebook"] == "course"
    assert server.get("notebooks/course/names").json() == [{"name": "my course", "how": "said"}]
    assert [row["notebook"] for row in server.get("notebooks").json()] == ["course"]
    parted = server.delete("notebooks/course/names/my course")
    assert parted.json() == {"name": "my course", "notebook": "my course", "was": "course", "moved": 1}
    assert count(server, "course") == count(server, "my course") == 1


def test_lessons_that_look_like_copies_are_parted(server: ApiServer) -> None:
    for name in ("Lesson.ipynb", "Lesson (1).ipynb"):
        fail(server, name)
    assert count(server, "Lesson") == 2
    assert server.get("notebooks/Lesson/names").json() == [{"name": "Lesson (1)", "how": "copy"}]
    assert server.delete("notebooks/Lesson/names/Lesson (1)").json()["notebook"] == "Lesson (1)"
    assert count(server, "Lesson") == count(server, "Lesson (1).ipynb") == 1


def test_what_can_not_be_said_is_refused(server: ApiServer) -> None:
    fail(server, "course")
    problem(server.delete("notebooks/course/names/course"), 409, "bad_name")
    problem(server.put("notebooks/course/names/Untitled.ipynb"), 409, "bad_name")
    problem(server.delete("notebooks/course/names/nowhere"), 404, "unknown_name")
    problem(server.get("notebooks/nowhere/names"), 404, "unknown_notebook")


@pytest.mark.parametrize(
    ("notebook", "other"), [("fold", "dock 1"), ("dock 1", "fold"), ("dock 1", "never"), ("never", "dock 1")]
)
def test_it_takes_a_token_that_opens_both(server: ApiServer, notebook: str, other: str) -> None:
    for name in ("dock 1", "dock 2", "fold"):
        fail(server, name)
    scope = {"X-Test-Scope": "dock*"}
    for ask in (server.put, server.delete):
        problem(ask(f"notebooks/{notebook}/names/{other}", headers=scope), 404, "unknown_notebook")
    assert server.put("notebooks/dock 1/names/dock 2", headers=scope).status_code == 200
    assert count(server, "dock 1") == 2


def test_a_name_that_is_somebody_elses_notebook_by_now_is_theirs(server: ApiServer) -> None:
    for name in ("dock 1", "fold"):
        fail(server, name)
    server.put("notebooks/fold/names/dock 1")
    scope = {"X-Test-Scope": "dock*"}
    problem(server.get("notebooks/dock 1", headers=scope), 404, "unknown_notebook")
    problem(server.put("notebooks/dock 1/names/dock 2", headers=scope), 404, "unknown_notebook")
    cells = {"cells": [{"source": "x()"}]}
    problem(server.put("notebooks/dock 1/source", cells, headers=scope), 403, "notebook_not_allowed")
    problem(server.delete("notebooks/dock 1/source", headers=scope), 403, "notebook_not_allowed")
    assert server.post("errors", {"error_name": "E", "notebook": "dock 1"}, headers=scope).status_code == 200
    assert count(server, "fold") == 3


def test_a_lesson_of_its_own_has_a_token_of_its_own(server: ApiServer) -> None:
    for name in ("Lesson", "Lesson (1)"):
        fail(server, name)
    server.delete("notebooks/Lesson/names/Lesson (1)")
    scope = {"X-Test-Scope": "Lesson (1)"}
    assert server.post("errors", {"error_name": "E", "notebook": "Lesson (1).ipynb"}, headers=scope).status_code == 200
    problem(server.post("errors", {"error_name": "E", "notebook": "Lesson.ipynb"}, headers=scope), 403, NOT_ALLOWED)
    cells = {"cells": [{"source": "x()"}]}
    assert server.put("notebooks/Lesson (1)/source", cells, headers=scope).json()["notebook"] == "Lesson (1)"
    problem(server.put("notebooks/Lesson/source", cells, headers=scope), 403, NOT_ALLOWED)
    assert [row["notebook"] for row in server.get("notebooks", headers=scope).json()] == ["Lesson (1)"]
    assert len(server.get("errors", headers=scope).json()) == 2
    server.put("notebooks/Lesson/names/Lesson (1)")
    problem(server.put("notebooks/Lesson (1)/source", cells, headers=scope), 403, NOT_ALLOWED)
    assert server.get("errors", headers=scope).json() == []


def test_who_may_see_only_one_of_the_parts_parts_nothing(server: ApiServer) -> None:
    for name in ("Lesson", "Lesson (1)"):
        fail(server, name)
    scope = {"X-Test-Scope": "Lesson"}
    problem(server.delete("notebooks/Lesson/names/Lesson (1)", headers=scope), 404, "unknown_notebook")
    assert count(server, "Lesson") == 2


def test_the_page_has_buttons_for_it_that_need_no_script(server: ApiServer) -> None:
    fail(server, "course")
    fail(server, "<i>lab")
    page = server.get("notebooks/course", headers=PAGE).text
    assert '<option value="&lt;i&gt;lab">' in page
    answer = decide(server, "course", action="join", name="<i>lab")
    assert (answer.status_code, answer.headers["Location"]) == (303, "../course")
    page = server.get("notebooks/course", headers=PAGE).text
    assert "as an author says" in page
    assert "<i>lab" not in page
    assert decide(server, "course", action="part", name="<i>lab").headers["Location"] == "../course"
    assert count(server, "course") == 1
    problem(decide(server, "course", action="part", name="nowhere"), 404, "unknown_name")
    problem(decide(server, "course", action="rename", name="x"), 400, "bad_action")
    problem(decide(server, "course", action="join", name=" "), 400, "bad_action")


def test_a_page_without_errors_says_which_names_are_much_like_it(server: ApiServer) -> None:
    fail(server, "thermodynamics 2026")
    cells = [{"source": "x()"}]
    published = server.put("notebooks/thermodynamics/source", {"cells": cells}).json()
    assert (published["errors"], published["similar"]) == (0, ["thermodynamics 2026"])
    page = server.get("notebooks/thermodynamics", headers=PAGE).text
    assert "No error has come under this name so far" in page
    assert '<a href="../notebooks/thermodynamics%202026">' in page
    assert server.get("notebooks/thermodynamics").json()["count"] == 0
    decide(server, "thermodynamics", action="join", name="thermodynamics 2026")
    assert count(server, "thermodynamics") == 1
    published = server.put("notebooks/thermodynamics/source", {"cells": cells}).json()
    assert (published["status"], published["errors"], published["similar"]) == ("unchanged", 1, [])

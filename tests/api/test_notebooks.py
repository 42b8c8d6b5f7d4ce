from urllib.parse import quote, urljoin

from .server import ApiServer
from .test_receiving import problem


def listed(server: ApiServer, query: str = "", scope: str | None = None) -> list[str]:
    headers = {"X-Test-Scope": scope} if scope else {}
    return [notebook["notebook"] for notebook in server.get(f"notebooks?{query}", headers=headers).json()]


def test_the_notebook_of_which_something_was_heard_last_comes_first(server: ApiServer) -> None:
    for name in ("dock 1", "fold", "Dock 2"):
        server.post("errors", {"error_name": "E", "notebook": name})
    server.post("sessions", {"notebook": "fold"})
    assert listed(server) == ["fold", "Dock 2", "dock 1"]
    assert listed(server, "q=DOCK") == ["Dock 2", "dock 1"]
    assert listed(server, scope="dock*") == ["dock 1"]
    url, seen = f"{server.url}notebooks?limit=1", []
    while url:
        answer = server.get(url.removeprefix(server.url))
        seen += [notebook["notebook"] for notebook in answer.json()]
        following = answer.links.get("next")
        url = urljoin(url, following["url"]) if following else ""
    assert seen == listed(server)


def test_the_share_without_an_error_says_how_much_it_can_say(server: ApiServer) -> None:
    server.post("errors", {"error_name": "E", "notebook": "dock"})
    assert server.get("notebooks/dock").json()["error_free"] is None
    opened = [server.post("sessions", {"notebook": "dock"}).json()["session"] for _ in range(4)]
    server.post("errors", {"error_name": "E", "notebook": "dock", "session": opened[0]})
    found = server.get("notebooks/dock").json()
    assert (found["sessions"], found["failed_sessions"]) == (4, 1)
    assert found["error_free"]["share"] == 0.75
    assert 0 < found["error_free"]["low"] < 0.5 < 0.9 < found["error_free"]["high"] < 1


def test_one_notebook_has_its_cells_in_order_and_its_releases(server: ApiServer) -> None:
    for number, release in ((7, "1.0"), (2, "1.1"), (2, "1.1")):
        server.post("errors", {"error_name": "E", "notebook": "dock", "execution_count": number, "release": release})
    found = server.get("notebooks/dock").json()
    assert [(cell["cell"], cell["count"]) for cell in found["cells"]] == [("[2]", 2), ("[7]", 1)]
    assert [(row["release"], row["count"]) for row in found["releases"]] == [("1.0", 1), ("1.1", 2)]


def test_copies_under_other_names_are_one_notebook(server: ApiServer) -> None:
    for name in ("dock", "week 1/dock.ipynb", "Copy of dock.ipynb", "dock (1).ipynb", "dock-Copy1.ipynb"):
        server.post("errors", {"error_name": "E", "notebook": name})
        server.post("sessions", {"notebook": name})
        found = server.get(f"notebooks/{quote(name, safe='')}").json()
        assert found["notebook"] == "dock"
    assert (found["count"], found["sessions"]) == (5, 5)
    assert len(server.get("errors?notebook=lessons/dock.ipynb").json()) == 5
    assert len(server.get("sessions?notebook=dock").json()) == 5
    assert {error["notebook"] for error in server.get("errors").json()} >= {"dock", "Copy of dock.ipynb"}


def test_a_name_may_hold_anything(server: ApiServer) -> None:
    for name in ("week 1: dock", "a?b#c%2F", "ünïcode 🧬", "..", "source"):
        server.post("errors", {"error_name": "E", "notebook": name})
        assert server.get(f"notebooks/{quote(name, safe='').replace('.', '%2E')}").json()["notebook"] == name


def test_a_session_counts_for_the_name_that_its_errors_have(server: ApiServer) -> None:
    server.post("sessions", {"notebook": "2024-11-03 lab.ipynb"})
    server.post("errors", {"error_name": "E", "notebook": "2024-11-03 lab.ipynb"})
    (notebook,) = server.get("notebooks").json()
    assert (notebook["notebook"], notebook["sessions"], notebook["count"]) == ("<date> lab", 1, 1)


def test_unknown_notebooks_and_those_of_others_are_404(server: ApiServer) -> None:
    server.post("errors", {"error_name": "E", "notebook": "fold"})
    problem(server.get("notebooks/nope"), 404, "unknown_notebook")
    problem(server.get("notebooks/fold", headers={"X-Test-Scope": "dock*"}), 404, "unknown_notebook")
    problem(server.get("notebooks?status=open"), 400, "unknown_filter")

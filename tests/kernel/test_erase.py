"""`%errreport erase`: a reader takes back the errors of their session, from everybody who has them."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_errreport.event import public_session
from tests.support.kernels import kernel
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for


def erased(to: Receiver) -> list[str]:
    """The paths that it was asked to delete."""
    return [path for path, _, _ in to.requests if path.rpartition("/")[2] in to.deleted]


def test_the_session_is_erased_at_each_receiver_by_the_key_that_it_has_there(python: Path, tmp_path: Path) -> None:
    with receiver() as author, receiver() as server:
        connection = tmp_path / "connection.json"
        connection.write_text(json.dumps({"url": server.url + "/errreport", "key": "the-key"}))
        connection.chmod(0o600)
        environment = {"HOME": str(tmp_path), "JUPYTER_ERRREPORT_CONNECTION": str(connection)}
        with kernel(python, environment) as running:
            running.run(
                "from jupyter_errreport import ErrorServer\n"
                f"es = ErrorServer(url={author.url!r}, notebook='dock')\nes.enable();"
            )
            running.run("1 / 0")
            wait_for(lambda: author.events and server.events, "the error, at both")
            said = running.run("%errreport erase").text
            assert "Erased at" in said
            assert "this Jupyter server" in said
            for to, prefix in ((author, ""), (server, "/errreport")):
                (path,) = erased(to)
                assert path.startswith(f"{prefix}/sessions/")
                (key,) = to.deleted
                assert public_session(key) == to.events[0]["session"]
                assert key not in said
            running.run("int('x')")
            assert "captured 1" in running.run("%errreport status").text
            assert len(author.events) == len(server.events) == 1


def test_who_does_not_erase_is_named(python: Path, tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "JUPYTER_ERRREPORT_NOTEBOOK": "dock"}
    with receiver() as to, kernel(python, {**environment, "JUPYTER_ERRREPORT_URL": to.url}) as running:
        running.run("1 / 0")
        wait_for(lambda: to.events, "the error")
        to.answer = 503
        said = running.run("%errreport erase").text
        assert "answered 503" in said
        assert "again later" in said
        to.answer = 404  # it knows nothing of it
        assert "Erased at" in running.run("%errreport erase").text

"""What a notebook's author pastes: the reporters, against real receivers, working and not."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.support.kernels import Kernel, kernel
from tests.support.receiver import receiver
from tests.support.waiting import wait_for

ENABLE = "from jupyter_errreport import ErrorServer\nes = ErrorServer(url={url!r}, notebook='dock')\nes.enable()"


def enabled(running: Kernel, url: str) -> str:
    """Enable in a cell, as an author does; what the reader sees."""
    run = running.run(ENABLE.format(url=url))
    assert run.status == "ok"
    assert run.text == ""
    return run.results[0]


def test_the_notice_says_to_whom_what_and_how_to_stop(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        notice = enabled(running, to.url)
        assert to.url.split("//")[1] in notice
        assert '"error_name"' in notice
        assert '"notebook": "dock"' in notice
        assert "%errreport off" in notice
        key = running.run("print(es.uuid)").text.strip()
        assert key not in notice


def test_an_error_goes_to_the_authors_collector_under_its_name(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        enabled(running, to.url)
        running.run("# step 2\nint('Smith')")
        wait_for(lambda: to.events, "the error")
        assert to.events[0]["notebook"] == "dock"
        assert to.events[0]["first_line"] == "# step 2"
        sessions = [json.loads(body) for path, _, body in to.requests if path == "/sessions"]
        assert [session["notebook"] for session in sessions] == ["dock"]
        errors = running.run("print([e['error_name'] for e in es.retrieve_errors()])").text
        assert errors.strip() == "['ValueError']"
        assert any(path == f"/usages/{sessions[0]['uuid']}" for path, _, _ in to.requests)


def test_an_error_in_the_cell_that_enables_arrives_once(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        count = running.run("# all in one\n" + ENABLE.format(url=to.url) + "\n1 / 0").execution_count
        assert "All sent." in running.run("%errreport flush").text
        assert [(e["execution_count"], e["first_line"], e["kind"]) for e in to.events] == [
            (count, "# all in one", "cell")
        ]


def test_enabling_twice_reports_once(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        enabled(running, to.url)
        enabled(running, to.url)
        running.run("1 / 0")
        running.run("%errreport flush")
        assert len(to.events) == 1


def test_one_receiver_that_author_and_environment_name_gets_an_error_once(python: Path) -> None:
    with receiver() as to, kernel(python, {"JUPYTER_ERRREPORT_URL": to.url + "/"}) as running:
        enabled(running, to.url)
        running.run("1 / 0")
        running.run("%errreport flush")
        assert [event["notebook"] for event in to.events] == ["dock"]


def test_two_receivers_get_the_same_error_under_one_id(python: Path) -> None:
    with receiver() as author, receiver() as machine:
        with kernel(
            python, {"JUPYTER_ERRREPORT_URL": machine.url, "JUPYTER_ERRREPORT_NOTEBOOK": "file.ipynb"}
        ) as running:
            enabled(running, author.url)
            running.run("1 / 0")
            running.run("%errreport flush")
        assert author.ids() == machine.ids()
        assert [event["notebook"] for event in author.events + machine.events] == ["dock", "file.ipynb"]
        assert author.events[0]["session"] != machine.events[0]["session"]


def test_disable_ends_it(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        enabled(running, to.url)
        running.run("es.disable()\n")
        running.run("1 / 0")
        running.run("%errreport flush")
        assert to.events == []


def test_off_forgets_what_was_not_sent_and_on_reports_again(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        to.answer = 500
        enabled(running, to.url)
        running.run("int('first')")
        wait_for(lambda: "answered 500" in running.run("%errreport status").text, "the refusal")
        assert "Off" in running.run("%errreport off").text
        to.answer = 200
        running.run("int('second')")
        running.run("%errreport on")
        running.run("# third\nint('third')")
        assert "All sent." in running.run("%errreport flush").text
        assert [event["first_line"] for event in to.events] == ["# third"]


def test_what_was_captured_before_off_does_not_leave_after_on(python: Path) -> None:
    """Off and on within one cell, while the worker still waits for the kernel's reply."""
    with receiver() as to, kernel(python) as running:
        enabled(running, to.url)
        running.run(
            "import jupyter_errreport.kernel.worker as worker, time\nworker.START_DELAY = 1.0\n"
            "ip = get_ipython()\nip.run_cell('int(1, 2, 3)')\n"
            "while not vars(ip)['_errreport_reporting'].worker._hurry._cond._waiters:\n    time.sleep(0.01)\n"
            "ip.run_line_magic('errreport', 'off')\nip.run_line_magic('errreport', 'on')"
        )
        running.run("# after\nint('x')")
        assert "All sent." in running.run("%errreport flush").text
        assert [event["first_line"] for event in to.events] == ["# after"]


AWAY = ["http://127.0.0.1:9", "nonsense"]
"""Addresses at which nobody is; what is for them waits."""


@pytest.mark.parametrize("url", [*AWAY, "http://", "https://[", "", "ftp://example.org", "http://a b"])
def test_a_wrong_url_does_not_trouble_the_reader(python: Path, url: str) -> None:
    with kernel(python) as running:
        enabled(running, url)
        run = running.run("1 / 0")
        assert [error["ename"] for error in run.errors] == ["ZeroDivisionError"]
        assert run.text == ""
        # What is no address is refused, so nothing waits for it.
        assert running.run("print(es.flush(timeout=1))").text.strip() == str(url not in AWAY)
        good = running.run("print('good')")
        assert (good.text, good.errors) == ("good\n", [])
        asked = running.run(
            "try:\n    es.retrieve_errors(timeout=1)\nexcept ConnectionError as e:\n    print('asked:', e)"
        )
        assert "asked:" in asked.text


def test_a_server_that_hangs_delays_no_cell(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        to.hang.set()
        try:
            enabled(running, to.url)
            running.run("1 / 0")
            # The kernel answers while the request hangs: no reply waits for it.
            wait_for(lambda: to.requests, "the request")
            assert running.run("print('answers')", timeout=8).text == "answers\n"
            assert running.run("1 / 0", timeout=8).status == "error"
        finally:
            to.hang.clear()


def test_what_was_refused_for_the_moment_is_sent_again(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        to.answer = 503
        enabled(running, to.url)
        running.run("1 / 0")
        wait_for(lambda: any(path == "/errors" for path, _, _ in to.requests), "a refused attempt")
        to.answer = 200
        wait_for(lambda: to.events, "the error, tried again")
        assert len(to.events) == 1


def test_no_password_of_the_readers_is_sent_instead_of_the_token(python: Path, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login reader password hunter2\n")
    (tmp_path / ".netrc").chmod(0o600)
    environment = {"HOME": str(tmp_path), "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    with receiver() as to, kernel(python, environment) as running:
        running.run(
            f"from jupyter_errreport import ErrorServer\n"
            f"ErrorServer(url={to.url!r}, notebook='dock', token='the-token').enable();"
        )
        running.run("1 / 0")
        wait_for(lambda: to.events, "the error")
        sent = {headers.get("Authorization") for _, headers, _ in to.requests}
        assert sent == {"Bearer the-token"}


@pytest.mark.parametrize("role", ["read", "author", "admin"])
def test_a_token_that_opens_more_than_reporting_is_not_taken_into_a_notebook(python: Path, role: str) -> None:
    with receiver() as to:
        configured = {"JUPYTER_ERRREPORT_URL": to.url, "JUPYTER_ERRREPORT_TOKEN": f"{role}_configured"}
        with kernel(python, configured) as running:
            run = running.run(
                "from jupyter_errreport import ErrorServer\n"
                f"es = ErrorServer(url={to.url!r}, notebook='dock', token='{role}_of-the-author')\nes.enable()"
            )
            assert run.status == "ok"
            assert f"role {role}" in run.results[0]
            assert "token create --role report" in run.results[0]
            assert "of-the-author" not in run.results[0]
            running.run("%load_ext jupyter_errreport")
            running.run("1 / 0")
            running.run("%errreport flush")
            status = running.run("%errreport status").text
            assert f"role {role}" in status
            assert to.requests == []


@pytest.mark.parametrize("token", ["report_abc", "no-role-of-ours", "readers_own", "of_before"])
def test_other_tokens_are_taken(python: Path, token: str) -> None:
    with receiver() as to, kernel(python) as running:
        running.run(
            f"from jupyter_errreport import ErrorServer\n"
            f"ErrorServer(url={to.url!r}, notebook='dock', token={token!r}).enable();"
        )
        running.run("1 / 0")
        wait_for(lambda: to.events, "the error")
        assert {headers.get("Authorization") for _, headers, _ in to.requests} == {f"Bearer {token}"}


def test_slack_gets_a_message_that_slack_takes(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        run = running.run(
            "from jupyter_errreport import ErrorSlack\n"
            f"es = ErrorSlack(slack_webhook='{to.url}/services/T/B/secret', notebook='dock <!channel>')\nes.enable()"
        )
        assert "secret" not in run.results[0]
        running.run("# <!channel> & *bold*\n1 / 0")
        running.run("%errreport flush")
        _, headers, body = to.requests[0]
        message = json.loads(body)
        assert headers["Content-Type"] == "application/json"
        assert "ZeroDivisionError" in message["text"]
        assert "<!channel>" not in body.decode()
        assert len(to.requests) == 1


def test_a_store_keeps_errors_whole_in_the_kernel(python: Path) -> None:
    with kernel(python) as running:
        running.run("from jupyter_errreport import ErrorStore\nstore = ErrorStore()\nstore.enable()")
        count = running.run("# whole\nint('Smith')").execution_count
        kept = running.run(
            "d = store.error_details[0]\n"
            "print(len(store.error_details), d['error_name'], d['error_message'], d['first_line'],"
            " d['execution_count'], type(d['error']).__name__, sorted(d['traceback'][0]))"
        )
        assert kept.text.split(" ", 1)[1].strip() == (
            f"ValueError invalid literal for int() with base 10: 'Smith' # whole {count} ValueError"
            " ['filename', 'fun_name', 'lineno']"
        )


def test_the_types_of_the_predecessor_are_there(python: Path) -> None:
    with kernel(python) as running:
        names = running.run(
            "from jupyter_errreport import EventMessageType, TracebackDetailsType\n"
            "print(sorted(EventMessageType.__annotations__)); print(TracebackDetailsType.__annotations__)"
        )
        for field in ("error_name", "error_message", "traceback", "first_line", "execution_count", "notebook"):
            assert f"'{field}'" in names.text
        assert "{'filename': <class 'str'>, 'fun_name': <class 'str'>, 'lineno': <class 'int'>}" in names.text


def test_a_port_that_nobody_listens_at_is_told_in_the_status(python: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with kernel(python) as running:
            enabled(running, f"http://127.0.0.1:{port}")
            running.run("1 / 0")
            running.run("%errreport flush")
            status = running.run("%errreport status").text
            assert "waiting 1" in status
            assert "could not be reached" in status

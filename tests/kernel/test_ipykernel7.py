"""What only ipykernel 7 has: subshells, threads in which cells run beside the main one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.kernels import kernel
from tests.support.receiver import receiver
from tests.support.waiting import wait_for


@pytest.fixture
def python(runtime_python: Callable[[str], Path]) -> Path:
    return runtime_python("ipython9")


def test_an_error_in_a_subshell_arrives_once(python: Path) -> None:
    with receiver() as to, kernel(python, {"JUPYTER_ERRREPORT_URL": to.url}) as running:
        session = running.client.session
        create = session.msg("create_subshell_request", {})
        running.client.control_channel.send(create)
        reply = running.client.get_control_msg(timeout=30)
        subshell = reply["content"]["subshell_id"]
        request = session.msg(
            "execute_request",
            {
                "code": "# in a place of its own\nimport threading\nname = threading.current_thread().name\n1 / 0",
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": True,
            },
        )
        request["header"]["subshell_id"] = subshell
        running.client.shell_channel.send(request)
        wait_for(lambda: to.events, "the error of the subshell")
        assert "subshell-" in running.run("print(name)").text
        running.run("%errreport flush")
    assert [event["error_name"] for event in to.events] == ["ZeroDivisionError"]
    assert to.events[0]["first_line"] == "# in a place of its own"
    assert to.events[0]["kind"] == "cell"
    assert to.events[0]["execution_count"] > 0

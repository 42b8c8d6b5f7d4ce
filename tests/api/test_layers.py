import subprocess
import sys

import pytest

from tests.support.runtimes import ROOT


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("jupyter_errreport.store", ("tornado", "jinja2", "jupyter_server", "errreport_collector", "IPython")),
        ("jupyter_errreport.forwarding", ("tornado", "jinja2", "jupyter_server", "errreport_collector", "IPython")),
        ("jupyter_errreport.delivery", ("tornado", "sqlalchemy", "requests", "jupyter_errreport.store")),
        ("jupyter_errreport.web.pages", ("tornado", "sqlalchemy", "jupyter_server", "IPython")),
        ("jupyter_errreport.api", ("jupyter_server", "errreport_collector", "IPython")),
        ("errreport_collector.application", ("jupyter_server", "IPython")),
        ("jupyter_errreport.command.collector", ("errreport_collector", "tornado", "sqlalchemy")),
        ("jupyter_errreport.command.token", ("errreport_collector", "tornado", "sqlalchemy")),
    ],
)
def test_a_module_knows_only_what_is_below_it(module: str, never: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*(name for name in {never!r} if name in sys.modules))"
    command = [sys.executable, "-c", code]
    path = f"{ROOT}:{ROOT / 'collector'}"
    found = subprocess.run(command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=True, timeout=30)
    assert found.stdout.split() == []

"""`pip install` into an empty environment with JupyterLab: on, off, on again, and gone without a trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.jupyter_servers import clean_environment, jupyter_server
from tests.support.waiting import wait_for

COLAB = (
    "ipython==7.34.0",
    "ipykernel==6.17.1",
    "jupyter_client==7.4.9",
    "jupyter_server==2.14.0",
    "notebook==6.5.7",
    "tornado==6.5.1",
    "traitlets==5.7.1",
    "requests==2.32.4",
    "sqlalchemy==2.0.43",
    "jinja2==3.1.6",
    "setuptools<81",
)


class Environment:
    """A virtual environment and an empty HOME."""

    def __init__(self, folder: Path) -> None:
        self.prefix, self.home = folder / "env", folder / "home"
        self.home.mkdir()
        venv.create(self.prefix, with_pip=True, symlinks=True)
        self.python = self.prefix / "bin" / "python"

    def run(self, *command: str, check: bool = True) -> str:
        """What a command of this environment prints, errors too."""
        process = subprocess.run(
            [str(self.prefix / "bin" / command[0]), *command[1:]],
            env={**clean_environment(self.home), "PATH": f"{self.prefix / 'bin'}{os.pathsep}{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.home,
        )
        assert not check or process.returncode == 0, process.stdout
        return process.stdout

    def pip(self, *arguments: str) -> str:
        # Not compiled, which takes longer than all else: what is imported is when it is.
        quick = ("--no-compile",) if arguments[0] == "install" else ()
        return self.run("python", "-m", "pip", "--disable-pip-version-check", arguments[0], *quick, *arguments[1:])

    def files(self) -> set[str]:
        """Every file that is no byte code."""
        return {
            str(path.relative_to(self.prefix))
            for path in self.prefix.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    def packages(self) -> set[str]:
        return {line for line in self.pip("freeze").splitlines() if not line.startswith("jupyter-errreport")}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    environment = Environment(tmp_path_factory.mktemp("lab"))
    environment.pip("install", "-q", "jupyterlab")
    return environment


@pytest.fixture
def installed(lab: Environment, wheel: Path) -> Iterator[Environment]:
    lab.pip("install", "-q", str(wheel))
    yield lab
    lab.pip("uninstall", "-q", "-y", "jupyter-errreport")


def test_it_is_on_can_be_turned_off_and_on(installed: Environment, tmp_path: Path) -> None:
    listing = installed.run("jupyter", "server", "extension", "list")
    assert "jupyter_errreport enabled" in listing.replace("\x1b[32m", "").replace("\x1b[0m", "")
    assert listing.count("X is") == 0
    with jupyter_server(installed.python, tmp_path / "on") as server, server.notebook("n.ipynb") as notebook:
        notebook.run("1 / 0")
        assert [error["notebook"] for error in wait_for(server.errors, "the error")] == ["n.ipynb"]

    installed.run("jupyter", "server", "extension", "disable", "jupyter_errreport")
    with jupyter_server(installed.python, tmp_path / "off") as server:
        assert server.get("/errreport/errors").status_code == 404
        with server.notebook() as notebook:
            notebook.run("1 / 0")
            loaded = notebook.run("import sys; print([name for name in sys.modules if 'errreport' in name])")
            assert loaded.strip() == "[]"
        assert not list((tmp_path / "off").rglob("*errreport*"))

    installed.run("jupyter", "server", "extension", "enable", "jupyter_errreport")
    with jupyter_server(installed.python, tmp_path / "again") as server, server.notebook() as notebook:
        notebook.run("1 / 0")
        wait_for(server.errors, "the error")


def test_uninstalling_leaves_nothing_behind(lab: Environment, wheel: Path) -> None:
    files, packages = lab.files(), lab.packages()
    lab.pip("install", "-q", "--no-deps", str(wheel))
    assert lab.files() > files
    lab.pip("uninstall", "-q", "-y", "jupyter-errreport")
    assert lab.files() == files
    assert lab.packages() >= packages


def test_a_kernel_of_another_environment_is_named_and_mended(
    installed: Environment, tmp_path: Path, runtime_python: Callable[[str], Path]
) -> None:
    other = Environment(tmp_path)
    other.pip("install", "-q", "ipykernel")
    kernels = installed.home / ".local" / "share" / "jupyter" / "kernels"
    for name, argv, language in (
        ("other", [str(other.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "python"),
        ("ir", ["R", "-e", "IRkernel::main()"], "R"),
        ("gone", [str(tmp_path / "no-python"), "-f", "{connection_file}"], "python"),
    ):
        (kernels / name).mkdir(parents=True)
        spec = {"argv": argv, "display_name": name, "language": language}
        (kernels / name / "kernel.json").write_text(json.dumps(spec))

    def status() -> dict[str, str]:
        lines = installed.run("jupyter", "errreport", "hook", "status").splitlines()
        return {
            line.split(None, 1)[0]: line.split(None, 1)[1] for line in lines if line and line[0] != " " and " " in line
        }

    before = status()
    assert before["python3"].startswith("caught by hook")
    assert before["other"].startswith("seen by the server only")
    assert "jupyter errreport hook install --kernel other" in before["other"]
    assert before["ir"].startswith("seen by the server only")
    assert before["gone"].startswith("not known")

    files = other.files()
    installed.run("jupyter", "errreport", "hook", "install", "--kernel", "other")
    assert status()["other"].startswith("caught by hook")
    with (
        jupyter_server(installed.python, tmp_path / "served", JUPYTER_PATH=str(kernels.parent)) as server,
        server.notebook("other.ipynb", "other") as notebook,
    ):
        assert notebook.run("import sys; print(sys.prefix)").strip() == str(other.prefix)
        notebook.run("1 / 0")
        assert [error["notebook"] for error in wait_for(server.errors, "the error")] == ["other.ipynb"]
        # Not seen by the server only, which would report it too where the hook can't be loaded.
        assert notebook.run("print('jupyter_errreport.kernel.hook' in sys.modules)").strip() == "True"
        names = notebook.run("print([name for name in dir() if 'err' in name or 'from' in name])")
        assert names.strip() == "[]"
    installed.run("jupyter", "errreport", "hook", "uninstall", "--kernel", "other")
    assert {name for name in other.files() if "errreport" in name} == {name for name in files if "errreport" in name}
    assert status()["other"].startswith("seen by the server only")
    installed.run("jupyter", "server", "extension", "disable", "jupyter_errreport")
    assert status()["other"].startswith("not seen")
    installed.run("jupyter", "server", "extension", "enable", "jupyter_errreport")


def test_an_unknown_kernel_is_a_sentence_and_a_status(installed: Environment) -> None:
    output = installed.run("jupyter", "errreport", "hook", "install", "--kernel", "nothing", check=False)
    assert "there is no kernelspec 'nothing'" in output
    assert "Traceback" not in output


def test_nothing_of_colabs_is_changed(tmp_path: Path, wheel: Path) -> None:
    environment = Environment(tmp_path)
    environment.pip("install", "-q", *COLAB)
    before = environment.packages()
    environment.pip("install", "-q", str(wheel))
    after = environment.packages()
    assert before <= after
    changed = {line.split("==")[0].lower() for line in after - before}
    assert changed <= {"alembic", "mako", "msgspec", "tomli", "typing_extensions", "greenlet"}


def test_nothing_of_the_legacy_runtime_is_changed(runtime_python: Callable[[str], Path], wheel: Path) -> None:
    pip = [str(runtime_python("ipython5")), "-m", "pip", "--disable-pip-version-check"]

    def packages() -> set[str]:
        lines = subprocess.run([*pip, "freeze"], capture_output=True, text=True, check=True).stdout.splitlines()
        return {line for line in lines if "errreport" not in line}

    before = packages()
    # With its dependencies this time.
    subprocess.run([*pip, "install", "-q", str(wheel)], check=True)
    assert packages() == before


def test_the_command_says_what_a_kernel_only_environment_lacks(runtime_python: Callable[[str], Path]) -> None:
    command = runtime_python("ipython8").parent / "jupyter-errreport"
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.strip()
    process = subprocess.run([command, "collector"], capture_output=True, text=True)
    assert process.returncode != 0
    assert "is not installed here" in process.stderr
    assert "Traceback" not in process.stderr


def test_the_runtimes_are_no_editable_installs(runtime_python: Callable[[str], Path]) -> None:
    """What the other tests prove of a `--no-deps` install they prove of the wheel."""
    code = "import jupyter_errreport; print(jupyter_errreport.__file__)"
    where = subprocess.run([runtime_python("ipython8"), "-c", code], capture_output=True, text=True, check=True).stdout
    assert "site-packages" in where
    missing = subprocess.run([runtime_python("ipython8"), "-c", "import jupyter_server"], capture_output=True)
    assert missing.returncode != 0
    assert sys.prefix not in where or "runtimes" in where

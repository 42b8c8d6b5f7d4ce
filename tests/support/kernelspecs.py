"""Kernelspecs of other languages and environments, where a Jupyter server of the tests finds them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.runtimes import BY_NAME

IPYKERNEL = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
R = ["R", "--slave", "-e", "IRkernel::main()", "--args", "{connection_file}"]


def write_kernelspec(folder: Path, name: str, argv: list[str], language: str, **env: str) -> None:
    """A kernelspec in `folder`, which the server's JUPYTER_PATH names."""
    place = folder / "kernels" / name
    place.mkdir(parents=True)
    spec = {"argv": argv, "display_name": name, "language": language, "env": env}
    (place / "kernel.json").write_text(json.dumps(spec))


def plain_python() -> Path:
    """A Python without our hook, which has kernels for Python and bash."""
    plain = BY_NAME["plain"]
    assert plain.build()
    return plain.executable


def write_r_and_bash(folder: Path) -> None:
    """The kernels `ir` and `bash`."""
    write_kernelspec(folder, "ir", R, "R")
    write_kernelspec(folder, "bash", [str(plain_python()), "-m", "bash_kernel", "-f", "{connection_file}"], "bash")

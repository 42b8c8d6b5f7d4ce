"""The kernelspecs of this machine, and what the environment behind one of them has."""

import json
import os
import re
import subprocess
import sys
from typing import Dict, List, NamedTuple

STARTUP_FILE = "50-jupyter_errreport.py"
"""What loads the hook: a file in IPython's startup folder."""

PROBE_SECONDS = 60

# Run by the kernel's own Python. IPython reads these folders (field notes in docs/capture.md), and nothing else.
_PROBE = r"""
import importlib.util, json, os, sys
name = sys.argv[1]
ipython = os.environ.get("IPYTHONDIR") or os.path.join(os.path.expanduser("~"), ".ipython")
folders = [
    os.path.join(sys.prefix, "etc", "ipython", "startup"),
    "/etc/ipython/startup", "/usr/local/etc/ipython/startup",
    os.path.join(ipython, "profile_default", "startup"),
]
startup = [os.path.join(f, name) for f in folders if os.path.exists(os.path.join(f, name))]
installed = importlib.util.find_spec("jupyter_errreport") is not None
copied = any("share/jupyter-errreport/hook" in open(f, encoding="utf-8").read().replace("\\", "/") for f in startup)
print("ERRREPORT" + json.dumps({
    "prefix": sys.prefix, "startup": startup, "installed": installed, "package": installed or copied,
    "requests": importlib.util.find_spec("requests") is not None, "executable": sys.executable,
}))
"""


class ProbeError(Exception):
    """A kernelspec's environment can't be asked; the message says why."""


class Spec(NamedTuple):
    """A kernelspec, as far as the hook minds."""

    name: str
    language: str
    argv: List[str]
    env: Dict[str, str]


class Environment(NamedTuple):
    """What the Python of a kernelspec says of itself."""

    prefix: str
    executable: str
    startup: List[str]
    """Our startup files among those that its kernels read."""
    installed: bool
    """Whether the package is installed there."""
    package: bool
    """Whether its kernels find the package: installed, or copied there by `hook install`."""
    requests: bool


def all_specs() -> List[Spec]:
    """Every kernelspec that Jupyter finds, by name."""
    from jupyter_client.kernelspec import KernelSpecManager

    found = KernelSpecManager().get_all_specs()
    return [
        Spec(name, str(entry["spec"].get("language", "")), list(entry["spec"]["argv"]), entry["spec"].get("env") or {})
        for name, entry in sorted(found.items())
    ]


def probe(spec: Spec) -> Environment:
    """Ask the kernelspec's own Python. Raises `ProbeError`."""
    if spec.language.lower() != "python":
        raise ProbeError(f"{spec.name} is a {spec.language} kernel, for which there is no hook")
    executable = spec.argv[0] if spec.argv else ""
    # jupyter_client runs its own Python for these names.
    if re.match(r"python(\d(\.\d+)?)?\Z", executable):
        executable = sys.executable
    try:
        process = subprocess.run(  # noqa: S603 - the very program that Jupyter would start
            [executable, "-c", _PROBE, STARTUP_FILE],
            env={**os.environ, **spec.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = "it takes too long" if isinstance(error, subprocess.TimeoutExpired) else error.strerror
        raise ProbeError(f"its program {executable} can't be run ({why})") from None
    lines = [line for line in process.stdout.decode("utf-8", "replace").splitlines() if line.startswith("ERRREPORT")]
    if not lines:
        raise ProbeError(f"its program {executable} is no Python that can be asked")
    return Environment(**json.loads(lines[-1][len("ERRREPORT") :]))

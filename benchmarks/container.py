"""Builds the collector's container as `jupyter errreport deploy` writes it, measures it, and has it take an error.

.venv/bin/python benchmarks/container.py --wheel dist/NAME.whl [--base IMAGE] [--folder DIR]      # or `make container`

As root on Debian, with buildah and, without `--base`, debootstrap: then a Debian with nothing but Python stands in for
`python:slim`, which has about the same size. What pip installs is downloaded before, by this machine's pip, so that the
build needs no network. Ends with 1 when something is not as it should be.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from errreport_collector.deploy.deployment import REQUIREMENTS, Deployment

MOST_MEGABYTES = 150
"""Of all layers, compressed, as they travel."""
PORT = 18_766
IMAGE = "localhost/errreport-collector"
SPARE = ("var/cache/apt", "var/lib/apt/lists", "var/log", "usr/share/doc", "usr/share/man", "usr/share/locale")
"""What slim images leave out too."""


def run(*command: object, **more: str) -> str:
    """What a program prints; what it says otherwise is shown here."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **more}).stdout


def make_base(folder: Path) -> str:
    """A Debian with Python, as an image; its name."""
    root, name = folder / "base", "localhost/errreport-base"
    release = platform.freedesktop_os_release()["VERSION_CODENAME"]
    sites = run("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)").splitlines()
    mirror = next(site.split()[0] for site in sites if site.split()[1:] == [release])
    run("debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", release, root, mirror)
    for place in SPARE:
        shutil.rmtree(root / place, ignore_errors=True)
        (root / place).mkdir()
    (root / "usr/bin/python").symlink_to("python3")
    container = run("buildah", "from", "scratch").strip()
    run("buildah", "add", "--quiet", container, root, "/")
    run("buildah", "config", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", container)
    run("buildah", "commit", "--quiet", "--rm", container, name)
    return name


@contextmanager
def container_of(image: str) -> Iterator[str]:
    """A container of it, and its name."""
    name = run("buildah", "from", "--pull-never", image).strip()
    try:
        yield name
    finally:
        run("buildah", "rm", name)


def inside(container: str, *command: str, user: str = "") -> list[str]:
    """The command that runs another one in a container."""
    return ["buildah", "run", "--isolation=chroot", *(["--user", user] if user else []), container, "--", *command]


def build(folder: Path, wheel: Path, base: str) -> None:
    """The image, by the Containerfile and nothing else."""
    with container_of(base) as container:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        version = run(*inside(container, "python", "-c", code)).strip()
    wheels = folder / "wheels"
    command = (sys.executable, "-m", "pip", "download", "--quiet", "--dest", wheels, "--only-binary=:all:")
    run(*command, "--python-version", version, *REQUIREMENTS)
    (folder / "pip.conf").write_text("[global]\nno-index = true\nfind-links = /wheels\n")
    Deployment("errors.example.org").write(folder / "files", ["compose"])
    context = folder / "files" / "compose"
    shutil.copy(wheel, context)
    run(
        *("buildah", "build", "--isolation=chroot", "--pull-never", "--tag", IMAGE),
        *("--build-arg", f"BASE={base}", "--build-arg", f"ERRREPORT=./{wheel.name}"),
        *("--volume", f"{wheels}:/wheels:ro", "--volume", f"{folder / 'pip.conf'}:/etc/pip.conf:ro"),
        *("--ignorefile", context / ".containerignore", "--file", context / "Containerfile", context),
    )


def megabytes(folder: Path) -> float:
    """The size of all layers, compressed."""
    place = folder / "oci"
    run("buildah", "push", "--quiet", "--format=oci", IMAGE, f"oci:{place}:x")
    blobs = place / "blobs" / "sha256"

    def read(digest: str) -> dict[str, list[dict[str, object]]]:
        found: dict[str, list[dict[str, object]]] = json.loads((blobs / digest.partition(":")[2]).read_text())
        return found

    manifest = read(str(json.loads((place / "index.json").read_text())["manifests"][0]["digest"]))
    return sum(int(str(layer["size"])) for layer in manifest["layers"]) / 1e6


def ask(path: str, value: object = None) -> dict[str, str]:
    """An answer of the collector in the container."""
    body = None if value is None else json.dumps(value).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/{path}", body, timeout=10) as answer:
        found: dict[str, str] = json.load(answer)
        return found


def check(folder: Path) -> None:
    """It is nobody's root, has no Jupyter server, and takes an error."""
    text = (folder / "files" / "compose" / "Containerfile").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith("ENTRYPOINT")]
    entry = [word.replace("8000", str(PORT)) for word in ast.literal_eval(line.removeprefix("ENTRYPOINT "))]
    with container_of(IMAGE) as container:
        user = run("buildah", "inspect", "--format", "{{.OCIv1.Config.User}}", container).strip()
        assert run(*inside(container, "id", "-u")).strip() == user.partition(":")[0] != "0", user
        for name in ("jupyter_server", "IPython", "pip"):
            ended = subprocess.run(inside(container, "python", "-c", f"import {name}"), capture_output=True, text=True)
            assert "ModuleNotFoundError" in ended.stderr, f"{name}: {ended.stderr}"
        server = subprocess.Popen(inside(container, *entry, "--db=/data/collector.sqlite"))
        try:
            for _ in range(300):
                try:
                    ask("readyz")
                    break
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.2)
            stored = ask("errors", {"error_name": "A", "notebook": "in a container"})
            assert stored["status"] == "stored", stored
        finally:
            server.terminate()
            server.wait(60)


def main() -> None:
    """Build, measure, check."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--base", default="", help="an image with Python, for buildah; default: by debootstrap")
    parser.add_argument("--folder", type=Path, help="where to work; default: one that goes afterwards")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as temporary:
        folder = arguments.folder or Path(temporary)
        build(folder, arguments.wheel.resolve(), arguments.base or make_base(folder))
        check(folder)
        size = megabytes(folder)
        print(f"{size:.0f} MB compressed, of {MOST_MEGABYTES} that it may have; it took an error, and is not root's.")
        sys.exit(size >= MOST_MEGABYTES)


if __name__ == "__main__":
    main()

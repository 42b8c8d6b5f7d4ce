"""Gets the sources of the libraries, at the versions pinned in `libraries.toml`, by the clients of their registries.

Nothing of a library is ever built or run: a source distribution is unpacked by a pip that has no build tool at hand, a
Debian source package is downloaded and not unpacked to disk.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import tomllib

MIRROR = "TEMPLATES_MIRROR"
"""The environment variable that names a folder of bare git repositories, `owner/name.git` or `owner+name`."""

OTHER_PYTHONS = ("3.13", "3.9", "3.7")
"""Pythons that libraries have wheels for when they have none for the one that runs this."""

FEW = 360
"""Templates of a library of which the list does not say how many."""

TIME_LIMIT = 1_800
"""Seconds that one download may take."""

SIZE_LIMIT = 4_000_000
"""Bytes of one file: what is larger is generated."""


class SourceError(Exception):
    """A library's source is not to be had; the text says why."""


@dataclass(frozen=True)
class Library:
    """One entry of `libraries.toml`; what the fields hold is written there."""

    name: str
    source: str
    version: str
    languages: tuple[str, ...]
    package: str = ""
    suite: str = ""
    folders: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    most: int = 10_000

    @property
    def package_name(self) -> str:
        """The name in its registry."""
        return self.package or self.name

    @property
    def key(self) -> str:
        """The name of its folder in the cache."""
        return re.sub(r"[^\w.+-]", "_", f"{self.source}-{self.package_name}-{self.version}")


@dataclass(frozen=True)
class Settings:
    """Where downloads are kept and where git mirrors stand."""

    cache: Path
    mirror: Path | None = None
    offline: bool = False
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))


def libraries(path: Path) -> list[Library]:
    """The entries of the list, in its order; raises TypeError for a field that there is not."""
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["library"]
    return [_library(**entry) for entry in entries]


def _library(**fields: Any) -> Library:
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return Library(**{"most": FEW, **given})


def default_cache() -> Path:
    """The user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jupyter_errreport_templates"


def fetch(library: Library, settings: Settings) -> Path:
    """The folder with the library's source, downloaded if it is not there; raises SourceError."""
    folder = settings.cache / library.key
    if folder.is_dir():
        return folder
    if settings.offline:
        raise SourceError("not in the cache")
    settings.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.cache, prefix=".part-") as name:
        part = Path(name)
        ways = {"pypi-wheel": _wheel, "pypi-sdist": _sdist, "debian": _debian, "git": _git}
        if library.source not in ways:
            raise SourceError(f"no such kind of source: {library.source}")
        ways[library.source](library, part, settings)
        (part / "source").rename(folder)
    return folder


def files(library: Library, suffixes: tuple[str, ...], settings: Settings) -> Iterator[tuple[str, bytes]]:
    """The library's files that end in one of `suffixes`, as (path inside the source, content); raises SourceError.

    Reads the archives that are the source, and Java's inside it.
    """
    root = fetch(library, settings)

    def wanted(path: str, size: int) -> bool:
        return (
            path.endswith(suffixes) and size <= SIZE_LIMIT and (not library.folders or path.startswith(library.folders))
        )

    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        relative = path.relative_to(root).as_posix()
        if path.suffix == ".jar" or (path.parent == root and path.suffix in (".whl", ".zip")):
            if path.suffix != ".jar" or "class" in library.languages:
                yield from _of_zip(path, wanted)
        elif path.parent == root and re.search(r"\.tar\.\w+$|\.tgz$", path.name):
            yield from _of_tar(path, wanted)
        elif wanted(relative, path.stat().st_size):
            yield relative, path.read_bytes()


def _of_tar(path: Path, wanted: Callable[[str, int], bool]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            inside = "/".join(PurePosixPath(member.name).parts[1:])
            if member.isfile() and wanted(inside, member.size):
                file = archive.extractfile(member)
                if file is not None:
                    yield inside, file.read()


def _of_zip(path: Path, wanted: Callable[[str, int], bool]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if wanted(name, archive.getinfo(name).file_size):
                yield name, archive.read(name)


def _wheel(library: Library, part: Path, settings: Settings) -> None:
    requirement = f"{library.package_name}=={library.version}"
    (part / "source").mkdir()
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
    pip += ["--ignore-requires-python", "--dest", str(part / "source")]
    tries: list[list[str]] = [[], *(["--python-version", python] for python in OTHER_PYTHONS)]
    for number, options in enumerate(tries, 1):
        try:
            _run([*pip, *options, requirement], settings)
            return
        except SourceError:  # its wheels may all be for newer Pythons, or for older ones
            if number == len(tries):
                raise


def _sdist(library: Library, part: Path, settings: Settings) -> None:
    """Unpacks a source distribution: pip does so, and then stops for want of a build tool in an empty environment."""
    empty = settings.cache / ".empty-environment"
    if not empty.is_dir():
        venv.create(empty, with_pip=False)
    (part / "tmp").mkdir()
    requirement = f"{library.package_name}=={library.version}"
    pip = [sys.executable, "-m", "pip", "--python", str(empty), "download", "--no-deps", "--no-binary", ":all:"]
    pip += ["--no-build-isolation", "--no-clean", "--ignore-requires-python", "--dest", str(part / "done"), requirement]
    environment = {**settings.environment, "TMPDIR": str(part / "tmp"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    answer = subprocess.run(  # noqa: S603
        pip, env=environment, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
    )
    # A build backend inside the distribution itself may succeed: pip then leaves the archive.
    archives = [path for path in (part / "done").glob("*") if path.is_file()] if (part / "done").is_dir() else []
    unpacked = [path for path in (part / "tmp").glob("pip-download-*/*") if path.is_dir() and any(path.iterdir())]
    if archives:
        (part / "source").mkdir()
        shutil.move(archives[0], part / "source")
    elif unpacked:
        unpacked[0].rename(part / "source")
    else:
        raise SourceError(_last_line(answer.stderr) or "pip left nothing")


def _debian(library: Library, part: Path, settings: Settings) -> None:
    """Downloads a source package by apt from the machine's own Debian archive."""
    state = settings.cache / ".apt"
    options = _apt_options(state, library.suite, settings)
    (part / "source").mkdir()
    command = ["apt-get", *options, "source", "--tar-only", "--download-only", "--only-source"]
    _run([*command, f"{library.package_name}={library.version}"], settings, cwd=part / "source")
    for path in (part / "source").iterdir():
        if ".orig" not in path.name or not re.search(r"\.tar\.\w+$", path.name):
            path.unlink()
    if not any((part / "source").iterdir()):
        raise SourceError("the source package has no original archive")


def _apt_options(state: Path, suite: str, settings: Settings) -> list[str]:
    """Options that let apt read the sources of one suite, its state in the cache; fetches the suite's index once."""
    folder = state / suite
    options = []
    for name, value in (
        ("Dir::Etc::sourcelist", folder / "sources.list"),
        ("Dir::Etc::sourceparts", "/dev/null"),
        ("Dir::State::lists", folder / "lists"),
        ("Dir::Cache", folder),
    ):
        options += ["-o", f"{name}={value}"]
    if not (folder / "done").exists():
        found = _run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], settings).split()
        archives = [uri for uri in dict.fromkeys(found) if uri.rstrip("/").endswith("/debian")]
        if not archives:
            raise SourceError("this machine's apt knows no Debian archive")
        for name in ("lists/partial", "archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
        (folder / "sources.list").write_text(f"deb-src [signed-by={keyring}] {archives[0]} {suite} main\n")
        _run(["apt-get", *options, "update"], settings)
        (folder / "done").touch()
    return options


def _git(library: Library, part: Path, settings: Settings) -> None:
    """Exports a commit of a bare repository that stands in the mirror folder."""
    if settings.mirror is None:
        raise SourceError(f"no folder of git repositories was given (--mirror or {MIRROR})")
    owner_name = library.package_name
    places = [settings.mirror / f"{owner_name}.git", settings.mirror / owner_name.replace("/", "+")]
    repositories = [head.parent for place in places if place.is_dir() for head in sorted(place.rglob("HEAD"))]
    repositories = [path for path in repositories if (path / "objects").is_dir()]
    if not repositories:
        raise SourceError(f"{owner_name} is not among the git repositories in {settings.mirror}")
    (part / "source").mkdir()
    archive = str(part / "source" / "commit.tar.gz")
    git = ["git", "--git-dir", str(repositories[0]), "archive", "--prefix=source/", "--output", archive]
    _run([*git, library.version], settings)


def _run(command: list[str], settings: Settings, cwd: Path | None = None) -> str:
    try:
        answer = subprocess.run(  # noqa: S603
            command,
            cwd=cwd,
            env=settings.environment,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(f"{command[0]}: {error}") from None
    if answer.returncode:
        raise SourceError(_last_line(answer.stderr) or f"{command[0]} ended with {answer.returncode}")
    return answer.stdout


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR", "E:"))]
    return (errors or lines or [""])[-1]

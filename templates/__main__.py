"""Reads the sources of the libraries in `libraries.toml`; writes the file of known templates and a table of them."""

import argparse
import dataclasses
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from jupyter_errreport.privacy.messages import template
from jupyter_errreport.privacy.messages.known import index_lines
from jupyter_errreport.privacy.sources import expressions, format_strings

from .c_source import of_c
from .choosing import BYTES, LIMIT, Result, chosen
from .fetching import MIRROR, Library, Settings, SourceError, default_cache, files, libraries
from .other_sources import of_class, of_mysql_errmsg, of_openssl, of_spark_json, of_sqlite_dialect, of_system
from .python_source import of_cython, of_python
from .r_julia_source import of_julia, of_pot, of_r
from .template_text import Found, written

HERE = Path(__file__).parent
OUTPUT = HERE.parent / "jupyter_errreport" / "privacy" / "known_templates.txt"
TABLE = HERE.parent / "docs" / "known-templates.md"

SUFFIXES: dict[str, tuple[str, ...]] = {
    "c": (
        *(".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".hxx", ".cu", ".cuh", ".inl", ".inc", ".c.src", ".h.src"),
        *(".c.in", ".h.in", ".i", ".m", ".mm", ".y", ".l", ".hip"),
    ),
    "class": (".class",),
    "cython": (".pyx", ".pxd", ".pxi", ".pyx.in", ".pxi.in", ".pyx.tp", ".pxd.in"),
    "grammar": (".gram",),
    "java": (".java",),
    "json": ("error-conditions.json", "error-classes.json", "error_classes.json"),
    "julia": (".jl",),
    "mysql-errmsg": ("errmsg-utf8.txt",),
    "openssl": (".c",),
    "pot": (".pot",),
    "python": (".py",),
    "r": (".R", ".r"),
    "rust": (".rs",),
    "scala": (".scala",),
    "sqlite": (".c", ".h", ".y"),
}
_TEXT: dict[str, Callable[[str], list[Found]]] = {
    "cython": of_cython,
    "json": of_spark_json,
    "julia": of_julia,
    "mysql-errmsg": of_mysql_errmsg,
    "openssl": of_openssl,
    "pot": of_pot,
    "python": of_python,
    "r": of_r,
}
_LEFT_OUT = re.compile(
    r"(?:\A|/)(?:tests?|testing|_testing|unittests?|testdata|test_data|testsuite|idle_test|idlelib"
    r"|lib2to3|turtledemo|ensurepip|benchmarks?"
    r"|bench|examples?|docs?|doc|tutorials?|samples?|demos?|third_party|third-party|thirdparty"
    r"|contrib/tests|vendored|_vendor|fuzz\w*"
    r"|js_tests|cpp_tests|distutils|msi|scripts|tools|gallery|googletest|gtest|catch2|node_modules"
    r"|regress|fixtures|mocks?|perf|code_generators|_test\w*capi|_xxtestfuzz)/"
    r"|(?:\A|/)(?:conftest|setup|turtle|Python-ast|antigravity|this|pydoc_data/topics|_test(?:capi"
    r"|internalcapi|limitedcapi|buffer|clinic|import|multi|single|external|console)\w*|xxlimited\w*|xxsubtype|xxmodule)\.\w+\Z"
    r"|(?:\A|/)(?:test_[^/]*|_testc\w*|[^/]*_tests?|[^/]*Tests?|[^/]*_bench\w*|catch_[^/]*"
    r"|catch)\.(?:py|pyx|cc|cpp|cxx|c|h|rs|java|scala|jl|R)\Z"
)


def language_of(path: str, languages: Iterable[str]) -> str:
    """The language that a file is read as; empty when it is not read."""
    return next((language for language in languages if path.endswith(SUFFIXES[language])), "")


def messages(content: bytes, language: str, wide: bool) -> list[Found]:
    """The messages of one file."""
    if language == "class":
        return of_class(content)
    source = content.decode("utf-8", "replace").replace("\r\n", "\n")
    if language == "sqlite":
        return of_c(of_sqlite_dialect(source), wide)
    return _TEXT[language](source) if language in _TEXT else of_c(source, wide, language)


def read(library: Library, settings: Settings) -> Result:
    """The templates of one library; those of an earlier run are taken if neither it nor this package has changed."""
    kept = settings.cache / "read" / f"{_fingerprint(library)}.json"
    if kept.exists():
        return Result(library, {text: (level, n) for text, (level, n) in json.loads(kept.read_text("utf-8")).items()})
    templates: dict[str, tuple[int, int]] = {}
    suffixes = tuple(suffix for language in library.languages for suffix in SUFFIXES[language])
    try:
        for path, content in files(library, suffixes, settings):
            language = language_of(path, library.languages)
            if not language or _LEFT_OUT.search(path):
                continue
            try:
                count(templates, written(messages(content, language, language in library.wide)), language == "python")
            except RecursionError:
                continue  # an expression nested too deep to be one that a person wrote
    except SourceError as error:
        return Result(library, {}, str(error))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(templates), encoding="utf-8")
    return Result(library, templates)


def count(templates: dict[str, tuple[int, int]], texts: Iterable[tuple[str, bool]], python: bool) -> None:
    """Add texts to templates: first what is raised where no Python source is at hand, then by Python, then the rest."""
    for text, raised in texts:
        level, places = templates.get(text, (3, 0))
        templates[text] = min(level, int(python) if raised else 2 + int(python)), places + 1


def _fingerprint(library: Library) -> str:
    return hashlib.sha256((_CODE + repr(dataclasses.replace(library, most=0))).encode()).hexdigest()[:32]


def _code() -> str:
    paths = [path for path in sorted(HERE.glob("*.py")) if path.name not in ("fetching.py", "choosing.py")]
    modules = [Path(module.__file__ or "") for module in (expressions, format_strings, template)]
    return "".join(path.read_text("utf-8") for path in [*paths, *modules])


_CODE = _code()
"""What the templates depend on beside the library, as it was when this program started."""


def write(texts: Iterable[str], path: Path) -> None:
    """Write the file of templates, each on a line behind its key, as `privacy/messages/known.py` reads it."""
    path.write_text("".join(line + "\n" for line in index_lines(texts)), encoding="utf-8", newline="\n")


def with_supplement(path: Path) -> list[str]:
    """The templates of the file as it is and those that were written by hand."""
    shipped = path.read_text(encoding="utf-8").splitlines()
    return [*(line.partition("\t")[2] for line in shipped), *by_hand(HERE / "supplement.txt")]


def by_hand(path: Path) -> list[str]:
    """The templates of a file that people write: no blank lines and no comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def table(results: Iterable[Result], counts: dict[str, int]) -> str:
    """The table of libraries for the documentation."""
    lines = [
        "# Known templates",
        "",
        "Messages that are raised where no Python source is at hand are recognised by their templates, "
        "which were read from",
        "the sources of these libraries. Made by `python -m templates`; a template that several say "
        "counts for the first.",
        "",
        "| library | version | languages | templates |",
        "| --- | --- | --- | ---: |",
    ]
    for result in results:
        if not result.problem:
            library = result.library
            languages = ", ".join(library.languages)
            lines.append(f"| {library.name} | {library.version} | {languages} | {counts.get(library.name, 0):,} |")
    total = sum(counts.values())
    return "\n".join([*lines, f"| all | | | {total:,} |", ""])


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m templates", description=__doc__)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where downloads are kept (%(default)s)")
    mirror = os.environ.get(MIRROR)
    parser.add_argument(
        "--mirror", type=Path, default=Path(mirror) if mirror else None, help="a folder of bare git repositories"
    )
    parser.add_argument("--offline", action="store_true", help="read only what is in the cache")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="these libraries; prints their templates, writes nothing"
    )
    parser.add_argument(
        "--supplement", action="store_true", help="add supplement.txt to the file as it is; reads no library"
    )
    parser.add_argument("--jobs", type=int, default=2, help="libraries that are read at a time (%(default)s)")
    options = parser.parse_args(arguments)
    if options.supplement:
        write(with_supplement(OUTPUT), OUTPUT)
        return 0
    settings = Settings(options.cache, options.mirror, options.offline)
    wanted = [
        library for library in libraries(HERE / "libraries.toml") if not options.only or library.name in options.only
    ]
    system = Library("errno, getaddrinfo", "system", "of this machine's C library", ("system",))
    results: list[Result] = []
    if not options.only:
        results.append(Result(system, {}))
        count(results[0].templates, written(of_system()), python=False)
    with ProcessPoolExecutor(options.jobs) as pool:
        for result in pool.map(read, wanted, [settings] * len(wanted)):
            results.append(result)
            said = f"left out: {result.problem}" if result.problem else f"{len(result.templates):,} templates"
            sys.stderr.write(f"{result.library.name} {result.library.version}: {said}\n")
    if options.only:
        for text in _printed(results):
            sys.stdout.write(text + "\n")
        return 0
    texts, counts = chosen(results, LIMIT, BYTES)
    write([*texts, *by_hand(HERE / "supplement.txt")], OUTPUT)
    TABLE.write_text(table(results, counts), encoding="utf-8")
    sys.stderr.write(f"{len(texts):,} templates, {OUTPUT.stat().st_size:,} bytes\n")
    return 0


def _printed(results: Iterable[Result]) -> Iterator[str]:
    for result in results:
        yield from (f"{level} {places} {text}" for text, (level, places) in sorted(result.templates.items()))


if __name__ == "__main__":
    sys.exit(main())

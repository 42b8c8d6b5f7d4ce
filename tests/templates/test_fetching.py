import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from templates.__main__ import _LEFT_OUT, HERE, SUFFIXES, by_hand, count, language_of, write
from templates.choosing import Result, chosen
from templates.fetching import Library, Settings, SourceError, fetch, files, libraries


def library(**fields: object) -> Library:
    given: dict[str, object] = {"name": "a", "source": "git", "version": "1", "languages": ("c",), **fields}
    return Library(**given)  # type: ignore[arg-type]


def test_every_library_of_the_list_is_pinned_and_its_languages_are_known() -> None:
    entries = libraries(HERE / "libraries.toml")
    assert len({entry.name for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.version
        assert set(entry.languages) <= set(SUFFIXES)
        assert set(entry.wide) <= set(entry.languages)
        assert (entry.source == "debian") == bool(entry.suite)


def test_a_commit_of_a_mirrored_repository_is_exported(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.c").write_text('error("this is it");')
    git = ["git", "-C", str(work), "-c", "user.name=n", "-c", "user.email=e"]
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "m"], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(tmp_path / "owner" / "name.git")], check=True)
    settings = Settings(tmp_path / "cache", tmp_path)
    one = library(package="owner/name", version="HEAD")
    assert list(files(one, (".c",), settings)) == [("a.c", b'error("this is it");')]


def test_a_source_that_is_not_to_be_had_says_why(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="TEMPLATES_MIRROR"):
        fetch(library(), Settings(tmp_path))
    with pytest.raises(SourceError, match="not in the cache"):
        fetch(library(), Settings(tmp_path, offline=True))


def test_archives_are_read_and_java_s_inside_a_source_too(tmp_path: Path) -> None:
    one = library(source="pypi-sdist", languages=("c", "class"), folders=("src/",))
    folder = tmp_path / one.key
    (folder / "jars").mkdir(parents=True)
    (tmp_path / "x.c").write_text("c")
    with tarfile.open(folder / "a.orig.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "x.c", "top/src/x.c")
        archive.add(tmp_path / "x.c", "top/other/x.c")
    with zipfile.ZipFile(folder / "jars" / "a.jar", "w") as jar:
        jar.writestr("src/A.class", b"k")
    (folder / "jars" / "not-an-archive.zip").write_text("no zip file")
    assert sorted(files(one, (".c", ".class"), Settings(tmp_path))) == [("src/A.class", b"k"), ("src/x.c", b"c")]


@pytest.mark.parametrize(
    "path",
    [
        "numpy/core/tests/a.py",
        "tests/a.c",
        "aten/src/a_test.cpp",
        "x/conftest.py",
        "a/third_party/b.c",
        "Modules/_testcapi/unicode.c",
    ],
)
def test_tests_and_foreign_code_are_left_out(path: str) -> None:
    assert _LEFT_OUT.search(path)


@pytest.mark.parametrize(
    "path", ["numpy/testing_of.py", "Objects/abstract.c", "src/contest.py", "sklearn/utils/_testing.py"]
)
def test_what_only_looks_like_a_test_is_read(path: str) -> None:
    assert not _LEFT_OUT.search(path)


def test_a_template_file_of_a_language_is_read_as_that_language() -> None:
    assert language_of("numpy/core/loops.c.src", ("python", "c")) == "c"
    assert language_of("a/b.txt", ("python", "c")) == ""


def test_of_each_library_the_best_count_and_of_all_the_first_libraries() -> None:
    first, second = library(name="first", most=2), library(name="second")
    results = [
        Result(first, {"b": (0, 1), "c": (2, 9), "e": (1, 1)}),
        Result(second, {"a": (0, 1), "b": (0, 3), "c": (1, 1), "d": (3, 1)}),
    ]
    assert chosen(results, 9, 1_000) == (["a", "b", "c", "d", "e"], {"first": 2, "second": 3})
    assert chosen(results, 3, 1_000) == (["a", "b", "e"], {"first": 2, "second": 1})
    assert chosen(results, 9, 4)[0] == ["b", "e"]


def test_templates_with_the_same_words_are_one_and_name_what_all_of_them_name() -> None:
    results = [
        Result(library(name="first"), {"No {a} in\\n{b}": (0, 1)}),
        Result(library(name="second"), {"no {a} in\\n{c}": (0, 1)}),
    ]
    assert chosen(results, 9, 1_000) == (["No {a} in\\n{value}"], {"first": 1})


def test_what_is_raised_outside_python_is_worth_most_and_every_place_counts() -> None:
    templates: dict[str, tuple[int, int]] = {}
    count(templates, [("a", False), ("b", True)], python=True)
    count(templates, [("a", True), ("c", False)], python=False)
    assert templates == {"a": (0, 2), "b": (1, 1), "c": (2, 1)}


def test_the_file_has_sorted_lines_of_a_key_and_a_template(tmp_path: Path) -> None:
    write(["the value ≠ {x}", "no such column: {name}"], tmp_path / "out")
    written = (tmp_path / "out").read_bytes()
    lines = written.decode("utf-8").splitlines()
    assert written.endswith(b"\n")
    assert lines == sorted(lines)
    assert {line.partition("\t")[2] for line in lines} == {"the value ≠ {x}", "no such column: {name}"}


def test_what_is_written_by_hand_can_be_read_as_templates() -> None:
    texts = by_hand(HERE / "supplement.txt")
    assert texts
    assert not [text for text in texts if text.startswith("#") or "\t" in text]

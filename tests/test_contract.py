"""What a notebook is called: one name for all copies of it, and for nobody's notebooks."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jupyter_errreport.contract import NOTEBOOK_LIMIT, is_nobodys, notebook_identity, notebook_names, notebook_pattern

MARKS = (
    "{}.ipynb",
    "{}.IPYNB",
    "lessons/week 2/{}.ipynb",
    "C:\\Users\\ana\\{}.ipynb",
    "Copy of {}",
    "Copy of {}.ipynb",
    "Kopie von {}.ipynb",
    "Kopie van {}",
    "Copie de {}.ipynb",
    "Copia de {}.ipynb",
    "Copia di {}",
    "Cópia de {}.ipynb",
    "Còpia de {}",
    "Kopia av {}",
    "Kopi af {}.ipynb",
    "Kopia {}.ipynb",
    "Kopie souboru {}",
    "Копия {}.ipynb",
    "Копія {}",
    "Αντίγραφο {}",
    "עותק של {}.ipynb",
    "نسخة من {}",
    "Salinan {}.ipynb",
    "Bản sao của {}",
    "สำเนาของ {}",
    "{}.ipynb的副本",
    "{} 的副本",
    "“{}.ipynb”的副本",
    "「{}」的副本.ipynb",
    "{} のコピー.ipynb",
    "「{}」のコピー",
    "{}의 사본.ipynb",
    "{} kopyası",
    "{} (1).ipynb",
    "{}(12).ipynb",
    "{}（2）",
    "{}-Copy1.ipynb",
    "{}-Copy12",
    "{} - Copy.ipynb",
    "{} - Kopie (2).ipynb",
    "{} copy 3.ipynb",
    "{}-checkpoint.ipynb",
    " {} ",
)
NAMES = ("course", "dock 1", "Übung", "授業", "урок", "week 3: docking", "<email> notes")


@pytest.mark.parametrize("mark", MARKS)
def test_a_copy_is_the_notebook_that_it_was_made_of(mark: str) -> None:
    for name in NAMES:
        assert notebook_identity(mark.format(name)) == name


FOLDERS = tuple(mark for mark in MARKS if "/" in mark or "\\" in mark)


@given(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from([mark for mark in (*MARKS, '"{}" kopyası') if mark not in FOLDERS]), max_size=4),
    st.lists(st.sampled_from(FOLDERS), max_size=2),
)
@example("course", ["“{}.ipynb”的副本"], ["lessons/week 2/{}.ipynb"])
def test_so_is_a_copy_of_a_copy(name: str, marks: list[str], folders: list[str]) -> None:
    """In whatever folder: what copies a notebook speaks of its name alone."""
    called = name
    for mark in (*marks, *folders):
        called = mark.format(called)
    assert notebook_identity(called) == name


@given(st.one_of(st.text(), st.lists(st.sampled_from([*"a (1)./\\-", "Copy of ", ".ipynb", "のコピー"])).map("".join)))
@example("course.ipynb" + "x" * 200)
@example("\u0958" * 150)
@example(" - Copy")
def test_an_identity_is_its_own_identity(name: str) -> None:
    found = notebook_identity(name)
    assert notebook_identity(found) == found
    assert 0 < len(found) <= NOTEBOOK_LIMIT
    assert unicodedata.is_normalized("NFC", found)


@pytest.mark.parametrize("name", ["Lesson 1", "Copying", "Kopierer", "copyright", "part (a)", "2026 (draft)", "a-b"])
def test_what_is_no_mark_of_a_copy_stays(name: str) -> None:
    assert notebook_identity(name) == name


def test_the_same_letters_written_otherwise_are_the_same_name() -> None:
    assert notebook_identity("U\u0308bung.ipynb") == notebook_identity("\u00dcbung")


@pytest.mark.parametrize("name", ["", ".ipynb", "lessons/", "Copy of", "unknown", "Untitled", "Untitled12.ipynb", "x"])
def test_untitled_and_unknown_belong_to_nobody(name: str) -> None:
    assert is_nobodys(notebook_identity(name)) == (name not in ("x", "lessons/"))


@pytest.mark.parametrize(
    ("pattern", "normal"),
    [
        ("*", "*"),
        ("dock*", "dock*"),
        ("dock*.ipynb", "dock*"),
        ("lessons/dock?.ipynb", "dock?"),
        ("Copy of dock (1)", "dock"),
        ("*.ipynb", "*"),
        ("lessons/*", "lessons/*"),
        ("Copy of *", "Copy of *"),
        ("* (1).ipynb", "* (1).ipynb"),
    ],
)
def test_a_pattern_is_normalised_as_names_are_and_never_opens_more(pattern: str, normal: str) -> None:
    assert notebook_pattern(pattern) == normal


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("course", ["course"]),
        ("week 2/Lesson (2).ipynb", ["Lesson (2)", "Lesson"]),
        ("Copy of Lesson (2).ipynb", ["Copy of Lesson (2)", "Lesson (2)", "Copy of Lesson", "Lesson"]),
        ("Lesson (2)-Copy1.ipynb", ["Lesson (2)-Copy1", "Lesson (2)", "Lesson"]),
        ("", ["unknown"]),
    ],
)
def test_what_can_be_said_of_a_name_is_said_of_the_narrowest_first(name: str, names: list[str]) -> None:
    assert list(notebook_names(name)) == names


@given(st.one_of(st.text(), st.lists(st.sampled_from([*"a (1)./\\-", "Copy of ", ".ipynb", "のコピー"])).map("".join)))
@example("Copy of \u201ca/b (1).ipynb\u201d")
@example("COPY OF - Copy")
def test_each_of_a_notebooks_names_is_kept_as_it_is_and_is_the_same_notebook(name: str) -> None:
    names = notebook_names(name)
    assert names[-1] == notebook_identity(name)
    assert len(set(names)) == len(names)
    for called in names:
        assert len(called) <= NOTEBOOK_LIMIT
        assert notebook_names(called)[0] == called
        assert notebook_identity(called) == names[-1]

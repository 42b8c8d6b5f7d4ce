"""Classes and functions are found in tokens: a text or a comment that speaks of one defines nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.privacy.sources.definitions import FILE_LIMIT, definitions
from jupyter_errreport.source import SOURCE_LIMIT

from .scrubbing import event_of

identifiers = st.from_regex(r"[^\W\d_]\w{2,12}", fullmatch=True).filter(str.isidentifier)


@given(identifiers, st.sampled_from(["class", "def"]))
def test_what_stands_behind_the_keyword_is_defined(name: str, keyword: str) -> None:
    for source in (
        f"{keyword} {name}(x): pass",
        f"if 1:\n    {keyword}  {name} (x):\n        pass",
        f"x = 1; {keyword} {name}(): 1",
    ):
        assert (keyword, name) in definitions(source)
    assert ("def", name) in definitions(f"async def {name}(): pass")


@given(identifiers, st.sampled_from(["class", "def"]))
def test_what_a_text_or_a_comment_says_is_not(name: str, keyword: str) -> None:
    for source in (
        f"x = '{keyword} {name}: '",
        f'"""\n{keyword} {name}:\n    pass\n"""',
        f"# {keyword} {name}\nx = 1",
        f"f'{{x}} {keyword} {name}'",
        f"{keyword}\n{name} = 1",
        f"x.{keyword}.{name}",
        f"other = {name}",
    ):
        assert definitions(source) <= {(keyword, "pass")}


@pytest.mark.parametrize("size", [SOURCE_LIMIT // 2, SOURCE_LIMIT + 10, 3 * SOURCE_LIMIT])
def test_a_long_file_is_read_in_parts_of_which_each_begins_outside_of_texts(size: int) -> None:
    text = '"""\nclass Zovam:\n"""\nx = 1\n'
    source = text * (size // len(text)) + "class Model:\n    def fit(self): pass\n"
    assert definitions(source) == {("class", "Model"), ("def", "fit")}


def test_a_text_that_never_ends_ends_the_reading() -> None:
    assert definitions("'''" + "class Zovam:\n" * FILE_LIMIT) == frozenset()
    assert definitions("x" * (2 * FILE_LIMIT)) == frozenset()


def test_neither_function_nor_class_that_only_a_docstring_of_a_module_has_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "my_docking.py").write_text(
        '"""\ndef zovam_check(x): of the patient\nclass ZovamError: of another\n"""\n'
        "class GridError(Exception): pass\n"
        "def run(what):\n"
        "    names = {}\n"
        "    exec(compile('def zovam_check(x): 1 / 0', __file__, 'exec'), names)\n"
        "    if what == 'function': names['zovam_check'](1)\n"
        "    if what == 'class': raise type('ZovamError', (ValueError,), {'__module__': __name__})\n"
        "    raise GridError\n"
    )
    try:
        function, made, own = (
            event_of(f"import my_docking\nmy_docking.run({what!r})") for what in ("function", "class", "")
        )
    finally:
        sys.modules.pop("my_docking", None)
    assert [line["fun_name"] for line in function["traceback"]] == ["<module>", "run", "<function>"]
    assert made["error_name"] == "ValueError"
    assert own["error_name"] == "GridError"

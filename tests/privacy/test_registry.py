"""Templates and patterns that authors and libraries add, in two lines or by an entry point."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jupyter_errreport.privacy import hide_patterns, register_pattern, register_template
from jupyter_errreport.privacy.registry import GROUP, _EntryPoints
from jupyter_errreport.privacy.steps import finished

from .scrubbing import message_of


def test_the_words_of_a_registered_template_stay() -> None:
    source = (
        "import warnings; warnings.simplefilter('error', UserWarning)\n"
        "warnings.warn('residue zovamelu has no zyxatom called CA9')"
    )
    assert message_of(source) == "<str>"
    register_template("residue {residue} has no zyxatom called {atom}")
    assert message_of(source) == "residue <residue> has no zyxatom called <atom>"


@pytest.mark.parametrize("template", ["{x}", "{x}: {y}", "word {x}", ""])
def test_a_template_without_words_would_explain_anything(template: str) -> None:
    with pytest.raises(ValueError, match="two words"):
        register_template(template)


def test_what_a_registered_pattern_matches_is_hidden() -> None:
    register_pattern("<specimen>", r"\bZX\d{3}\b")
    assert hide_patterns("# thaw ZX123 first") == "# thaw <specimen> first"


@pytest.mark.parametrize(
    ("placeholder", "pattern", "problem"),
    [
        ("patient", "P", "angle brackets"),
        ("<patient>", "(", "does not compile"),
        ("<patient>", r"P\d+", "unbounded"),
        ("<patient>", r"(?:P\d{1,3}){2,}", "unbounded"),
        ("<patient>", r"P{0,3}", "empty text"),
    ],
)
def test_a_pattern_that_could_stall_a_kernel_is_refused(placeholder: str, pattern: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        register_pattern(placeholder, pattern)


def test_a_library_registers_itself_once_it_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    metadata = tmp_path / "zydock-1.0.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(f"[console_scripts]\nx = y:z\n\n[{GROUP}]\nzydock = zydock:register\n")
    (tmp_path / "zydock.py").write_text("calls = []\ndef register(): calls.append(1)\n")
    entry_points = _EntryPoints()
    finished(entry_points.load())
    assert "zydock" not in sys.modules
    import zydock  # type: ignore[import-not-found]

    finished(entry_points.load())
    finished(entry_points.load())
    assert zydock.calls == [1]


def test_a_library_that_fails_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    metadata = tmp_path / "json5-1.0.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\nbad = json:no_such_function\n")
    finished(_EntryPoints().load())

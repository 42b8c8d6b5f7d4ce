import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.web.pages import moment
from jupyter_errreport.web.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u202egnp.exe", "⟨U+202E⟩gnp.exe"),
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("a\x00b\x7fc\x85d", "a⟨U+0000⟩b⟨U+007F⟩c⟨U+0085⟩d"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("a\r\nb\tc", "a⟨U+000D⟩\nb\tc"),
        ("שלום 👩‍🔬 é", "שלום 👩‍🔬 é"),
    ],
)
def test_what_would_hide_or_turn_text_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_but_such_characters_is_changed(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    if text.isascii() and text.isprintable():
        assert visible(text) == text


def test_a_moment_is_read_to_the_minute() -> None:
    assert moment("2026-11-24T08:20:45.748591Z") == "2026-11-24 08:20"
    assert moment("?") == "?"

"""A comment does not repeat what the kernel holds, in whatever script, form or container, and loses nothing else."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.event import Held
from jupyter_errreport.privacy.line.comments import public_comment
from jupyter_errreport.privacy.steps import finished

from .scrubbing import event_of

NAMES = {
    "Latin": ["Smith", "Eva", "J\u00f6rg", "Zo\u00eb", "\u0141ukasz", "Nguy\u1ec5n", "O'Hara", "S\u00f8ren", "Li"],
    "Cyrillic": [
        "\u0418\u0432\u0430\u043d\u043e\u0432",
        "\u0410\u043d\u043d\u0430",
        "\u0415\u043b\u0438\u0437\u0430\u0432\u0435\u0442\u0430",
    ],
    "Greek": [
        "\u0395\u03bb\u03ad\u03bd\u03b7",
        "\u03a0\u03b1\u03c0\u03b1\u03b4\u03cc\u03c0\u03bf\u03c5\u03bb\u03bf\u03c2",
    ],
    "Arabic": ["\u0645\u062d\u0645\u062f", "\u0641\u0627\u0637\u0645\u0629"],
    "Hebrew": ["\u05d3\u05d5\u05d3", "\u05e9\u05e8\u05d4"],
    "Chinese": ["\u738b\u4f1f", "\u674e\u5c0f\u9f99"],
    "Japanese": ["\u7530\u4e2d", "\u3055\u304f\u3089", "\u30bf\u30ed\u30a6"],
    "Korean": ["\uae40\ubbfc\uc900", "\ubc15\uc11c\uc5f0"],
    "Devanagari": ["\u0905\u0928\u093f\u0924\u093e", "\u0930\u093e\u0939\u0941\u0932"],
    "Thai": ["\u0e2a\u0e21\u0e0a\u0e32\u0e22", "\u0e21\u0e32\u0e25\u0e35"],
}
ALL_NAMES = [name for names in NAMES.values() for name in names]


def told(comment: str, *values: Any, source: str = "") -> str:
    texts = tuple(value for value in values if isinstance(value, (str, bytes)))
    numbers = tuple(value for value in values if not isinstance(value, (str, bytes)))
    return finished(public_comment(comment, Held(texts, numbers), (source,)))


@pytest.mark.parametrize("name", ALL_NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_name_in_any_script_and_form_is_found(name: str, form: str) -> None:
    written = unicodedata.normalize(form, name)
    assert told(f"# {written}: no scan", name) == "# <str>: no scan"
    assert told(f"# {name}: no scan", written) == "# <str>: no scan"


@pytest.mark.parametrize("name", [name for name in ALL_NAMES if name != "Li"])
def test_a_part_of_a_longer_value_is_found(name: str) -> None:
    assert name not in told(f"# no scan for {name}, why?", f"Zova {name} (born 1970)")
    assert told(f"# no scan for {name}", f"/data/{name}/scan.nii") == "# no scan for <str>"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Anna", "Annas"),
        ("Anna", "Anny"),
        ("Anna", "ANNA'S"),
        ("Tom", "Toms"),
        ("Eva Zovamelura", "Zovameluras"),
        ("\u0410\u043d\u043d\u0430", "\u0410\u043d\u043d\u044b"),
        ("\u0418\u0432\u0430\u043d\u043e\u0432", "\u0418\u0432\u0430\u043d\u043e\u0432\u044b\u043c"),
        ("\u0395\u03bb\u03ad\u03bd\u03b7", "\u0395\u03bb\u03ad\u03bd\u03b7\u03c2"),
        ("\uae40\ubbfc\uc900", "\uae40\ubbfc\uc900\uc758"),
        ("\uae40\ubbfc\uc900", "\ubbfc\uc900\uc774"),
        ("\u738b\u4f1f", "\u738b\u4f1f\u7684"),
        ("\u7530\u4e2d", "\u7530\u4e2d\u3055\u3093"),
        ("\u0645\u062d\u0645\u062f", "\u0645\u062d\u0645\u062f\u064c"),
    ],
)
def test_an_inflected_name_is_found(value: str, written: str) -> None:
    line = told(f"# {written} scan", value)
    assert line.startswith("# <str>")
    assert unicodedata.normalize("NFC", value.split()[-1])[:-1] not in line


@pytest.mark.parametrize("value", ["U87", "S12", "4711", "A549", "x7", "GSM123"])
def test_an_id_is_found(value: str) -> None:
    assert told(f"# look at {value} again", f"sample {value}") == "# look at <str> again"


def test_words_of_several_pieces_are_one_placeholder() -> None:
    assert told("# John Smith-Jones has none", "John Smith-Jones") == "# <str> has none"


def test_patterns_look_first_at_the_whole_text() -> None:
    line = told("# ask anna.maria@klinik.example.org now", "anna", "klinik", b"example")
    assert line == "# ask <email> now"


@pytest.mark.parametrize(
    "comment",
    [
        "# Load the data",
        "# plot the mean of each group",
        "# Step 3: train the model with 10 epochs",
        "#@title Dock the ligand",
        "# TODO: remove this later",
        "# x is the number of rows",
    ],
)
def test_words_that_everybody_writes_are_nobodys_value(comment: str) -> None:
    values = ["data/train.csv", "mode", "the", "model", "x", "mean", "group by", "a load of rows", "epochs", 10, 3]
    assert told(comment, *values) == comment


def test_a_common_word_that_is_a_name_is_hidden() -> None:
    assert told("# Max has no scan", "Max") == "# <str> has no scan"
    assert told("# Max has no scan", "On Monday Max was seen by the doctor, who said that all was well") == (
        "# <str> has no scan"
    )


def test_a_rare_word_of_prose_is_hidden_and_its_common_words_are_not() -> None:
    prose = "The patient Zovamelurik was admitted on Monday with a severe pain in the left knee."
    assert told("# the left knee of Zovamelurik", prose) == "# the left knee of <str>" or (
        told("# the left knee of Zovamelurik", prose) == "# the left <str> of <str>"
    )


def test_a_literal_of_the_cell_is_a_value() -> None:
    source = "x = int('zelulego')  # dose of zelulego"
    assert told("# dose of zelulego", source=source) == "# dose of <str>"
    assert event_of(source)["first_line"] == "x = int(<str>)  # dose of <str>"


def test_a_literal_of_an_earlier_cell_is_a_value_and_its_words_are_not() -> None:
    earlier = "zovaplan = 1  # see kelumiro\nprint('melozari')"
    line = finished(public_comment("# zovaplan, kelumiro and melozari", Held(), ("1 / 0", earlier)))
    assert line == "# zovaplan, kelumiro and <str>"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# df = pd.read_csv('zovamelura', sep=';')", "# df = pd.read_csv(<str>, sep=';')"),
        ("# df = pd.read_csv('Melura, 1970', index_col='id')", "# df = pd.read_csv(<str>, index_col='id')"),
        ("#name = '''zovamelura", "#name = <str>"),
        ("# d = {'Zova': ['Melura', b'x1y2']}", "# d = {<str>: [<str>]}"),
        ('#@param {type: "string"}', '#@param {type: "string"}'),
        ("# the 'Zova' station isn't there", "# the 'Zova' station isn't there"),
    ],
)
def test_a_literal_of_code_in_a_comment_is_hidden(comment: str, expected: str) -> None:
    assert told(comment) == expected


def test_a_name_of_the_cell_is_code_whatever_values_say() -> None:
    source = "# sort stations_kelumiro first\nstations_kelumiro.sort()"
    event = event_of(source, {"__name__": "__main__", "column": "stations_kelumiro"})
    assert event["first_line"] == "# sort stations_kelumiro first"


def test_the_cell_itself_is_no_value() -> None:
    source = "# tag-runtime and kelumiro\n1 / 0"
    history = {"_i7": source, "_i": source, "_ii": source, "_ih": ["", source], "In": ["", source]}
    assert event_of(source, {"__name__": "__main__", **history})["first_line"] == "# tag-runtime and kelumiro"


@given(
    st.sampled_from(ALL_NAMES), st.sampled_from(ALL_NAMES), st.sampled_from(["{}", "{} {}", "dr. {}", "{}/{}", "{};{}"])
)
def test_no_name_leaves_whatever_value_it_stands_in(name: str, other: str, shape: str) -> None:
    value = shape.format(name, other)
    line = told(f"# why not {name}?", value)
    assert unicodedata.normalize("NFC", name) not in line


@given(st.text(max_size=300), st.lists(st.text(max_size=50) | st.binary(max_size=50) | st.integers() | st.floats()))
def test_any_comment_can_be_compared_with_any_values(comment: str, values: list[Any]) -> None:
    line = told("# " + comment, *values)
    line.encode("utf-8", "surrogatepass")


@given(
    st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=9), max_size=5),
    st.text("kvwz", min_size=7, max_size=9),
)
def test_a_comment_that_repeats_nothing_stays_whole(values: list[str], word: str) -> None:
    if not any(word[:3] in value or value in word or word in "".join(values) for value in values):
        assert told(f"# about {word} here", *values) == f"# about {word} here"

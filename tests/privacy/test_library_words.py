"""Words of a message that stand in the files of the library which failed stay; what it was given never does."""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_errreport.event import ClassSnapshot, FrameSnapshot
from jupyter_errreport.privacy import Evidence, public_message
from jupyter_errreport.privacy.code_names import CodeNames
from jupyter_errreport.privacy.library.library_words import templates_of_library
from jupyter_errreport.privacy.steps import finished
from tests.privacy.scrubbing import message_of

SUPPRESSED = [HealthCheck.function_scoped_fixture]
NAMES = CodeNames(frozenset(), lambda name: False, lambda name: name in ("int", "str"), lambda name: False)
NOISE = bytes(range(128, 190)) * 40

C_TEXTS = [
    b"ligand %s has %d rings of %s",
    b"the receptor grid was never computed",
    b"could not open %s for reading: %s",
    b"Docking in %s at %s:%d: %s",
    b"cannot parse",
    b"pose number must stay below 'limit' of the grid",
    b"site",
]


def rust(*parts: str | None) -> bytes:
    """What rustc writes for a format: each piece behind its length, C0 for an argument, a null byte at the end."""
    return b"".join(b"\xc0" if part is None else bytes([len(part)]) + part.encode() for part in parts) + b"\0"


def literal_lzss(text: bytes) -> bytes:
    """A text in Cython's own packing, without any repetition used."""
    return b"".join(b"\xff" + text[start : start + 8] for start in range(0, len(text), 8))


class Dock:
    """An installed library whose files hold what a test puts there, and the messages of its errors."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / "site-packages" / "dock"
        self.package.mkdir(parents=True)
        (self.package / "__init__.py").write_text("from ._core import *\n", encoding="utf-8")
        self.metadata = folder / "site-packages" / "dock-1.0.dist-info"
        self.metadata.mkdir()
        self.has()

    def has(self, **files: bytes) -> None:
        for name, content in files.items():
            (self.package / name.replace("_so", ".abi3.so").replace("_py", ".py")).write_bytes(content)
        record = [f"dock/{path.name},," for path in self.package.iterdir()]
        (self.metadata / "RECORD").write_text("\n".join(record), encoding="utf-8")

    def says(self, message: str, cell: str = "dock.run(x)", values: tuple[str, ...] = ()) -> str:
        code = compile(cell, "<ipython-input-3-0123456789ab>", "exec")
        origins = {"dock": str(self.package / "__init__.py")}
        frame = FrameSnapshot(code, 1, len(code.co_code) - 4, "__main__", 3, {}, origins)
        frame = frame._replace(values={**frame.values, **{f"x{index}": value for index, value in enumerate(values)}})
        templates = finished(templates_of_library(message, [frame], []))
        return finished(public_message(message, Evidence(templates, NAMES)))


@pytest.fixture
def dock(tmp_path: Path) -> Dock:
    made = Dock(tmp_path)
    made.has(core_so=NOISE + b"\0" + b"\0".join(C_TEXTS) + b"\0" + NOISE)
    return made


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("the receptor grid was never computed", "the receptor grid was never computed"),
        ("ligand zovamela has 3 rings of gold", "ligand <str> has <int> rings of <str>"),
        ("could not open /home/ann/x.pdb for reading: zova", "could not open <path> for reading: <str>"),
        ("Docking in Grid at grid.c:17: the receptor grid was never computed", None),
        ("zovamela: the receptor grid was never computed", "<str>: the receptor grid was never computed"),
        ("the receptor grid was never computed (zovamela)", "the receptor grid was never computed (<str>)"),
        ("the receptor grid was never stored", "the receptor grid was never <str>"),
        ("The Receptor Grid Was Never Computed", "<str>"),
        ("site", "<str>"),
        ("cannot parse", "cannot parse"),
        ("pose number must stay below 'zova' of the grid", "pose number must stay below <str> of the grid"),
    ],
)
def test_words_of_a_c_library_stay(dock: Dock, message: str, expected: str | None) -> None:
    if expected is None:
        expected = "Docking in <str> at <str>: the receptor grid was never computed"
    assert dock.says(message) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("expected 3 atoms, found 5", "expected <int> atoms, found <int>"),
        ("no chain named A in the model of zovamela", "no chain named <str> in the model of <str>"),
        ("'int' object is not an instance of 'str'", "'int' object is not an instance of 'str'"),
        ("'Zova' object is not an instance of 'int'", "<type> object is not an instance of 'int'"),
        ("no residue is left to mutate", "no residue is left to mutate"),
    ],
)
def test_words_of_a_rust_library_stay(dock: Dock, message: str, expected: str) -> None:
    formats = [
        rust("at least ", None, " atoms, found ", None),
        rust("no chain named ", None, " in the model of ", None),
        rust("'", None, "' object is not an instance of '", None, "'"),
    ]
    together = b"an earlier textno residue is left to mutateand a later one\0"
    dock.has(core_so=NOISE + b"\0" + b"".join(formats) + together + rust("expected ", None, " atoms, found ", None))
    assert dock.says(message) == expected


def test_what_a_colon_ends_is_a_piece_though_no_border_is_seen(dock: Dock) -> None:
    dock.has(core_so=b"\0an earlier textError while docking: Invalid poseand a later one\0")
    assert dock.says("Error while docking: zova") == "Error while docking: <str>"
    assert dock.says("textError while zova") == "<str>"


@pytest.mark.parametrize("pack", [zlib.compress, literal_lzss], ids=["zlib", "lzss"])
def test_words_that_cython_packed_stay(dock: Dock, pack: Callable[[bytes], bytes]) -> None:
    strings = b"".join(b"string number %d of the module " % number for number in range(40))
    packed = pack(strings + b"The grid has no box! of kind __init__")
    dock.has(core_so=b"\0cython_runtime\0" + NOISE[:16] + packed + b"\0" * 3 + NOISE)
    assert dock.says("zovamela: The grid has no box!") == "<str>: The grid has no box!"


def test_what_cython_packed_by_repetition_is_unpacked(dock: Dock) -> None:
    # "the grid " once, then again from 9 bytes back, then the rest as it is
    text = literal_lzss(b"x" * 392) + b"\xff" + b"abc the " + b"\xff" + b"grid is " + bytes([0b11111110, 0, 5])
    text += b"missing" + b"\xff" + b" now.   "
    dock.has(core_so=b"\0cython_runtime\0" + text + b"\0" * 9)
    assert "missing now" in dock.says("the grid is grid is missing now")


def test_words_in_the_sources_of_a_library_stay(dock: Dock) -> None:
    dock.has(checks_py=b'E042 = "the ligand {name} clashes with {other}"\nTEXT = f"{x} violates type hint {y}"\n')
    assert dock.says("the ligand zova clashes with mela") == "the ligand <str> clashes with <str>"
    assert dock.says("[E042] the ligand zova clashes with mela") == "[E042] the ligand <str> clashes with <str>"
    assert "E043" not in dock.says("[E043] the ligand zova clashes with mela")
    assert dock.says("zova violates type hint mela") == "<str> violates type hint <str>"


PROSE = b'A = "the box could not be placed in the grid, since it was not closed"\nB = f"{x} was not placed. {y}"\n'


@pytest.mark.parametrize("value", ["could not be", "since it was not", "the box could not", "not be placed in"])
def test_a_few_common_words_in_a_literal_of_a_source_prove_nothing(dock: Dock, value: str) -> None:
    dock.has(core_so=b"", checks_py=PROSE)
    assert value not in dock.says(f"unknown pose: {value}")


def test_a_piece_of_a_format_in_a_source_does(dock: Dock) -> None:
    dock.has(core_so=b"", checks_py=PROSE)
    assert dock.says("pose zova was not placed. mela") == "<str> was not placed. <str>"


def test_a_dict_of_errors_keeps_the_texts_of_the_library(dock: Dock) -> None:
    dock.has(checks_py=b"A = 'required field'\nB = 'must be of {0} type'\n")
    message = "{'zova': ['must be of mela type'], 'kind': [{'x': ['required field', 'John Smith died']}]}"
    told = dock.says(message)
    assert "must be of <str> type" in told and "'required field'" in told
    assert not any(value in told for value in ("zova", "mela", "Smith", "died"))


def test_the_text_of_bytes_is_looked_up_too(dock: Dock) -> None:
    assert dock.says("b'the receptor grid was never computed'") == "b'the receptor grid was never computed'"


def test_only_what_the_failing_line_names_is_read(dock: Dock) -> None:
    assert dock.says("the receptor grid was never computed", "x = 1; dock.run(x)").startswith("the receptor")
    assert dock.says("the receptor grid was never computed", "raise_it(x)").startswith("the receptor"), (
        "no name is known"
    )


def test_a_library_that_is_not_installed_says_nothing(dock: Dock) -> None:
    (dock.metadata / "RECORD").unlink()
    assert dock.says("the receptor grid was never computed") == "<str>"


def section_file(name: bytes, content: bytes) -> bytes:
    """An ELF file of 64 bits with a section of this name beside one of code."""
    names = b"\0.text\0" + name + b"\0.shstrtab\0"
    code = b"the code says some words here too\0"
    offset = 64 + len(code)
    table = offset + len(content) + len(names)

    def section(at: int, start: int, size: int) -> bytes:
        return struct.pack("<IIQQQQIIQQ", at, 1, 0, 0, start, size, 0, 0, 1, 0)

    header = b"\x7fELF\x02\x01\x01" + b"\0" * 9
    header += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, table, 0, 64, 56, 0, 64, 4, 3)
    sections = section(0, 0, 0) + section(1, 64, len(code)) + section(7, offset, len(content))
    sections += section(8 + len(name), offset + len(content), len(names))
    return header + code + content + names + sections


def test_of_an_elf_file_only_the_constants_are_read(dock: Dock) -> None:
    dock.has(core_so=section_file(b".rodata", b"\0the receptor grid was never computed\0"))
    assert dock.says("the receptor grid was never computed") == "the receptor grid was never computed"
    assert dock.says("the code says some words here too") == "<str>"


def test_a_file_that_is_cut_short_is_read_as_a_whole(dock: Dock) -> None:
    dock.has(core_so=section_file(b".rodata", b"\0the receptor grid was never computed\0")[:150])
    assert dock.says("the receptor grid was never computed") == "the receptor grid was never computed"


def test_a_text_over_the_border_of_two_pieces_is_found(dock: Dock) -> None:
    for before in (16_384 - 20, 16_384 - 200 - 10, 2 * 16_384 - 420):
        dock.has(core_so=b"\x90" * before + b"\0the receptor grid was never computed\0" + b"\x90" * before)
        assert dock.says("the receptor grid was never computed") == "the receptor grid was never computed"


# Non-leaks ------------------------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.text(st.characters(categories=("L", "N"), exclude_characters="ligandhsrofecuptSUV"), min_size=3, max_size=12),
    st.sampled_from(
        ["Anna Müller", "王伟", "김민준", "Екатерина", "عمر", "smith-1980", "sk-proj-Ab12Cd34", "1980-02-03"]
    ),
    st.from_regex(r"/home/[a-z]{3,8}/[a-z]{3,8}\.csv", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{3,8} [A-Z][a-z]{3,8}", fullmatch=True),
)
SHAPES = [
    "ligand {} has 3 rings of {}",
    "could not open {} for reading: {}",
    "{}: the receptor grid was never computed",
    "the receptor grid was never computed {}",
    "the receptor grid {} was never computed",
    "'{}' pose number must stay below \"{}\"",
    "[{}] cannot parse {}",
    "{{'{}': ['the receptor grid was never computed', '{}']}}",
    "Docking in {} at {}:3: x",
]


@given(shape=st.sampled_from(SHAPES), value=VALUES)
@settings(max_examples=300, deadline=None, suppress_health_check=SUPPRESSED)
def test_a_value_between_the_words_stays(dock: Dock, shape: str, value: str) -> None:
    told = dock.says(shape.format(value, value))
    words = b" ".join(C_TEXTS).decode() + " <str> <int> <path> <float> <list> <dict> <bytes> <url> <object> <tuple>"
    assert value not in told or value in words


RUNS = [text.decode() for text in C_TEXTS if b"%" not in text and text.count(b" ") > 2 and b"'" not in text]


@given(run=st.sampled_from(RUNS), before=st.sampled_from(["", "Smith: ", "no patient "]), held=st.booleans())
@settings(max_examples=50, deadline=None, suppress_health_check=SUPPRESSED)
def test_a_value_stays_even_if_it_equals_a_text_of_the_library(dock: Dock, run: str, before: str, held: bool) -> None:
    cell = "dock.run(x)" if held else f"dock.run({run!r})"
    told = dock.says(before + run, cell, (run,) if held else ())
    assert run not in told
    assert run not in dock.says(f"{before}{run} and more", cell, (f"{run} and more",) if held else ())


@given(run=st.sampled_from(RUNS))
@settings(max_examples=20, deadline=None, suppress_health_check=SUPPRESSED)
def test_a_key_that_equals_a_text_of_the_library_stays(dock: Dock, run: str) -> None:
    assert run not in dock.says(f"unknown pose '{run}'")
    assert run not in dock.says(f"key [{run}] was not found")
    assert run not in dock.says(repr(run), f"dock[{run!r}]")


def test_a_word_that_the_cell_gave_is_no_part_of_a_run(dock: Dock) -> None:
    assert (
        dock.says("the receptor grid was never computed", "dock.run('computed')") == "the receptor grid was never <str>"
    )
    assert (
        dock.says("the receptor grid was never computed", "dock.run('the')") != "the receptor grid was never computed"
    )


def test_words_that_the_user_raises_are_not_looked_up() -> None:
    source = "import json\nraise json.JSONDecodeError('Expecting property name enclosed in double quotes', 'x', 0)"
    assert "Expecting property" not in message_of(source)


@pytest.fixture
def generated(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FrameSnapshot, ClassSnapshot]]:
    from jupyter_errreport.privacy import evidence

    code = compile("raise __dock_error('Zova is not here')", "<dock generated pose>", "exec")
    origins = {"__dock_error": str(dock.package / "__init__.py")}
    frame = FrameSnapshot(code, 1, 0, "__main__", None, {}, origins)
    cls = ClassSnapshot("PoseError", "dock", str(dock.package / "__init__.py"), True, ())
    assert evidence.is_generated_by_library([frame], [cls])
    yield frame, cls


def test_code_that_a_user_generates_is_the_users(generated: tuple[FrameSnapshot, ClassSnapshot]) -> None:
    from jupyter_errreport.privacy.evidence import is_generated_by_library

    frame, cls = generated
    by_hand = frame._replace(code=frame.code.replace(co_filename="<string>"))
    assert not is_generated_by_library([by_hand], [cls])
    assert not is_generated_by_library([frame._replace(cell=3)], [cls])
    assert not is_generated_by_library([frame._replace(origins={"x": __file__})], [cls])
    assert not is_generated_by_library([frame], [cls._replace(file=sys.executable)])

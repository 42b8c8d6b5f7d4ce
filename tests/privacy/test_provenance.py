"""The words of an installed library stay, what it formats in does not: by the code that raised."""

from __future__ import annotations

import itertools
import py_compile
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .scrubbing import event_of, install, message_of

VALUE = "zovamelura"
_numbers = itertools.count()

Library = Callable[[str], str]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Installs a library of the given source; answers with its name."""
    folder = tmp_path / "site-packages"
    monkeypatch.syspath_prepend(str(folder))
    names: list[str] = []

    def make(source: str) -> str:
        name = f"dockinglib{next(_numbers)}"
        install(folder, name, source)
        names.append(name)
        return name

    yield make
    for name in names:
        sys.modules.pop(name, None)


F_STRING = """
def check(res, chain):
    raise ValueError(f"unknown residue {res} in {chain}")
"""
CONVERTED = """
class Model:
    name = "x"
def check(res, chain):
    model = Model(); model.name = res
    raise ValueError(f"unknown residue {model.name!r:>20} in chain {chain.upper()}")
"""
PERCENT = """
def check(res, chain):
    raise ValueError("unknown residue %s in %r" % (res, chain))
"""
PERCENT_KEYS = """
def check(res, chain):
    raise ValueError("unknown residue %(res)s in %(chain)r" % {"res": res, "chain": chain})
"""
FORMAT = """
def check(res, chain):
    raise ValueError("unknown residue {} in {where}".format(res, where=chain))
"""
CONCATENATED = """
def check(res, chain):
    raise ValueError("unknown residue " + res + " in " + str(chain))
"""
JOINED = """
def check(res, chain):
    raise ValueError(" ".join(["unknown residue", res, "in", chain]))
"""
IMPLICIT = """
def check(res, chain):
    raise ValueError(
        "unknown residue "
        f"{res} in "
        f"{chain}"
    )
"""
EARLIER = """
def check(res, chain):
    message = f"unknown residue {res}"
    if chain:
        message += f" in {chain}"
    other = 3
    raise ValueError(message)
"""
HELPER = """
def _describe(res, chain):
    return f"unknown residue {res} in {chain}"
def check(res, chain):
    raise ValueError(_describe(res, chain))
"""
RAISING_HELPER = """
def _fail(message):
    raise ValueError(message)
def check(res, chain):
    _fail(f"unknown residue {res} in {chain}")
"""
MADE_BY_HELPER = """
def _error(res, chain):
    return ValueError(f"unknown residue {res} in {chain}")
def check(res, chain):
    raise _error(res, chain)
"""
MODULE_LEVEL = """
MESSAGE = "unknown residue {res} in {chain}"
def check(res, chain):
    raise ValueError(MESSAGE.format(res=res, chain=chain))
"""
CLASS_LEVEL = """
class Checker:
    message = "unknown residue %s in %s"
    def check(self, res, chain):
        raise ValueError(self.message % (res, chain))
def check(res, chain):
    Checker().check(res, chain)
"""
IN_STR = """
class ResidueError(Exception):
    def __init__(self, res, chain):
        self.res, self.chain = res, chain
    def __str__(self):
        return f"unknown residue {self.res} in {self.chain}"
def check(res, chain):
    raise ResidueError(res, chain)
"""
IN_INIT = """
class ResidueError(Exception):
    def __init__(self, res, chain):
        super().__init__(f"unknown residue {res} in {chain}")
def check(res, chain):
    raise ResidueError(res, chain)
"""
TABLE = """
MESSAGES = {1: "too many residues in %s", 2: "unknown residue in %s"}
def check(res, chain):
    raise ValueError(MESSAGES[2] % chain)
"""
GETTEXT = """
from gettext import gettext as _
def check(res, chain):
    raise ValueError(_("unknown residue %s in %s") % (res, chain))
"""
WARNED = """
import warnings
def check(res, chain):
    warnings.warn(f"unknown residue {res} in {chain}")
"""
ASSERTED = """
def check(res, chain):
    assert res == chain, f"unknown residue {res} in {chain}"
"""
CONDITIONAL = """
def check(res, chain):
    raise ValueError(f"unknown residue {res}" + (f" in {chain}" if chain else ""))
"""
LINES = '''
def check(res, chain):
    raise ValueError(f"""unknown residue
    {res} in
    {chain}""")
'''
LONG = "def check(res, chain):\n" + "    x = 1\n" * 900 + '    raise ValueError(f"unknown residue {res} in {chain}")\n'


@pytest.mark.parametrize(
    "source",
    [
        F_STRING, CONVERTED, PERCENT, PERCENT_KEYS, FORMAT, CONCATENATED, JOINED, IMPLICIT, EARLIER, HELPER,
        RAISING_HELPER, MADE_BY_HELPER, MODULE_LEVEL, CLASS_LEVEL, IN_STR, IN_INIT, TABLE, GETTEXT, WARNED, ASSERTED,
        CONDITIONAL, LINES, LONG,
    ],
    ids=lambda source: next(name for name, text in globals().items() if text is source),
)  # fmt: skip
def test_the_words_stay_and_the_values_do_not(library: Library, source: str) -> None:
    name = library(source)
    strict = "import warnings; warnings.simplefilter('error', UserWarning)"  # not of what others left to be collected
    event = event_of(f"{strict}\nimport {name}\n{name}.check('{VALUE}', '{VALUE[::-1]}')")
    told = event["error_message"]
    assert "unknown residue" in told
    assert " in" in told
    assert VALUE not in str(event).casefold()
    assert VALUE[::-1] not in str(event).casefold()


def test_a_hole_is_named_after_what_was_formatted_in(library: Library) -> None:
    name = library(F_STRING)
    assert message_of(f"import {name}; {name}.check('ZOV', 'A')") == "unknown residue <res> in <chain>"


def test_the_type_of_a_value_is_code(library: Library) -> None:
    name = library('def check(x):\n    raise TypeError(f"expected a residue, got {type(x).__name__}")')
    assert message_of(f"import {name}; {name}.check([])") == "expected a residue, got list"
    made = message_of(f"import {name}; {name}.check(type('{VALUE}', (), {{}})())")
    assert made == "expected a residue, got <type>"


@pytest.mark.parametrize("importing", ["from .errors import Errors", "from {name}.errors import Errors"])
def test_a_catalogue_of_messages_in_another_module_of_the_package(
    library: Library, tmp_path: Path, importing: str
) -> None:
    name = library("")
    package = tmp_path / "site-packages" / name
    package.mkdir()
    (package / "__init__.py").touch()
    package.with_suffix(".py").unlink()
    (package.parent / f"{name}-1.0.dist-info" / "RECORD").write_text(
        "".join(f"{name}/{module}.py,,\n" for module in ("__init__", "errors", "checking"))
    )
    catalogue = """
class Numbered(type):
    def __getattribute__(self, code):
        return f"[{code}] {super().__getattribute__(code)}"
class Errors(metaclass=Numbered):
    E001 = "nothing like it: {name}"
    E002 = ("Can't find a residue for '{name}' in {chain}. This usually "
            "happens with a chain of its own.\\n\\nAvailable chains: {known}")
"""
    (package / "errors.py").write_text(catalogue)
    checking = (
        importing.format(name=name)
        + """
def check(res, chain):
    raise ValueError(Errors.E002.format(name=res, chain=chain, known=", ".join("AB")))
"""
    )
    (package / "checking.py").write_text(checking)
    message = message_of(f"from {name}.checking import check\ncheck('{VALUE}', 'Smith')")
    assert "Can't find a residue for <res> in <chain>. This usually happens with a chain of its own." in message
    assert message.endswith("Available chains: <join>")
    assert VALUE not in message
    for module in ("errors", "checking"):
        sys.modules.pop(f"{name}.{module}", None)


def test_a_message_of_which_the_code_formats_all_is_a_placeholder(library: Library) -> None:
    name = library("def check(x):\n    raise ValueError(x)")
    assert VALUE not in message_of(f"import {name}; {name}.check('about patient {VALUE}')")


def test_a_source_that_was_edited_after_its_import_explains_nothing(library: Library, tmp_path: Path) -> None:
    name = library('def check(res):\n    raise ValueError("this residue is bad: " + res)')
    cell = f"import {name}; {name}.check('{VALUE}')"
    assert message_of(cell).startswith("this residue is bad")
    file = tmp_path / "site-packages" / f"{name}.py"
    file.write_text(f'def check(res):\n    raise ValueError("this {VALUE} is bad: " + res)')
    assert VALUE not in message_of(cell)


def test_compiled_code_without_a_source_still_has_its_words(library: Library, tmp_path: Path) -> None:
    name = library(F_STRING)
    file = tmp_path / "site-packages" / f"{name}.py"
    py_compile.compile(str(file), str(file) + "c")
    file.unlink()
    told = message_of(f"import {name}; {name}.check('{VALUE}', '{VALUE}')")
    assert "unknown residue " in told
    assert VALUE not in told


def test_the_users_own_code_has_no_words_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "my_helpers.py").write_text(
        'def check(x):\n    raise ValueError(f"patient {x} must be a positive number")'
    )
    told = message_of(f"import my_helpers; my_helpers.check('{VALUE}')")
    assert told == "<str>"


@pytest.mark.parametrize(
    "cell",
    [
        "raise ValueError('could not convert string to float: patient Smith')",
        "assert False, 'patient Smith must be a positive integer'",
        "class PatientError(Exception):\n    def __str__(self): return 'patient Smith not found'\nraise PatientError",
        "message = 'patient Smith not found'\nraise ValueError(message)",
    ],
)
def test_what_a_cell_raises_is_data(cell: str) -> None:
    assert message_of(cell) == "<str>"


def test_what_compiled_code_of_the_users_raises_is_data() -> None:
    """Cython's code objects do not tell whether it was a `raise`."""
    names: dict[str, Any] = {"__name__": "zovams"}
    exec(compile("def check(x): float(x)", "/home/ann/zovams.pyx", "exec"), names)
    told = event_of("check('patient Smith')", {"__name__": "__main__", "check": names["check"]})
    assert told["error_message"] == "<str>"
    assert "zovams" not in str(told["traceback"])


@pytest.mark.parametrize("value", ["a", "s", "is", "the", "list", "was", "None", "x"])
@pytest.mark.parametrize("cell", ["int({v!r}, 36 if {v!r} == 'z' else 8)", "float({v!r})", "open('/no/such/' + {v!r})"])
def test_a_short_value_is_a_value(cell: str, value: str) -> None:
    told = message_of(cell.format(v=value))
    assert f"'{value}'" not in told
    assert not told.endswith((f" {value}", f"/{value}"))


def test_a_short_value_in_the_words_of_a_library_is_a_value(library: Library) -> None:
    name = library('def check(res):\n    raise ValueError(f"unknown residue {res}")')
    for value in ("a", "is", "was", "s", "list"):
        assert message_of(f"import {name}; {name}.check({value!r})") == "unknown residue <res>"

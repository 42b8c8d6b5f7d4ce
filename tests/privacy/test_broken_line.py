"""Of a cell that does not parse, only what is known to be code leaves."""

from __future__ import annotations

import builtins
import keyword
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jupyter_errreport.privacy import Around, public_first_line
from jupyter_errreport.privacy.line.parsing import is_python
from jupyter_errreport.privacy.steps import finished

from .scrubbing import event_of, message_of

KNOWN = frozenset(("pd", "df", "read_csv", "np"))
LINES = [
    "name = 'Patrick O'Zovam'",
    'say("He said "zovam" twice")',
    "pd.read_csv(/home/zovam/secret.csv)",
    r"df = pd.read_csv(C:\Users\Anna Zovam\Documents\scan.csv)",
    "https://zovam:pw1@zovam.example/x?token=zovam",
    "API KEY: sk-proj-zovam1234567890abcdef",
    "Authorization: Bearer ghp_zovam",
    "anna.zovam@klinik.de wrote:",
    "print(\u201cZovam\u201d)",
    "print(\u2018Zovam\u2019)",
    "Dear Mr. Zovam, thank you for your letter",
    "Zovam,Anna,42,,",
    ">sp|P12345|ZOVAM_HUMAN zovam",
    "SELECT * FROM zovam WHERE name = 'zovam'",
    "$ psql -h zovam -U zovam",
    "{'name': 'zovam', 'age': 42,, }",
    "<p>Zovam</p>",
    r"\section{Zovam}",
    "zovam <- read.csv('zovam.csv') %>% head()",
    'File "/home/zovam/x.py", line 3, in zovam',
    "color: #zovam;",
    "My ticket #zovam is open",
    "zovam\u00a0= 1 2",
    "import zovam as",
    "from zovam import (zovam",
    "def zovam(zovam:",
    "f'{zovam' + 3zovam",
    "x = 0zovam + 12zovam34",
    "print zovam, 'zovam'",
    "@zovam",
]


def first_line(source: str) -> str:
    return finished(public_first_line(source, around=Around(is_name=KNOWN.__contains__)))


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("below", ["", "\nx = 1", "\n(("])
def test_nothing_of_a_pasted_text_leaves(line: str, below: str) -> None:
    source = line + below
    assert not is_python(source)
    assert "zovam" not in first_line(source).casefold()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("df = pd.read_csv(/home/zovam/secret.csv", "df = pd.read_csv(<path>"),
        ("name = 'Patrick O'Zovam'", "name = <str>"),
        ("for row in df", "for <name> in df"),
        ("import numpy as np as nq", "import numpy as np as <name>"),
        ("print(len(df)", "print(len(df)"),
        ("# Load the data", "# Load the data"),
        ("%matplotlib inline", "%matplotlib inline"),
        ("health_data.zova[(:, 1)]", "health_data.<name>[(:, <int>)]"),
        ("the Zova data (melura = 3", "<name> data (<name> = <int>"),
        ("Anna Maria Zovam, 42, Boston", "<name>"),
        ("x = 5 ** ('a'", "x = <int> ** (<str>"),
    ],
)
def test_keywords_builtins_and_known_names_stay(line: str, expected: str) -> None:
    assert first_line(line + "\n((") == expected


def test_a_text_that_parses_is_code_and_its_names_stay() -> None:
    assert first_line("this is code") == "this is code"


def test_words_of_a_cell_that_does_not_parse_are_no_names_later() -> None:
    from jupyter_errreport.kernel.assemble import assemble
    from tests.privacy.scrubbing import failed, snapshot_of

    names = {"__name__": "__main__", "value": "zovamelura"}
    source = "eval(value)"
    error = failed(source, names)
    assert error is not None
    for cells, said in ((["zovamelura is ill today"], "<str>"), (["zovamelura = 3"], "zovamelura")):
        event = finished(assemble(snapshot_of(error, source, names), "code-only", lambda cells=cells: cells))
        assert event["error_message"].split()[1] in (f"'{said}'", said)


def test_the_message_of_a_syntax_error_takes_no_name_from_its_cell() -> None:
    assert "zovam" not in message_of("zovam zovam(")
    assert "zovam" not in str(event_of("def zovam(zovam, zovam): pass\nx = 'Patrick O'Zovam'")).casefold()


CELLS = [
    "import pandas as pd\ndf = pd.read_csv('zqsecret.csv')\nprint(df.head())",
    "patient = 'zqsecret'\nx = [len(patient), 3]\n",
    "f('zqsecret', key=\"zqsecret\")",
    "url = 'https://zqsecret.example.org/zqsecret?x=zqsecret'",
    "data = {'zqsecret': 'zqsecret', 3: ['zqsecret']}",
    "print(f'{3} zqsecret')",
    "text = '''zqsecret\nzqsecret'''",
]


@given(st.sampled_from(CELLS), st.data())
def test_a_cell_broken_at_any_place_keeps_its_literals(cell: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(cell)))
    length = data.draw(st.integers(0, 3))
    put = data.draw(st.sampled_from(["", "'", '"', "(", "\u201c", " ", "`", "\\", "$", "?", "=", "'''", "#"]))
    broken = cell[:place] + put + cell[place + length :]
    assume(not is_python(broken))
    assert "zqsecret" not in first_line(broken)


@given(st.text(max_size=200))
def test_of_any_text_that_is_no_python_no_unknown_word_leaves(text: str) -> None:
    assume(not is_python(text) and "#" not in text and "%" not in text and "!" not in text)
    assume(not re.match(r"[^\S\n]*[,;]", text.lstrip()))
    assume(not re.search(r"[=(\[.]", text))
    known = {*keyword.kwlist, *vars(builtins), *KNOWN, "print", "exec", "match", "case"}
    told = re.sub(r"<[a-z]+>", " ", first_line(text))
    assert [word for word in re.findall(r"[^\W\d]\w*", told) if word not in known] == []


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1",
        "%time f(x)",
        "%timeit -n 3 -r 2 f(x)",
        "%%time\nf(x)",
        "%%timeit -n 3\nf(x)",
        "for i in x:\n    !ls a b\n    %cd /x y",
        "a = !ls 'x'",
        "foo?",
        "?foo",
        "foo??\nx = 1",
        "await x",
        "%%bash\nls 'x",
        "%load_ext x\n%autoreload 2\nimport y",
        ",f a b",
        "# only a comment",
        "!wget 'x y",
        "if x:\n    %matplotlib inline\n    y",
        "files = %sx ls",
        "\n\n    x = 1\n    y = 2",
        ">>> x = 1\n>>> for i in x:\n...     print(i)",
        "In [3]: x = 1",
    ],
)
def test_cells_with_lines_of_ipython_parse(cell: str) -> None:
    assert is_python(cell)

"""Of a first line in another language its code leaves, and its comments without what looks private; no literal does."""

from __future__ import annotations

import string
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_errreport.privacy.line.foreign_line import LINE_TAKEN, foreign_first_line


@pytest.mark.parametrize(
    ("language", "line", "public"),
    [
        ("R", "fit <- lm(y ~ x + I(x^2), data = df[df$age > 40, ])  # model 2", None),
        ("R", "fit <- lm(y ~ x + I(x^<int>), data = df[df$age > <int>, ])  # model 2", "itself"),
        (
            "R",
            "df |> filter(name == 'Quill') |> mutate(z = \\(x) x + 1L)",
            "df |> filter(name == <str>) |> mutate(z = \\(x) x + <int>)",
        ),
        ("R", "`quill x` <- c('a' = 1.5)", "<name> <- c(<str> = <float>)"),
        ("R", "suppressPackageStartupMessages(library(dplyr))", "itself"),
        ("R", 'x <- r"(the "quill" one)"', "x <- r<str>"),
        ("julia", "y = A' * B' .+ x'  # transposed", "itself"),
        ("julia", "using DataFrames, CSV", "itself"),
        ("julia", '@time f(x, "quill")  # once', "@time f(x, <str>)  # once"),
        ("julia", 's = "quill $(x.y) and $z"', "s = <str>$(x.y)<str>$z<str>"),
        ("julia", "function f(x::Vector{Int})::Float64 where T", "itself"),
        ("julia", ";cat quill", ";cat <arg>"),
        ("matlab", "y = A' * x + [a' b'];  % of 12 mice", "y = A' * x + [a' b'];  % of 12 mice"),
        ("octave", "z = 'quill' + A';  # why", "z = <str> + A';  # why"),
        ("octave", "load quill.mat", "load <name>.<name>"),
        ("matlab", "function y = f(x, n)", "itself"),
        ("matlab", "clear all", "itself"),
        (
            "javascript",
            "const f = async (x) => await g(`quill ${x.y}`); // later",
            "const f = async (x) => await g(<str>${x.y}<str>); // later",
        ),
        ("javascript", 's.replace(/quill/gi, "jones")', "s.replace(<str>, <str>)"),
        ("typescript", "let xs: Map<string, number> = new Map(); // none", "itself"),
        ("C++17", "std::vector<double> v(10, 1.5);", "std::vector<double> v(<int>, <float>);"),
        ("C++", "#include <vector>", "itself"),
        ("C++", '#include "quill.h"', "#include <str>"),
        ("C++", 'auto s = R"x(quill "a")x";', "auto s = <str>;"),
        (
            "sql",
            "SELECT p.name, count(*) FROM patients p WHERE p.name = 'it''s Quill' -- all",
            "SELECT p.name, count(*) FROM patients p WHERE p.name = <str> -- all",
        ),
        (
            "sql",
            'SELECT "Quill x" FROM `my quill` JOIN [a quill] ON 1 = 2.5',
            "SELECT <name> FROM <name> JOIN <name> ON <int> = <float>",
        ),
        ("postgresql", "DO $$ quill $$", "DO <str>"),
        (
            "scala",
            'val df = spark.read.json(s"/quill/$x") // all',
            "val df = spark.read.json(<str>$x<str>) // all".replace("$x<str>", "$x<str>"),
        ),
        (
            "rust",
            'let xs: Vec<&\'a str> = vec![r#"quill "x" "#, "b"]; // two',
            "let xs: Vec<&'a str> = vec![<str>, <str>]; // two",
        ),
        (
            "java",
            "public class Foo extends Bar<String> { char c = 'q'; }",
            "public class Foo extends Bar<String> { char c = <str>; }",
        ),
        ("go", 's := `quill "x"` + fmt.Sprint(3)', "s := <str> + fmt.Sprint(<int>)"),
        ("ruby", "xs = %w(quill jones).map { |x| x + 1 } # two", "xs = <str>.map { |x| x + <int> } # two"),
        ("perl", 'my ($x, @y) = (1, "quill $x"); # two', "my ($x, @y) = (<int>, <str>); # two"),
        ("haskell", "import qualified Data.Map as M -- maps", "itself"),
        ("haskell", "x = [sql|select quill|]", "x = [sql<str>"),
        ("kotlin", 'val s = "quill $x ${y.z}" // so', "val s = <str>$x<str>${y.z}<str> // so"),
        ("C#", 'var s = @"quill ""x""" + $"a {b}"; // so', "var s = <str> + <str>; // so"),
        ("bash", "PGPASSWORD=quill psql -Uquill quill # of quill@lab.org", "<arg> psql -U<arg> <arg> # of <email>"),
        ("bash", "# all of it", "itself"),
        ("cobol", "DISPLAY quill 3 'quill' MORE", "<name> <name> <int> <str>"),
        ("cobol", "COMPUTE X = Y + 3.5", "<name> <name> = <name> + <int>"),
        ("", "x = 1", "<name> = <int>"),
    ],
)
def test_a_first_line(language: str, line: str, public: str | None) -> None:
    expected = line if public == "itself" else public
    told = foreign_first_line("\n  \n" + line + "\nquill(2)\n", language)
    if expected is not None:
        assert told == expected
    assert "quill" not in told.lower()


@pytest.mark.parametrize(
    ("language", "comment"),
    [
        *(
            ("R", "# {}"),
            ("julia", "# {}"),
            ("julia", "#= {} =#"),
            ("matlab", "% {}"),
            ("octave", "# {}"),
            ("sql", "-- {}"),
        ),
        *(
            ("sql", "/* {} */"),
            ("haskell", "-- {}"),
            ("haskell", "{{- {} -}}"),
            ("javascript", "// {}"),
            ("C++", "/* {} */"),
        ),
        *(
            ("scala", "// {}"),
            ("rust", "/// {}"),
            ("java", "/** {} */"),
            ("go", "// {}"),
            ("kotlin", "// {}"),
            ("C#", "// {}"),
        ),
        *(
            ("ruby", "# {}"),
            ("perl", "# {}"),
            ("typescript", "// {}"),
            ("bash", "# {}"),
            ("lua", "-- {}"),
            ("clojure", "; {}"),
        ),
    ],
)
def test_a_comment_stays_as_text_without_what_looks_private(language: str, comment: str) -> None:
    text = comment.format("Step 2: ask {} for the plan")
    told = foreign_first_line(text.replace("{}", "quill@lab.example.org"), language)
    assert told == text.replace("{}", "<email>")
    assert foreign_first_line(text, language, comments=False) == ""


VALUE = "@@"
LITERALS = {
    "R": ["x <- '@@'", 'x <- c("@@", "b")', "f(`@@ x`)", 'r"(@@)"', 'r"---[a "@@" b]---"', "x$'@@'", 'x["@@"] <- 1'],
    "julia": [
        'x = "@@"',
        'raw"@@"',
        'f("""a "@@" b""")',
        'A\' * "@@"',
        "x = `ls @@`",
        'd[:a] = "@@"',
        'r"@@"i',
        ";ls @@",
    ],
    "javascript": ["x = '@@'", 'x = {"@@": 1}', "x = `@@`", "x = `a ${b} @@`", "s.match(/@@/g)", "'a' + \"@@\""],
    "typescript": ["let x: string = '@@'", "x = `a ${f('@@')} b`", 'f<T>("@@")', "let x: '@@' = y"],
    "C++17": [
        'auto x = "@@";',
        'L"@@"',
        'R"(@@)"',
        'R"x(a "@@" b)x"',
        '#include "@@.h"',
        'printf("%s @@\\n", "@@")',
        '#define X "@@"',
    ],
    "octave": ["x = '@@'", 'x = "@@"', "A' * '@@'", "load @@", "cd @@", "x = ['a' '@@']", "disp('it''s @@')"],
    "matlab": ["x = '@@';", 'x = "@@";', "[a' b'; '@@']", "load @@.mat", "x = A.'; y = '@@'", "save @@ x"],
    "sql": [
        "SELECT '@@'",
        "SELECT 'a''@@'",
        'SELECT "@@"',
        "SELECT $$@@$$",
        "SELECT $t$@@$t$",
        "SELECT `@@ x`",
        "SELECT E'\\'@@'",
    ],
    "scala": ['val x = "@@"', 'val x = s"a $b @@"', 'x = """a "@@" b"""', 'f(raw"@@")', 'val x = Symbol("@@")'],
    "rust": [
        'let x = "@@";',
        'r"@@"',
        'r#"a "@@" b"#',
        'b"@@"',
        'println!("{} @@", x)',
        'r##"a "#@@ b"##',
        ':dep x = "@@"',
    ],
    "java": ['String x = "@@";', 'f("a\\"@@")', "char c = 'x'; g(\"@@\");"],
    "go": ['x := "@@"', "x := `@@`", 'f("a\\"@@", `"@@`)'],
    "ruby": [
        "x = '@@'",
        'x = "a #{b} @@"',
        "%w(@@ b)",
        "%q{@@}",
        "%Q[@@]",
        "x = :'@@'",
        "/@@/ =~ x",
        "`ls @@`",
        "%q|@@|",
        "%<@@>",
    ],
    "perl": [
        "$x = '@@';",
        '$x = "a $b @@";',
        "qw(@@ b)",
        "q{@@}",
        "q|@@|",
        "s/@@/b/",
        "m{@@}",
        "tr/@@/b/",
        "$x{'@@'}",
        "qq #@@#",
    ],
    "haskell": ['x = "@@"', '"a\\"@@"', "[r|@@|]", 'f "@@" 3', "[sql| select @@ |]"],
    "kotlin": ['val x = "@@"', 'val x = "a $b @@"', 'val x = """a "@@" ${c}"""'],
    "C#": ['var x = "@@";', 'var x = @"a ""@@""";', 'var x = $"a {b} @@";', '#r "@@"'],
    "php": ["$x = '@@';", '$x = "a $b @@";', "echo `@@`;"],
    "lua": ["x = '@@'", "x = [[@@]]", "x = [==[@@]==]"],
    "bash": ["echo @@", "X=@@ ls", "mysql -p@@", "echo \"@@\" '@@'", "ls --@@=1", "@@ x", "cat <@@ >@@"],
}
assert len(LITERALS) >= 12
written = st.text(string.ascii_lowercase + "_", min_size=2, max_size=8).map(lambda text: "zq" + text) | st.text(
    string.ascii_letters + "äß王 .,-+*/=:;@!?<>{}[]()&%#", max_size=12
).map(lambda text: "zq" + text + "zq")


@pytest.mark.parametrize("language", LITERALS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_literal_never_leaves(language: str, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(LITERALS[language]))
    value = data.draw(written)
    # What closes the literal, or opens code in it, is none of it.
    closing = {sign for sign in "'\"`()[]{}<>|/#@$*-;&%=:,+!? ." if sign in line.replace(VALUE, "")} | set("{}\\$#")
    if language in ("bash", "octave", "matlab"):
        closing |= set(" ()<>&;=*/+-:,@%#[]|!?.")
    value = "".join(sign for sign in value if sign not in closing)
    assert "zq" in value
    told = foreign_first_line(line.replace(VALUE, value), language)
    assert "zq" not in told, (line.replace(VALUE, value), told)


@pytest.mark.parametrize("language", [name for name in LITERALS if name != "bash"])
@pytest.mark.parametrize("quote", ["'", '"', "`"])
@given(word=st.text(string.ascii_lowercase, min_size=2, max_size=8))
@settings(deadline=None, max_examples=20)
def test_nothing_leaves_after_an_odd_quote(language: str, quote: str, word: str) -> None:
    if (language in ("haskell", "ruby", "lua", "go") and quote == "`") or (language == "haskell" and quote == "'"):
        quote = '"'  # the other is an operator there, or stands in names
    told = foreign_first_line(f"x = {quote}zq{word} zq{word}\ny", language)
    assert "zq" not in told


@pytest.mark.parametrize("language", ["R", "julia", "javascript", "typescript", "go", "rust", "lua", "sql", "cobol"])
def test_prose_that_was_pasted_is_no_code(language: str) -> None:
    told = foreign_first_line("Quill has no scan yet", language)
    assert not any(word in told for word in ("Quill", "scan", "yet"))


@pytest.mark.parametrize("language", [*LITERALS, "cobol"])
@given(
    text=st.text(max_size=300)
    | st.sampled_from(["'", '"', "$", "a'", "(", "/*", "r#", "\\", "a b "]).map(lambda unit: unit * 1_500)
)
@settings(deadline=None, max_examples=25)
def test_any_cell_has_a_first_line(language: str, text: str) -> None:
    told = foreign_first_line(text, language)
    assert "\n" not in told
    assert len(told) <= LINE_TAKEN * 6


def test_only_the_beginning_of_a_cell_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    from pygments.lexers import get_lexer_by_name

    lexer = type(get_lexer_by_name("r"))
    given_text: list[str] = []
    original = lexer.get_tokens

    def get_tokens(self: object, text: str) -> Iterator[tuple[object, str]]:
        given_text.append(text)
        return original(self, text)

    monkeypatch.setattr(lexer, "get_tokens", get_tokens)
    foreign_first_line("\n" * 50_000 + "x <- 1\n" * 100_000, "R")
    assert [len(text) <= LINE_TAKEN for text in given_text] == [True]


def test_without_pygments_no_name_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygments.lexers", None)
    assert foreign_first_line("x <- f('quill')", "R") == "<name> <- <name>(<str>"

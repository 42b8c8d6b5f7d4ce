import pytest

from templates.c_source import of_c
from templates.template_text import written

from .lines import lines


@pytest.mark.parametrize(
    ("source", "template"),
    [
        ('PyErr_SetString(PyExc_ValueError, "embedded null byte");', "embedded null byte"),
        (
            "PyErr_Format(PyExc_AttributeError, \"'%.100s' object has no attribute '%U'\", Py_TYPE(o)->tp_name, name);",
            "'{type}' object has no attribute '{str}'",
        ),
        (
            'PyErr_Format(E, "expected %zd bytes, " /* so */\n "got %R (100%%)", n, o);',
            "expected {int} bytes, got {repr} (100%)",
        ),
        ('PyErr_Format(E, "index %" NPY_INTP_FMT " is out of bounds", i);', "index {int} is out of bounds"),
        ('PyErr_Format(E, "must be strings (got " __Pyx_FMT_TYPENAME ")", n);', "must be strings (got {type})"),
        ('type_error("bad operand type for " descr ": \'%.200s\'", o);', "bad operand type for {descr}: '{str}'"),
        ('type_error("bad operand type for " #op " here", o);', "bad operand type for {op} here"),
        ('throw std::logic_error("this cannot be here");', "this cannot be here"),
        ('PyErr_SetString(E, "cannot cast @name1@ to {{TYPE}} here");', "cannot cast {name1} to {TYPE} here"),
        ('set_error(E, "value %" PRId64 " too large", i);', "value {int} too large"),
        ('TORCH_CHECK(a.dim() == 2, "expected 2 dims, got ", a.dim(), " dims");', "expected 2 dims, got {a.dim} dims"),
        ('TORCH_CHECK_VALUE(ok, "size mismatch at ", c10::str("dim ", i));', "size mismatch at dim {i}"),
        ('OP_REQUIRES(c, ok, errors::InvalidArgument("bad shape: ", s.DebugString()));', "bad shape: {s}"),
        ('return Status::Invalid("Column ", name, " is missing");', "Column {name} is missing"),
        (
            'ereport(ERROR, (errcode(E), errmsg("relation \\"%s\\" does not exist", r)));',
            'relation "{str}" does not exist',
        ),
        ('throw ValueErrorException("bad atom " + std::to_string(i) + " given");', "bad atom {i} given"),
        ('throw std::runtime_error(std::string("cannot open ") + path);', "cannot open {path}"),
        ('std::ostringstream ss; ss << "no atom " << idx << " in molecule" << std::endl;', "no atom {idx} in molecule"),
        ('CHECK_EQ(a, b) << "labels and rows differ: " << a;', "labels and rows differ: {a}"),
        ("error(_(\"invalid '%s' argument\"), name);", "invalid '{str}' argument"),
        ('RAISE_SYNTAX_ERROR("cannot assign to %s", name)', "cannot assign to {str}"),
        ('throw Error(R"(raw text with "quotes" inside)");', 'raw text with "quotes" inside'),
        ('const char *message = "truncated \\\\xXX escape";', "truncated \\\\xXX escape"),
        ('raise_error(bad ? "first of two" : "second of two");', "second of two"),
    ],
)
def test_c_and_cpp_calls_that_raise(source: str, template: str) -> None:
    assert template in lines(of_c(source, wide=False))


@pytest.mark.parametrize(
    ("source", "template"),
    [
        (
            'Err(PyValueError::new_err(format!("could not parse {} as {name:?}", text)))',
            "could not parse {text} as {name}",
        ),
        ('polars_bail!(ComputeError: "cannot cast `{}` to {}", a.name(), b);', "cannot cast `{a.name}` to {b}"),
        ('return Err(anyhow!("it\'s {{broken}} \\\n        for good"));', "it's {{broken}} for good"),
        ('#[error("file {0} is not there")]', "file {value} is not there"),
    ],
)
def test_rust_macros_that_raise(source: str, template: str) -> None:
    assert template in lines(of_c(source, True, "rust"))


def test_statements_that_fill_one_stream_say_one_text() -> None:
    source = """
std::ostringstream errout;
errout << "Can't do that to the molecule.";
errout << "  Wrong atoms:";
for (auto i : atoms) { errout << " " << i; }
throw Error(errout.str());
"""
    assert "Can't do that to the molecule.  Wrong atoms:" in lines(of_c(source, wide=False))


def test_java_and_scala_throw() -> None:
    java = 'throw new IllegalArgumentException("Field " + name + " does not exist");'
    scala = 'throw new SparkException(s"Cannot find ${x.name} in $table now")'
    assert lines(of_c(java, False, "java")) == {"Field {name} does not exist"}
    assert lines(of_c(scala, False, "scala")) == {"Cannot find {x.name} in {table} now"}


def test_comments_logs_and_documentation_are_no_messages() -> None:
    source = """
// throw Error("a line comment is no message");
/* throw Error("a block comment is no message"); */
PyDoc_STRVAR(doc, "this is documentation of a function");
LOG_DEBUG("this is only written to a log");
if (strcmp(x, "this is compared and not said") == 0) {}
VLOG(1) << "this is logged with a number " << n;
"""
    assert lines(of_c(source, wide=True)) == set()


def test_the_wide_net_takes_sentences_only_and_only_when_it_is_wanted() -> None:
    source = 'static const char *texts[] = {"the table has %d rows too many", "int64 float64", "a;b;c d;e"};'
    assert lines(of_c(source, wide=True)) == {"the table has {int} rows too many"}
    assert lines(of_c(source, wide=False)) == set()


def test_what_is_raised_is_told_from_what_only_reads_so() -> None:
    source = 'raise_error("cannot do this"); const char *x = "this can be done here";'
    assert dict(written(of_c(source, wide=True))) == {"cannot do this": True, "this can be done here": False}

from templates.python_source import of_cython, of_python

from .lines import lines


def test_every_way_to_format_a_raised_message_gives_one_template() -> None:
    source = """
def check(self, res, chain, xs):
    raise ValueError(f"unknown residue {res!r} in {self.chain.id}, one of {len(xs)}")
    raise ValueError("residue %s of chain %d is unknown" % (res, chain))
    raise ValueError("residue {} is not in chain {c}".format(res, c=chain))
    raise ValueError("no residue called " + res + " was found"
                     " in the chain")
"""
    assert lines(of_python(source)) >= {
        "unknown residue {res} in {self.chain.id}, one of {len xs}",
        "residue {res} of chain {chain} is unknown",
        "residue {res} is not in chain {chain}",
        "no residue called {res} was found in the chain",
    }


def test_both_sides_of_a_condition_are_messages() -> None:
    source = 'def f(x):\n    raise TypeError("first of two messages" if x else "second of two messages")\n'
    assert lines(of_python(source)) == {"first of two messages", "second of two messages"}


def test_a_message_that_is_built_before_it_is_raised_counts() -> None:
    source = """
def f(x):
    message = f"the table has {x.rows} rows"
    if x.wide:
        message += " and too many columns"
    raise ValueError(message)
"""
    found = lines(of_python(source))
    assert "the table has {x.rows} rows" in found
    assert "the table has {x.rows} rows and too many columns" in found


def test_constants_of_messages_are_taken_to_be_formatted_later() -> None:
    source = """
_TOO_SHORT = "the sequence {name} is shorter than %d"
class Errors:
    E001 = "No component '{name}' found in pipeline."
def f(x):
    raise ValueError(Errors.E001.format(name=x))
"""
    assert "No component '{x}' found in pipeline." in lines(of_python(source))
    assert "No component '{name}' found in pipeline." in lines(of_python(source))


def test_exception_classes_and_warnings_speak() -> None:
    source = '''
class TooHot(RuntimeError):
    """Documentation of the class is no message."""
    def __str__(self):
        return f"temperature {self.value} is above the limit"
def f(x):
    """Documentation of the function is no message."""
    warnings.warn("this function is slow", FutureWarning)
'''
    assert lines(of_python(source)) == {"temperature {self.value} is above the limit", "this function is slow"}


def test_the_texts_of_an_exception_class_are_formatted_later() -> None:
    source = """
class ValidationError(BaseError):
    fmt = 'Validation of the parameters failed:\\n{report}'
    msg = 'no column called %s'
"""
    assert lines(of_python(source)) >= {
        "Validation of the parameters failed:\\n{report}",
        "no column called {value}",
    }


def test_what_is_added_to_an_exception_s_arguments_is_raised() -> None:
    source = """
def f(x):
    try:
        g(x)
    except Exception as e:
        e.args = e.args + ("occurred at index {}".format(x),)
        raise
"""
    assert lines(of_python(source)) == {"occurred at index {x}"}


def test_what_is_logged_or_documented_is_no_message() -> None:
    source = '''
def f(x):
    """Reads the whole file at once."""
    logger.debug("reading the whole file now")
    parser.add_argument("--all", help="read the whole file at once")
    raise ValueError("the file is empty")
'''
    assert lines(of_python(source)) == {"the file is empty"}


def test_dedented_text_is_written_as_it_is_raised() -> None:
    source = 'def f(x):\n    raise ValueError(textwrap.dedent(f"""\\\n        first line of it\n'
    source += '        then {x} comes\n    """))\n'
    assert "first line of it\\nthen {x} comes" in lines(of_python(source))


def test_translated_messages_lose_the_call_around_them() -> None:
    source = 'def f(x):\n    raise Invalid(_("Enter a number below that."))\n    raise E(_("Enter the %s") % x)\n'
    assert lines(of_python(source)) == {"Enter a number below that.", "Enter the {x}"}


def test_cython_is_read_by_statements() -> None:
    source = """
cdef class Index:
    cdef inline int check(self, object x, Py_ssize_t n) except -1:
        # raise ValueError("a comment is no message")
        if n < 0: raise IndexError("index %d is below zero" % n)
        cdef str message = "no value of that type"
        raise TypeError(
            f"expected {<object>x} to be "
            "a number")
cpdef other(x) nogil:
    with gil:
        raise KeyError("key not found: " + str(x))
"""
    assert lines(of_cython(source)) >= {
        "index {n} is below zero",
        "expected {x} to be a number",
        "key not found: {x}",
    }
    assert not any("comment" in line for line in lines(of_cython(source)))


def test_python_2_is_read_too() -> None:
    source = "def f(x):\n    print x\n    raise ValueError, 'cannot divide %s by zero' % x\n"
    assert "cannot divide {x} by zero" in lines(of_python(source))

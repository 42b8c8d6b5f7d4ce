import errno
import os
import struct

from templates.other_sources import of_class, of_mysql_errmsg, of_openssl, of_spark_json, of_system
from templates.r_julia_source import of_julia, of_pot, of_r

from .lines import lines


def test_every_error_of_the_system_is_known_with_and_without_paths() -> None:
    said = os.strerror(errno.ENOENT)
    assert lines(of_system()) >= {
        said,
        "[Errno {int}] " + said,
        "[Errno {int}] " + said + ": {path}",
        "[Errno {int}] " + said + ": {path} -> {path}",
    }


def test_catalogues_of_r_give_what_is_translated() -> None:
    source = 'msgid ""\nmsgstr "Project: R"\n\n#: a.c:1\nmsgid ""\n"argument \\"%s\\" is missing, "\n'
    source += '"with no default"\nmsgstr ""\n'
    assert lines(of_pot(source)) == {'argument "{str}" is missing, with no default'}


def test_r_pastes_what_it_stops_with() -> None:
    source = """
stop("column ", sQuote(name), " is not numeric", call. = FALSE)
stop(gettextf("object '%s' not found here", x))
cli_abort("Can't find {.arg x} in {tbl}.") # stop("a comment is none")
"""
    assert lines(of_r(source)) >= {
        "column {sQuote name} is not numeric",
        "object '{str}' not found here",
        "Can't find x in {tbl}.",
    }
    assert not any("comment" in line for line in lines(of_r(source)))


def test_julia_throws_and_shows() -> None:
    source = """
function showerror(io::IO, ex::BoundsError)
    print(io, "attempt to access ", summary(ex.a), " at that index")
end
f(x) = throw(DomainError(x, "the value $(x.a) is out of range"))
g(x) = error("no method for $x here") # error("a comment is none")
h(x) = println("only a text that is printed")
"""
    assert lines(of_julia(source)) == {
        "attempt to access {summary ex a} at that index",
        "the value {x.a} is out of range",
        "no method for {x} here",
    }


def test_spark_conditions_are_known_by_name_with_what_their_parents_say() -> None:
    source = """{"COLUMN_X": {"message": ["Cannot find <name>."],
                              "subClass": {"Y": {"message": ["It is <why> there."]}}},
                 "_LEGACY_1": {"message": ["An old one."]}}"""
    assert lines(of_spark_json(source)) == {
        "[COLUMN_X] Cannot find {name}.",
        "[COLUMN_X] Cannot find {name}. SQLSTATE: {sqlstate}",
        "[COLUMN_X.Y] Cannot find {name}. It is {why} there.",
        "[COLUMN_X.Y] Cannot find {name}. It is {why} there. SQLSTATE: {sqlstate}",
        "[_LEGACY_1] An old one.",
    }


def test_a_class_file_gives_its_sentences_and_not_its_signatures() -> None:
    def text(value: str) -> bytes:
        return b"\x01" + struct.pack(">H", len(value)) + value.encode()

    pool = [text("cannot read \x01 as a number"), b"\x05" + bytes(8), text("(Ljava/lang/String;)V"), text("two words")]
    content = b"\xca\xfe\xba\xbe\x00\x00\x00\x3d" + struct.pack(">H", 6) + b"".join(pool)
    assert lines(of_class(content)) == {"cannot read {value} as a number"}


def test_tables_of_mysql_and_openssl() -> None:
    mysql = "ER_BAD_FIELD 42S22\n        cze \"neznama\"\n        eng \"Unknown column '%-.192s' in '%-.192s'\"\n"
    assert lines(of_mysql_errmsg(mysql)) == {"Unknown column '{str}' in '{str}'"}
    openssl = '{ERR_PACK(ERR_LIB_SSL, 0, SSL_R_X), "wrong version number"},'
    assert "[SSL: {code}] wrong version number (_ssl.c:{int})" in lines(of_openssl(openssl))

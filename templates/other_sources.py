"""The messages of what is no program text: tables of errors, class files, and what the system's own calls say."""

import ctypes
import errno
import json
import os
import re
import struct
from collections.abc import Iterator

from jupyter_errreport.privacy.messages.template import Hole, Part

from .c_source import decoded
from .printf import printf
from .template_text import Found, found, is_sentence

_CODES_OF_GETADDRINFO = (*range(-1, -20, -1), *range(-100, -106, -1))


def of_system() -> list[Found]:
    """What `OSError` and `socket.gaierror` say, for every error code of the system that this runs on."""
    messages: list[Found] = []
    reasons = {os.strerror(code) for code in errno.errorcode}
    library = ctypes.CDLL(None)
    if hasattr(library, "gai_strerror"):
        library.gai_strerror.restype = ctypes.c_char_p
        reasons.update(library.gai_strerror(code).decode() for code in _CODES_OF_GETADDRINFO)
    for reason in reasons - {"Unknown error", "Success"}:
        start: list[Part] = ["[Errno ", Hole("int"), "] " + reason]
        messages += [
            found([reason], True),
            found(start, True),
            found([*start, ": ", Hole("path")], True),
            found([*start, ": ", Hole("path"), " -> ", Hole("path")], True),
        ]
    return messages


def of_openssl(source: str) -> list[Found]:
    """The reasons in OpenSSL's tables, as Python's `ssl.SSLError` words them."""
    messages: list[Found] = []
    for reason in re.findall(r'ERR_PACK\([^()]*\),\s*"([^"]+)"', source):
        start: list[Part] = ["[SSL: ", Hole("code"), "] " + reason]
        end: list[Part] = [" (_ssl.c:", Hole("int"), ")"]
        messages += [found([*start, *end], True), found([*start, ": ", Hole("reason"), *end], True)]
    for reason in re.findall(r'return\s+"([^"]+)"|(?<=X509_V_)\w+,\s*"([^"]+)"', source):
        text = reason[0] or reason[1]
        ssl: list[Part] = [
            "[SSL: ",
            Hole("code"),
            "] certificate verify failed: " + text + " (_ssl.c:",
            Hole("int"),
            ")",
        ]
        messages += [found(ssl, True), found([text], True)]
    return messages


def of_mysql_errmsg(source: str) -> list[Found]:
    """The English texts of MySQL's and MariaDB's table of errors."""
    texts = re.findall(r'^\s+eng "((?:[^"\\]|\\.)*)"', source, re.MULTILINE)
    return [found(printf(decoded(of_sqlite_dialect(text))), True) for text in texts]


def of_sqlite_dialect(source: str) -> str:
    """A source in which `%T`, there a token or a name and in CPython a type, is `%s`."""
    return re.sub(r"(%[-#0-9.*]{0,8})T", r"\1s", source)


def of_spark_json(source: str) -> list[Found]:
    """The messages of Spark's error conditions, `[CONDITION] ... SQLSTATE: ...`, with `<parameter>` as holes."""
    try:
        conditions = json.loads(source)
    except ValueError:
        return []
    return list(_conditions(conditions, "", "")) if isinstance(conditions, dict) else []


def _conditions(conditions: dict[str, object], above: str, said_above: str) -> Iterator[Found]:
    for name, condition in conditions.items():
        if not isinstance(condition, dict) or not isinstance(condition.get("message"), list):
            continue
        text = said_above + "\n".join(line for line in condition["message"] if isinstance(line, str))
        code = above + name
        inner = condition.get("subClass") or condition.get("sub_class")
        if isinstance(inner, dict):  # the whole says first what its condition says, then its own
            yield from _conditions(inner, code + ".", text + " ")
        parts: list[Part] = [f"[{code}] ", *_angles(text)]
        yield found(parts, True)
        if not code.startswith("_LEGACY"):
            yield found([*parts, " SQLSTATE: ", Hole("sqlstate")], True)


def _angles(text: str) -> list[Part]:
    parts: list[Part] = []
    end = 0
    for match in re.finditer(r"<(\w{1,40})>", text):
        parts += [text[end : match.start()], Hole(match[1])]
        end = match.end()
    return [*parts, text[end:]]


def of_class(content: bytes) -> list[Found]:
    r"""The sentences among a class file's constants; javac and scalac put `\1` where something is joined in."""
    messages: list[Found] = []
    for text in _constants(content):
        parts: list[Part] = []
        for index, literal in enumerate(re.split("[\x01\x02]", text)):
            parts += [Hole(""), literal] if index else [literal]
        shown = text.replace("\x01", "x").replace("\x02", "x")
        if "\n" not in text and is_sentence(shown):
            messages.append(found(parts, False))
    return messages


def _constants(content: bytes) -> Iterator[str]:
    """The texts in the constant pool (JVM specification, 4.4) that are no signatures."""
    if content[:4] != b"\xca\xfe\xba\xbe":
        return
    sizes = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
    count = struct.unpack(">H", content[8:10])[0]
    position, index = 10, 1
    while index < count:
        tag = content[position]
        if tag == 1:
            length = struct.unpack(">H", content[position + 1 : position + 3])[0]
            raw = content[position + 3 : position + 3 + length]
            position += 3 + length
            if b" " in raw and length < 400:
                yield raw.decode("utf-8", "replace")
        elif tag in sizes:
            position += 1 + sizes[tag]
        else:
            return
        index += 2 if tag in (5, 6) else 1

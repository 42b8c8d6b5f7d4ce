"""The messages of C, C++, Rust, Java and Scala sources, found in their tokens.

Three ways: the arguments of calls that raise, chains of `<<` and `+`, and, as the wide net, every literal that reads
like a sentence. What stands between literals and is none itself becomes a hole.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jupyter_errreport.privacy.messages.template import Hole, Part

from .printf import braces, has_braces, has_conversions, printf
from .template_text import Found, found, is_sentence

NAME_LIMIT = 40
STATEMENT_LIMIT = 600
"""Tokens that one call or chain may have."""


class Token(NamedTuple):
    """A piece of a source; `text` of a string is what it says."""

    kind: str
    text: str


_C_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<include>^[ \t]*\#[ \t]*(?:include|error|warning|pragma)[^\n]*)"
    r"|(?P<raw>(?:u8|[uUL])?R\"(?P<mark>[^()\\\s]{0,16})\((?P<rawtext>.*?)\)(?P=mark)\")"
    r"|(?P<triple>[sf]?\"\"\"(?P<tripletext>.*?)\"\"\")"
    r"|(?P<string>(?:u8|[uULbcsf])?\"(?P<text>(?:[^\"\\\n]|\\.)*)\")"
    r"|(?P<char>'(?:[^'\\\n]|\\[^\n]{1,8}?)')"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)|(?P<sign><<|>>|::|->|[^\s\w])",
    re.DOTALL | re.MULTILINE,
)
_RUST_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<include>(?!))"
    r"|(?P<raw>b?r(?P<mark>#*)\"(?P<rawtext>.*?)\"(?P=mark))|(?P<triple>(?P<tripletext>(?!)))"
    r"|(?P<string>[bc]?\"(?P<text>(?:[^\"\\]|\\.)*)\")"
    r"|(?P<char>'(?:[^'\\\n]|\\[^\n]{1,8}?)')"
    r"|(?P<word>[A-Za-z_]\w*(?:!(?!=))?)|(?P<number>\d[\w.]*)|(?P<sign><<|>>|::|->|[^\s\w])",
    re.DOTALL | re.MULTILINE,
)
_ESCAPE = re.compile(
    r"\\(?:(?P<code>x[0-9A-Fa-f]{1,2}|u\{?[0-9A-Fa-f]{1,6}\}?|[0-7]{1,3})|(?P<skip>\r?\n\s*)|(?P<one>.))", re.DOTALL
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

_RAISES = re.compile(
    r"(?i)err(?!no\b)|raise|throw|fail|fatal|abort|assert|exception|invalid|reject|bail|ensure|panic"
    r"|warn|status|unsupported"
    r"|not_?found|not_?implemented|unimplemented|check|require|invariant|deprecat|illegal"
    r"|precondition|unknown|complain|expect\Z"
    r"|anyhow!|eyre!|PyUnicode_FromFormat|PyString_FromFormat|new_err|context\Z|format!|\AInternal\Z"
    r"|OutOfRange|ResourceExhausted|Unavailable"
    r"|\AIOE|Cancelled|capacity|set_?message|violation|mismatch|report\Z|diag"
)
_SILENT = re.compile(
    r"(?i)\Astatic_assert|debug|trace|\Alog(?!ic)|vlog|log_?info|\Ainfo|printf\Z|usage|verbose|\A(?:printf"
    r"|fprintf|puts|strcmp|strncmp|cout"
    r"|strstr|assert|getenv|expect_eq|assert_eq!|debug_assert\w*!|EXPECT_\w+|ASSERT_\w+|test"
    r"|PyDoc_STR(?:VAR)?|doc|describe|ereport)\Z"
    r"|check_?sum|\Aprint|PyImport|PyObject_|PyDict_|_attr\w*\Z|feature"
)
_CONCATENATES = re.compile(
    r"\A(?:TORCH_|AT_|C10_|STD_TORCH|INTERNAL_ASSERT|TF_|OP_REQUIRES|StrCat|concat|str\Z|Make"
    r"|Invalid|NotFound|AlreadyExists|Internal"
    r"|Unimplemented|OutOfRange|FailedPrecondition|PermissionDenied|ResourceExhausted|Aborted"
    r"|Unavailable|Unknown|Unauthenticated|DataLoss"
    r"|Cancelled|DeadlineExceeded|KeyError|TypeError|IndexError|IOError|NotImplemented|CapacityError"
    r"|ExecutionError|SerializationError"
    r"|UnknownError|Status|throw_|RAFT_|ARROW_|lazyError|throwError|error\Z)"
)
_WRAPPERS = frozenset(
    "_ N_ gettext gettext_noop dgettext ngettext TEXT string String c_str StrCat StringPrintf "
    "StrFormat StrAppend Substitute format"
    " format_string concat str MakeString Format errmsg errmsg_internal errdetail errhint Twine "
    "Utf8 toString to_string to_owned into"
    " formatString SingleOrDouble message fmt FMT_STRING error Error runtime_error ErrorMsg "
    "translate tr std absl strings util"
    " format_args! format! concat! polars_err! String_format L T".split()
)
_DULL = frozenset(
    "std c_str str data get static_cast reinterpret_cast dynamic_cast const char int long unsigned "
    "size_t double float void bool to_string"
    " string toString String nullptr NULL auto return new sizeof int64_t uint64_t int32_t uint32_t "
    "ToString DebugString as_str to_owned"
    " clone as_ref unwrap absl strings endl Py PyObject true false None self_ this PRId64 ref mut".split()
)
_REPEATED = re.compile(r"@([A-Za-z]\w*)@|\{\{([A-Za-z_]\w*)\}\}")
"""Names that NumPy's and Cython's own templates of C sources fill in."""
_MANIPULATORS = frozenset(
    "endl flush boolalpha left right fixed scientific setw setprecision setfill hex dec ends ws".split()
)
_NUMBER_MACRO = re.compile(r"\A_?PRI[a-zA-Z]|FMT|FORMAT|_F\Z|_MODIFIER\Z|TYPE_\w+\Z")
_NAMES_TEXT = re.compile(r"(?i)msg\Z|message\Z|reason\Z|err(?:or)?_?(?:str|text)\w*\Z")
_STREAM_SILENT = re.compile(
    r"\A(?:cout|cerr|clog|VLOG|DVLOG|DLOG|INFO|WARNING|TRACE|DEBUG|LOG_INFO|LOG_DEBUG|BOOST_LOG|rdDebugLog|rdInfoLog)\Z"
)


def decoded(text: str) -> str:
    """What a literal says: its escapes as characters."""
    return _ESCAPE.sub(_one_escape, text) if "\\" in text else text


def _one_escape(match: re.Match[str]) -> str:
    if match["skip"] is not None:
        return ""
    if match["code"]:
        digits = match["code"]
        number = int(digits, 8) if digits[0] in "01234567" else int(digits.strip("xu{}"), 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return _ESCAPES.get(match["one"], match["one"])


def tokens(source: str, language: str = "c") -> list[Token]:
    """The tokens of a source, without comments; the literals of Scala's interpolators come as they are written."""
    if language == "c":
        source = source.replace("\\\r\n", " ").replace("\\\n", " ")
    result: list[Token] = []
    for match in (_RUST_TOKEN if language == "rust" else _C_TOKEN).finditer(source):
        kind = match.lastgroup or ""
        if match["comment"] or match["include"]:
            continue
        if match["raw"]:
            result.append(Token("string", match["rawtext"]))
        elif match["triple"]:
            kind = "interpolated" if match["triple"][0] in "sf" else "string"
            result.append(
                Token(kind, match["tripletext"].replace("\n", " ") if language == "scala" else match["tripletext"])
            )
        elif match["string"]:
            interpolated = language == "scala" and match["string"][0] in "sf"
            result.append(Token("interpolated" if interpolated else "string", decoded(match["text"])))
        elif match["word"] or match["number"]:
            result.append(Token("word" if match["word"] else "number", match.group()))
        else:
            result.append(Token("char" if kind == "char" else "sign", match.group()))
    return _with_whole_streams(result) if language == "c" else result


def _with_whole_streams(given: list[Token]) -> list[Token]:
    """The tokens with neighbouring statements `s << a; s << b;`, which say one text, as one."""
    result: list[Token] = []
    stream = ""
    for index, token in enumerate(given):
        opens = index == 0 or (given[index - 1].kind == "sign" and given[index - 1].text in (";", "{", "}", ")"))
        if opens and token.kind == "word" and index + 1 < len(given) and given[index + 1] == Token("sign", "<<"):
            if token.text == stream and given[index - 1].text == ";":
                result.pop()
                continue
            stream = token.text
        elif token.kind == "sign" and token.text in ("{", "}"):
            stream = ""
        result.append(token)
    return result


def of_c(source: str, wide: bool, language: str = "c") -> list[Found]:
    """The messages of a file; with `wide` also every literal that reads like a sentence."""
    if '"' not in source:
        return []
    return list(_Scan(tokens(source, language), language).messages(wide))


class _Scan:
    """One file's tokens; remembers which literals were already read as part of a call or a chain."""

    def __init__(self, given: list[Token], language: str) -> None:
        self._tokens = given
        self._language = language
        self._read: set[int] = set()

    def messages(self, wide: bool) -> Iterator[Found]:
        """All messages, those of calls first."""
        for index, token in enumerate(self._tokens):
            if token.kind == "word" and self._text(index + 1) == "(":
                if _SILENT.search(token.text):
                    self._skip(index)
                elif _RAISES.search(token.text) and index not in self._read:
                    yield from self._call(index)
            elif token.text == "throw" and token.kind == "word":
                yield from self._thrown(index)
            elif token.kind == "sign" and token.text in ("<<", "+") and index not in self._read:
                yield from self._chain(index)
            elif token.kind == "sign" and token.text == "=" and _NAMES_TEXT.search(self._text(index - 1)):
                yield from self._assigned(index)
        if wide:
            yield from self._sentences()

    def _text(self, index: int) -> str:
        return (
            self._tokens[index].text
            if 0 <= index < len(self._tokens) and self._tokens[index].kind in ("sign", "word")
            else ""
        )

    def _end(self, index: int) -> int:
        """Where the bracket at `index` closes."""
        depth = 0
        for position in range(index, min(index + STATEMENT_LIMIT, len(self._tokens))):
            text = self._text(position)
            if text in ("(", "[", "{"):
                depth += 1
            elif text in (")", "]", "}"):
                depth -= 1
                if not depth:
                    return position
        return -1

    def _skip(self, index: int) -> None:
        """Take the literals of a call for read: documentation, logs, comparisons."""
        if re.search(r"(?i)doc|printf|log|debug|usage|str(?:n|str)?cmp|getenv|feature", self._tokens[index].text):
            self._read.update(range(index, self._end(index + 1)))

    def _call(self, index: int) -> Iterator[Found]:
        end = self._end(index + 1)
        if end < 0:
            return
        name = self._tokens[index].text
        arguments = _split(self._tokens[index + 2 : end], ",")
        texts = [parts for parts in self._of_arguments(name, arguments) if _has_words(parts)]
        if texts:
            self._read.update(range(index + 2, end))
            yield from (found(parts, raised=True) for parts in texts)

    def _of_arguments(self, name: str, arguments: Sequence[Sequence[Token]]) -> Iterator[list[Part]]:
        """What a raising call says: its first argument that starts with words, and what goes with it."""
        for position, argument in enumerate(arguments):
            if not _speaks(argument) or any(token.text == "{" and token.kind == "sign" for token in argument):
                continue
            if (
                len(argument) > 2
                and argument[0].kind == "word"
                and argument[1].text == ":"
                and argument[2].kind == "string"
            ):
                argument = argument[2:]  # polars_bail!(ComputeError: "...")
            rest = arguments[position + 1 :]
            choices = _alternatives(argument)
            for choice in choices:
                parts = self._parts(
                    choice, [_names(token) for token in rest], formats=bool(rest) or self._language == "rust"
                )
                concatenates = _CONCATENATES.match(name) or name in ("concat", "StrCat")
                if concatenates and not any(
                    _formats(token.text, self._language) for token in choice if token.kind == "string"
                ):
                    before = arguments[:position] if name in ("StrCat", "concat", "str") else []
                    for other in before:
                        parts = [*self._parts(other, [], formats=False), *parts]
                    for other in rest:
                        parts += self._parts(other, [], formats=False)
                yield parts
            if len(choices) > 1 or len(arguments) == 1:
                continue
            return

    def _thrown(self, index: int) -> Iterator[Found]:
        """`throw X("a" + b)`, `throw new X(...)`, `throw X() << "a" << b`."""
        for position in range(index + 1, min(index + 12, len(self._tokens))):
            text = self._text(position)
            if text == "(" and self._tokens[position - 1].kind == "word":
                if position - 1 not in self._read:
                    self._read.add(position - 1)
                    yield from self._call(position - 1)
                return
            if text in (";", "{", "}"):
                return

    def _chain(self, index: int) -> Iterator[Found]:
        """A chain of `<<`, or of `+` in what is thrown, assigned or returned."""
        sign = self._tokens[index].text
        around = [self._tokens[position] for position in (index - 1, index + 1) if 0 <= position < len(self._tokens)]
        if not any(token.kind in ("string", "interpolated") for token in around):
            return
        first, last = self._statement(index)
        self._read.update(position for position in range(first, last) if self._text(position) in ("<<", "+"))
        pieces = _split(self._tokens[first:last], sign)
        if sign == "<<":
            target, pieces = pieces[0], pieces[1:]
            if any(token.kind == "word" and _STREAM_SILENT.match(token.text) for token in target):
                self._read.update(range(first, last))
                return
            named = " ".join(token.text for token in target if token.kind == "word")
            raised = bool(
                re.search(r"(?i)throw|check|fatal|err|exception|fail|\bs?ss\b|oss|msg|message|stream|what|buf", named)
            )
        else:
            words = [token.text for token in self._tokens[max(0, first - 3) : first] if token.kind == "word"]
            raised = any(_RAISES.search(word) or word in ("msg", "message") for word in words)
            if any(token.kind == "sign" and token.text == "=" for token in pieces[0]):
                raised = raised or bool(re.search(r"(?i)err|msg|message", " ".join(token.text for token in pieces[0])))
                pieces = [_split(pieces[0], "=")[-1], *pieces[1:]]
        parts: list[Part] = []
        for piece in pieces:
            words = [token.text for token in piece if token.kind == "word"]
            if not words or not all(word in _MANIPULATORS for word in words if word != "std"):
                parts += self._parts(piece, [], formats=False)
        literals = " ".join(part for part in parts if isinstance(part, str))
        if raised or is_sentence(" ".join("x" if isinstance(part, Hole) else part for part in parts)):
            self._read.update(range(first, last))
            if len(literals.split()) > 1:
                yield found(parts, raised)

    def _assigned(self, index: int) -> Iterator[Found]:
        """`message = "a";`: a literal that is kept under the name of a message."""
        if index + 1 < len(self._tokens) and self._tokens[index + 1].kind == "string":
            _first, last = self._statement(index)
            if not any(self._text(position) in ("+", "<<", "?") for position in range(index, last)):
                self._read.update(range(index, last))
                yield found(self._parts(self._tokens[index + 1 : last], [], formats=True), raised=True)

    def _statement(self, index: int) -> tuple[int, int]:
        """Where the expression around `index` begins and ends."""
        first, depth = index, 0
        while first > 0 and index - first < STATEMENT_LIMIT:
            text = self._text(first - 1)
            depth += (text in (")", "]")) - (text in ("(", "["))
            if depth < 0 or text in (";", "{", "}") or (text == "," and not depth) or (text == "return" and not depth):
                break
            first -= 1
        last, depth = index, 0
        while last < len(self._tokens) and last - index < STATEMENT_LIMIT:
            text = self._text(last)
            depth += (text in ("(", "[")) - (text in (")", "]"))
            if depth < 0 or text in (";", "{", "}") or (text == "," and not depth):
                break
            last += 1
        return first, last

    def _parts(self, expression: Sequence[Token], arguments: Sequence[str], formats: bool) -> list[Part]:
        """The parts of one expression: its literals, and holes for the rest."""
        parts: list[Part] = []
        for piece in _split(expression, "+"):
            parts += self._piece(piece, arguments, formats)
        return parts

    def _piece(self, piece: Sequence[Token], arguments: Sequence[str], formats: bool) -> list[Part]:
        while len(piece) > 2 and piece[0].text == "(" and piece[-1].text == ")" and piece[0].kind == "sign":
            piece = piece[1:-1]
            if len(_split(piece, "+")) > 1:
                return self._parts(piece, arguments, formats)
        if not piece:
            return []
        if piece[0].kind in ("string", "interpolated"):
            return self._literals(piece, arguments, formats)
        words = [index for index, token in enumerate(piece) if token.text == "(" and token.kind == "sign"]
        if words and words[0] and piece[words[0] - 1].text in _WRAPPERS and piece[-1].text == ")" and _speaks(piece):
            inner = _split(piece[words[0] + 1 : -1], ",")
            speaking = next((index for index, argument in enumerate(inner) if _speaks(argument)), 0)
            names = [_names(argument) for argument in inner[speaking + 1 :]] or list(arguments)
            return self._all(inner, speaking, names, piece[words[0] - 1].text, formats)
        return [Hole(_names(piece))]

    def _all(
        self, inner: Sequence[Sequence[Token]], speaking: int, names: list[str], wrapper: str, formats: bool
    ) -> list[Part]:
        if wrapper in ("StrCat", "concat", "str", "MakeString", "StrAppend", "concat!"):
            return [part for argument in inner for part in self._parts(argument, [], False)]
        return self._parts(inner[speaking], names, formats=formats or len(inner) > 1 or self._language == "rust")

    def _literals(self, piece: Sequence[Token], arguments: Sequence[str], formats: bool) -> list[Part]:
        """Literals side by side, with the macros of `inttypes.h` and other libraries between them."""
        parts: list[Part] = []
        left = list(arguments)
        for index, token in enumerate(piece):
            if token.kind == "interpolated":
                parts += _interpolated(token.text)
            elif token.kind == "string":
                text, opened = token.text, ""
                following = piece[index + 1] if index + 1 < len(piece) else None
                macro = following is not None and following.kind == "word" and _NUMBER_MACRO.search(following.text)
                if macro:
                    opened = _percent(text)
                    text = text[: len(text) - len(opened)]
                more = self._formatted(text, left, formats)
                if macro:  # PRId64 is what follows a `%`, `__Pyx_FMT_TYPENAME` is all of "%.200s"
                    more.append(
                        Hole("int" if opened else "type" if following and "TYPE" in following.text else "value")
                    )
                left = left[sum(isinstance(part, Hole) for part in more) :]
                parts += more
            elif token.kind == "word" and not _NUMBER_MACRO.search(token.text):
                if token.text.isupper() or (piece[index + 1 : index + 2] and piece[index + 1].kind == "string"):
                    parts.append(Hole(token.text))  # a macro of text
            elif token.text == "#" and index + 1 < len(piece) and piece[index + 1].kind == "word":
                continue  # the name of a macro's argument follows
            elif token.kind == "sign" and token.text in (".", "->"):
                if self._language == "scala" and any(other.text == "format" for other in piece[index:]):
                    return printf("".join(part for part in parts if isinstance(part, str)))
                break
            elif token.kind == "sign":
                break
        return parts

    def _formatted(self, text: str, arguments: Sequence[str], formats: bool) -> list[Part]:
        pieces = _REPEATED.split(text) if self._language != "rust" else []
        if len(pieces) > 1:
            parts: list[Part] = []
            for index in range(0, len(pieces) - 1, 3):
                parts += self._formatted(pieces[index], arguments, formats)
                parts.append(Hole(pieces[index + 1] or pieces[index + 2]))
            return parts + self._formatted(pieces[-1], arguments, formats)
        if self._language == "rust":
            return braces(text, arguments) if formats else [text]
        if formats and has_conversions(text):
            return printf(text, arguments)
        if formats and has_braces(text):
            return braces(text, arguments)
        if formats and "%%" in text:
            return printf(text)
        return [text]

    def _sentences(self) -> Iterator[Found]:
        """Literals that were not read yet and read like a sentence of one line."""
        index = 0
        while index < len(self._tokens):
            if self._tokens[index].kind != "string" or index in self._read:
                index += 1
                continue
            last = index
            while (
                last < len(self._tokens)
                and last - index < 40
                and (
                    self._tokens[last].kind == "string"
                    or (
                        self._tokens[last].kind == "word"
                        and _NUMBER_MACRO.search(self._tokens[last].text)
                        and last > index
                    )
                )
            ):
                last += 1
            before = {token.text for token in self._tokens[max(0, index - 3) : index]}
            parts = self._literals(self._tokens[index:last], [], formats=True)
            text = " ".join("x" if isinstance(part, Hole) else part for part in parts).strip()
            documented = any(name.startswith("METH_") or re.search(r"(?i)doc|help|usage", name) for name in before)
            if "\n" not in text and not documented and is_sentence(text):
                yield found(parts, raised=False)
            index = last


def _has_words(parts: Sequence[Part]) -> bool:
    """Whether there are words among the parts; if not, they may stand in a call further inside."""
    return any(not isinstance(part, Hole) and re.search(r"[^\W\d_]{2}", part) for part in parts)


def _percent(text: str) -> str:
    """The beginning of a conversion that a text ends with: `%`, `%-8`."""
    match = re.search(r"%[-+#0-9.*]*\Z", text)
    return match.group() if match else ""


def _formats(text: str, language: str) -> bool:
    return has_braces(text) if language == "rust" else has_conversions(text) or has_braces(text)


def _split(given: Sequence[Token], sign: str) -> list[list[Token]]:
    """The pieces of an expression between the signs that stand in no bracket; not every `+` is one of a text."""
    pieces: list[list[Token]] = [[]]
    depth = 0
    for token in given:
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
            if token.text == sign and not depth:
                pieces.append([])
                continue
        pieces[-1].append(token)
    return pieces


def _speaks(expression: Sequence[Token]) -> bool:
    return any(token.kind in ("string", "interpolated") for token in expression)


def _alternatives(expression: Sequence[Token]) -> list[Sequence[Token]]:
    """Both sides of `condition ? "a" : "b"`; else the expression itself."""
    sides = _split(expression, "?")
    if len(sides) == 2:
        both = _split(sides[1], ":")
        if len(both) == 2 and all(_speaks(side) for side in both):
            return [*both]
    return [expression]


def _names(expression: Sequence[Token]) -> str:
    """The names of an expression, as a hole is called."""
    names: list[str] = []
    joined = False
    for token in expression:
        if token.kind == "word" and token.text.rstrip("!") not in _DULL:
            if joined and names:
                names[-1] += "." + token.text
            else:
                names.append(token.text)
            joined = False
        else:
            joined = token.kind == "sign" and token.text in (".", "->", "::")
    return " ".join(dict.fromkeys(names))[:NAME_LIMIT].strip(" .")


def _interpolated(text: str) -> list[Part]:
    """The parts of Scala's s"..." and Julia's "...": `$name`, `${expression}`."""
    parts: list[Part] = []
    end = 0
    for match in re.finditer(r"\$\$|\$(\w+)|\$\{([^{}]{0,120}(?:\{[^{}]{0,80}\}[^{}]{0,80})?)\}", text):
        parts.append(text[end : match.start()])
        parts.append("$" if match.group() == "$$" else Hole(match[1] or _names(tokens(match[2]))))
        end = match.end()
    return [*parts, text[end:]]

"""The words of a shell line: commands, their sub-commands and options are code; whatever they are given is data."""

import re
from typing import Optional

from ..type_names import PACKAGES
from .shell_commands import (
    CHANNELS,
    COMBINED,
    COMMANDS,
    FLAGS,
    INSTALLS,
    KEYWORDS,
    LONG_OPTIONS,
    SUBCOMMANDS,
    WORD_OPTIONS,
    WRAPPERS,
)

LINE_LIMIT = 2_000
"""Characters of a line that are looked at."""
_NESTED = 3
"""How deep a command in a command is read."""

_PIECE = re.compile(
    r"(?P<space>\s{1,500})"
    r"|(?P<heredoc><<-?(?!<)[ \t]{0,20}['\"]?(?P<tag>[^\s'\"|&;<>()]{0,100})['\"]?)"
    r"|(?P<redirect>(?:\d{0,2}|&)(?:>>|>\||>|<<<|<)(?:&(?:\d|-)|(?=.)|\Z))"
    r"|(?P<operator>&&|\|\||\|&|;;|[|&;()])"
    r"|(?P<word>(?:\"(?:[^\"\\]|\\.){0,2000}(?:\"|\Z)|'[^']{0,2000}(?:'|\Z)|\$\([^()]{0,500}\)|`[^`]{0,500}(?:`|\Z)"
    r"|\$\{[^}\s]{0,100}\}|\{[^{}\s]{0,100}\}|\\(?:.|\Z)|[^\s\"'`|&;<>()\\]){1,500})"
    r"|(?P<other>.)",
    re.DOTALL,
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w{0,60}\+?=")
_NAME = re.compile(r"\{[A-Za-z_]\w{0,60}\}\Z|\$\{?(?:[A-Za-z_]\w{0,60}|[0-9#?@*$!])\}?\Z")
_LONG = re.compile(r"[a-z][a-z0-9]{0,20}(?:[-_][a-z0-9]{1,20}){0,5}\Z")
_ENDS = frozenset("fOoCcmptL")
"""Letters that end joined options and take a value."""
_NUMBER = re.compile(r"[-+]?\d[\d.,_]{0,40}[kKmMgG]?\Z")
_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{1,20}:){1,3}//|git@")
_REQUIREMENT = re.compile(
    r"(?:@[a-z0-9-]{1,40}/)?[A-Za-z][A-Za-z0-9_.+-]{0,60}(?:\[[\w,-]{1,60}\])?"
    r"(?:(?:[=<>!~]=?=?|@|:)(?:\d[\w.*+!-]{0,30}|latest|i386|amd64|arm64)?,?){0,3}\Z"
)
_VERSION = re.compile(r"=?\d[\w.*,]{0,20}\Z")
_FILE = re.compile(
    r"\.(?:txt|whl|t?gz|zip|bz2|deb|rpm|py|cfg|toml|ya?ml|in|json|lock|egg|jar|ipynb|sh|conda|xz)\Z", re.I
)
_PATH = re.compile(r"[/\\]|\A[~.]|\.\w{1,5}\Z")
_VERSIONED = re.compile(
    r"(python|pip|gcc|g\+\+|clang|ruby|java|jupyter|php|lua|perl|node|R)-?\d{1,2}(?:\.\d{1,2}){0,2}\Z"
)
_MODULES = PACKAGES | frozenset(
    "pip venv http.server ensurepip unittest doctest pdb timeit cProfile json.tool pytest build".split()
)
_PUBLIC_FILES = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/stdin")
_ITSELF = ("pip", "conda", "mamba", "micromamba", "uv")
"""Magics that are the command of their name."""
_SHELL_MAGICS = ("", "!", "!!", "sx", "system")


def public_command(line: str, magic: str = "!") -> str:
    """What follows `!` or a magic on its line, as it may leave.

    `magic` is the sign or the magic's name, with or without its `%`: what stands after `%pip` are words of pip; what
    stands after any other magic but those of shells is data, but for its options.

    >>> public_command("PGPASSWORD=x psql -h db.example.org -Usmith --dbname trial > out.csv")
    '<arg> psql -h <path> -U<arg> --dbname <arg> > <path>'
    """
    return _Line(magic.lstrip("%")).read(line[:LINE_LIMIT])


class _Line:
    """Reads a line from left to right; what a word means hangs on those before it."""

    def __init__(self, magic: str, depth: int = 0) -> None:
        self._depth = depth
        self._file_follows = False
        self._command: Optional[str] = None
        """The command's name; `%` for a magic, empty for one that nobody knows; None before there is one."""
        self._begin()
        if magic in _ITSELF:
            self._command = magic
        elif magic not in _SHELL_MAGICS:
            self._command = "%"

    def _begin(self) -> None:
        """A command begins."""
        self._command = None
        self._subcommands_end = False
        """Whether a word stood there that was none: what follows is data."""
        self._installs = False
        self._value_follows = False
        self._module_follows = False

    def read(self, text: str) -> str:
        """The public form of a piece of the line."""
        told = ""
        position = 0
        while position < len(text):
            piece = _PIECE.match(text, position)
            if piece is None:  # can't be: the last alternative takes any character
                break
            told += self._piece(piece.lastgroup or "", piece.group())
            position = piece.end()
        return told

    def _piece(self, kind: str, text: str) -> str:
        if kind == "space":
            return text
        if kind in ("heredoc", "tag"):
            return "<<<arg>"
        if kind == "redirect":
            self._file_follows = not text.endswith(("&1", "&2", "&-"))
            return text
        if kind == "operator":
            if not self._is_magic():
                self._begin()
            return text
        if kind == "other":
            return "<arg>"
        if self._file_follows:
            self._file_follows = False
            if self._installs and _VERSION.match(text):  # `numpy>=1.2` without quotes
                return text
            return text if text in _PUBLIC_FILES else "<path>"
        return self._nested(text) or self._word(text)

    def _is_magic(self) -> bool:
        return self._command == "%"

    def _nested(self, word: str) -> str:
        """A command whose output stands here, `$(...)`; empty for another word."""
        for opening, closing in (("$(", ")"), ("`", "`")):
            if word.startswith(opening) and word.endswith(closing) and len(word) > len(opening):
                inner = word[len(opening) : -1]
                if opening in inner or self._depth >= _NESTED:
                    return "<arg>"
                if self._command is None:
                    self._command = ""
                return opening + _Line("", self._depth + 1).read(inner) + closing
        return ""

    def _word(self, word: str) -> str:
        if self._command is None:
            return self._first(word)
        if word in ("-", "--"):
            return word
        if word[:1] == "-" and not _NUMBER.match(word):
            return self._option(word)
        if self._value_follows:
            self._value_follows = False
            return self._module(word) if self._module_follows else self._argument(word)
        if not self._subcommands_end and word in SUBCOMMANDS.get(self._command, ()):
            return self._subcommand(word)
        if self._installs:
            return self._package(word)
        if word in ("]", "]]") or (word == "in" and self._command == "for"):
            return word
        if not self._is_magic():
            self._subcommands_end = True
        return self._argument(word)

    def _first(self, word: str) -> str:
        """The word of a command."""
        if _ASSIGNMENT.match(word):
            return "<arg>"
        if word[:1] == "-":  # of a wrapper: `sudo -u smith ls`
            return self._option(word)
        if _NUMBER.match(word):  # of a wrapper: `timeout 10 ls`
            return "<int>"
        if word in WRAPPERS or (word in KEYWORDS and word not in ("for", "case", "select", "function", "[", "[[")):
            return word
        name = re.split(r"[/\\]", word)[-1]
        versioned = _VERSIONED.match(name)
        plain = versioned.group(1) if versioned else name
        plain = {"pip3": "pip", "python3": "python"}.get(plain, plain)
        self._command = plain if plain in COMMANDS else ""
        if word != name:
            return "<path>"
        if word in COMMANDS or (versioned and plain in COMMANDS) or word in ("pip3", "python3", "pypy3"):
            return word
        if _NAME.match(word):
            return word
        return "<str>" if word[:1] in "\"'" else "<command>"

    def _subcommand(self, word: str) -> str:
        if word == "pip" and self._command == "uv":
            self._command = "pip"
        elif word in INSTALLS.get(self._command or "", ()):
            self._installs = self._subcommands_end = True
        return word

    def _module(self, word: str) -> str:
        """What `python -m` runs; `pip` is then the command, any other takes all that follows."""
        self._module_follows = False
        top = word.split(".", 1)[0]
        if word in ("pip", "spacy", "jupyter", "playwright"):
            self._command = word
            return word
        self._subcommands_end = True
        return (
            word if (word in _MODULES or top in PACKAGES) and re.match(r"[\w.]{1,60}\Z", word) else self._argument(word)
        )

    def _option(self, word: str) -> str:
        """An option: its name where everybody knows it, and never what it is given."""
        flags = FLAGS.get(self._command or "", frozenset())
        combined = COMBINED.get(self._command or "", frozenset())
        if word[:2] == "--":
            name, sign, _ = word[2:].partition("=")
            self._expect_value(not sign and not word.startswith("--no-") and word not in flags)
            is_known = _LONG.match(name) and (name.replace("_", "-") in LONG_OPTIONS or "--" + name in flags)
            return "--" + (name if is_known else "<arg>") + ("=<arg>" if sign else "")
        letters = word[1:].rstrip("-")
        if word in flags or letters in WORD_OPTIONS.get(self._command or "", ()):
            self._expect_value(word not in flags)
            return word
        # The last of joined letters may take a value: `tar -xzf`. Alone, any letter may.
        is_joined = 1 < len(letters) <= 6 and combined.issuperset(letters[:-1]) and letters[-1] in combined | _ENDS
        if is_joined or re.match(r"[A-Za-z0-9]\Z", letters):
            self._expect_value(letters[-1] not in combined)
            self._module_follows = self._command == "python" and letters[-1] == "m"
            return word
        return "-" + (letters[0] if re.match(r"[A-Za-z0-9]", letters) else "") + "<arg>"

    def _expect_value(self, follows: bool) -> None:
        """Whether the next word is an option's value; before a command stands (`sudo -u`), it is taken for that."""
        self._value_follows = follows and self._command is not None

    def _package(self, word: str) -> str:
        """What stands after `install`: a package of a name that leaves, or a file, folder or address."""
        bare = word[1:-1] if len(word) > 2 and word[0] in "\"'" and word[-1] == word[0] else word
        if bare == "@":
            return word
        if not _URL.search(bare) and not _FILE.search(bare) and _REQUIREMENT.match(bare):
            return word
        return self._argument(word)

    def _argument(self, word: str) -> str:
        if _NAME.match(word):
            return word
        if word[:1] in "\"'":
            return "<str>"
        if _URL.match(word):
            return "<url>"
        if _NUMBER.match(word):
            return "<int>"
        if word in CHANNELS and self._command in ("conda", "mamba", "micromamba"):
            return word
        return "<path>" if _PATH.search(word) else "<arg>"

"""The first line of a cell: code keeps its names and syntax, literals become placeholders, comments stay as text."""

import re
from typing import Any, Generator, Iterable, List

from ..source import Token, first_line
from .patterns import hide_patterns
from .shell_words import public_word
from .type_names import PACKAGES
from .values import hide_values

FIRST_LINE_LIMIT = 200
"""Characters of a first line that leave."""
FIRST_LINE_TAKEN = 600
"""Characters of a comment that are looked at."""

_LITERALS = {"string": "<str>", "bytes": "<bytes>"}
_INT = re.compile(r"(?:0[xXbBoO])?[\da-fA-F_]+\Z")
_COMMAND_MAGICS = ("!", "!!", "%sx", "%system")
_EXTENSION_MAGICS = ("%load_ext", "%reload_ext", "%unload_ext")
_EXTENSIONS = frozenset(
    "autoreload tensorboard cython line_profiler memory_profiler sql rpy2 nb_black lab_black watermark dotenv".split()
)
_BACKENDS = frozenset("inline notebook widget ipympl qt qt5 qt6 tk gtk3 gtk4 osx agg auto wx nbagg pdf svg".split())
_TRAIT = re.compile(r"[A-Z]\w{1,40}\.[a-z_]\w{1,60}\Z|=\Z")


def public_first_line(
    source: str, language: str = "python", comments: bool = True, values: Iterable[Any] = ()
) -> Generator[None, None, str]:
    """The first line of a cell that is not blank, without the values in it; at most 200 characters.

    Without `comments` nothing that a person wrote for people leaves either; in a comment `values` are hidden. A
    generator: it yields wherever the worker may pause.
    """
    text = ""
    magic = ""
    words: List[str] = []
    if language in ("bash", "sh", "zsh", "shell"):
        magic = "!"
    for token in first_line(source, language):
        if token.kind == "magic":
            magic, words = token.text, []
        if token.kind == "comment" and not comments:
            continue
        if token.kind == "comment":
            text += hide_patterns((yield from hide_values(token.text[:FIRST_LINE_TAKEN], values)))
        else:
            text += _public_token(token, magic, words)
        if len(text) > FIRST_LINE_LIMIT * 2:
            break
    text = text.strip()
    return text if len(text) <= FIRST_LINE_LIMIT else text[: FIRST_LINE_LIMIT - 1] + "…"


def _public_token(token: Token, magic: str, words: List[str]) -> str:
    """One token as it may leave; `words` collects those of a shell line: what one means hangs on those before."""
    if token.kind in _LITERALS:
        return _LITERALS[token.kind]
    if token.kind == "number":
        return "<int>" if _INT.match(token.text) else "<float>"
    if token.kind == "word":
        if magic in _COMMAND_MAGICS:
            public = public_word(token.text, words)
        elif _names_a_setting(magic, token.text):
            public = token.text
        elif magic in ("%pip", "%conda", "%mamba", "%uv"):
            public = public_word(token.text, words or [magic[1:]])
        else:
            public = public_word(token.text, words or ["%"])
        words.append(token.text)
        return public
    return token.text


def _names_a_setting(magic: str, word: str) -> bool:
    """Whether a word of a magic is a name that everybody knows: an extension, a backend, an option of IPython."""
    if magic in _EXTENSION_MAGICS:
        top = word.split(".", 1)[0]
        return re.match(r"[A-Za-z_][\w.]{0,60}\Z", word) is not None and (
            top in _EXTENSIONS or top in PACKAGES or top == "jupyter_errreport"
        )
    if magic in ("%matplotlib", "%pylab"):
        return word in _BACKENDS
    return magic == "%config" and _TRAIT.match(word) is not None

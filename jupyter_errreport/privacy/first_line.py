"""The first line of a cell: code keeps its names and syntax, literals become placeholders, comments stay as text."""

import re
from typing import Callable, Generator, List, NamedTuple, Optional, Sequence

from ..event import Held
from ..source import Token, first_line
from .broken_line import public_broken_line
from .code_names import names_of_source
from .comments import public_comment
from .parsing import is_python
from .shell_words import public_word
from .type_names import PACKAGES

FIRST_LINE_LIMIT = 200
"""Characters of a first line that leave."""

SHELLS = ("bash", "sh", "zsh", "shell")
_LITERALS = {"string": "<str>", "bytes": "<bytes>"}
_INT = re.compile(r"(?:0[xXbBoO])?[\da-fA-F_]+\Z")
_COMMAND_MAGICS = ("!", "!!", "%sx", "%system")
_EXTENSION_MAGICS = ("%load_ext", "%reload_ext", "%unload_ext")
_EXTENSIONS = frozenset(
    "autoreload tensorboard cython line_profiler memory_profiler sql rpy2 nb_black lab_black watermark dotenv".split()
)
_BACKENDS = frozenset("inline notebook widget ipympl qt qt5 qt6 tk gtk3 gtk4 osx agg auto wx nbagg pdf svg".split())
_TRAIT = re.compile(r"[A-Z]\w{1,40}\.[a-z_]\w{1,60}\Z|=\Z")


def no_name(name: str) -> bool:
    """For a cell of which nothing is known but itself."""
    return False


class Around(NamedTuple):
    """What is known around a cell."""

    held: Optional[Held] = Held()
    """The values that a comment must not repeat; None when nobody looked for them."""
    cells: Sequence[str] = ()
    """The sources of the notebook's other cells, whose literals are values too."""
    is_name: Callable[[str], bool] = no_name
    """Whether a word is a name of code elsewhere: in a cell that parses, or in the user's namespace."""
    parses: Optional[bool] = None
    """Whether the cell is known to be Python, because it ran; None to find out."""


ALONE = Around()


def public_first_line(
    source: str, language: str = "python", comments: bool = True, around: Around = ALONE
) -> Generator[None, None, str]:
    """The first line of a cell that is not blank, without the values in it; at most 200 characters.

    Without `comments` nothing that a person wrote for people leaves either. A generator: it yields wherever the worker
    may pause.
    """
    line = first_line(source, language)
    parses = around.parses
    if parses is None:
        yield
        parses = language != "python" or is_python(source)
    text = broken = ""
    magic = "!" if language in SHELLS else ""
    words: List[str] = []
    for token in line:
        if token.kind == "magic":
            text += public_broken_line(broken, around.is_name)
            magic, words, broken = token.text, [], ""
        if token.kind == "comment" and not broken:
            if comments:
                names = names_of_source(source, language) if parses else frozenset()
                held = around.held if around.held is not None else Held(is_whole=False)
                text += yield from public_comment(token.text, held, (source, *around.cells), names)
        elif parses or magic:
            text += _public_token(token, magic, words)
        else:
            broken += token.text
        if len(text) > FIRST_LINE_LIMIT * 2:
            break
    text += public_broken_line(broken.split("\n", 1)[0], around.is_name)
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

"""The first line of a cell: code keeps its names and syntax, literals become placeholders, comments stay as text."""

import re
from typing import Callable, Generator, List, NamedTuple, Optional, Sequence

from ...event import Held
from ...source import Token, first_line
from ..code_names import names_of_source
from ..shapes.code_patterns import hide_in_code
from ..steps import finished
from ..type_names import PACKAGES
from .broken_line import public_broken_line
from .comments import public_comment
from .foreign_line import foreign_first_line
from .magics import is_known_magic
from .parsing import is_python
from .shell_words import public_command

FIRST_LINE_LIMIT = 200
"""Characters of a first line that leave."""
LINE_TAKEN = 1_200
"""Characters of a first line that are looked at."""

_LITERALS = {"string": "<str>", "bytes": "<bytes>"}
_INT = re.compile(r"(?:0[xXbBoO])?[\da-fA-F_]+\Z")
_EXTENSIONS = frozenset(
    "autoreload tensorboard cython line_profiler memory_profiler sql rpy2 nb_black lab_black watermark dotenv".split()
)
_BACKENDS = frozenset("inline notebook widget ipympl qt qt5 qt6 tk gtk3 gtk4 osx agg auto wx nbagg pdf svg".split())
_TRAIT = re.compile(r"[A-Z]\w{1,40}\.[a-z_]\w{1,60}\Z|=\Z")
_SETTINGS = ("%load_ext", "%reload_ext", "%unload_ext", "%matplotlib", "%pylab", "%config")


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
_UNSEEN = Held(is_whole=False)


def public_first_line(
    source: str, language: str = "python", comments: bool = True, around: Around = ALONE
) -> Generator[None, None, str]:
    """The first line of a cell that is not blank, without the values in it; at most 200 characters.

    Without `comments` nothing that a person wrote for people leaves either. A generator: it yields wherever the worker
    may pause.
    """
    if language == "python":
        parses = around.parses
        if parses is None:
            yield
            parses = is_python(source)
        text = yield from _python_line(source, comments, around, parses)
    else:
        held = around.held if around.held is not None else _UNSEEN

        def public(comment: str, literals: List[str]) -> str:
            return finished(public_comment(comment, held._replace(texts=(*held.texts, *literals)), ()))

        text = foreign_first_line(source, language, comments, public)
    text = text.strip()
    return text if len(text) <= FIRST_LINE_LIMIT else text[: FIRST_LINE_LIMIT - 1] + "…"


def _python_line(source: str, comments: bool, around: Around, parses: bool) -> Generator[None, None, str]:
    """The first line of a cell in Python, in which lines of IPython's own may stand."""
    text = words = magic = ""
    code: List[Token] = []
    length = 0  # of the code
    for token in first_line(source):
        if token.kind == "magic":
            text += _public_code(code, parses, around) + _public_magic(token.text, around)
            code, length, magic = [], 0, token.text
        elif token.kind == "comment" and (parses or not "".join(other.text for other in code).strip()):
            text += _public_words(words, magic) + _public_code(code, parses, around)
            code, length, words = [], 0, ""
            if comments:
                names = names_of_source(source) if parses else frozenset()
                held = around.held if around.held is not None else _UNSEEN
                text += yield from public_comment(token.text, held, (source, *around.cells), names)
        elif token.kind == "word" or (token.kind == "space" and magic and not code):
            words += token.text
        else:
            code.append(token)
            length += len(token.text)
        if len(text) + len(words) + length > LINE_TAKEN:
            break
    return text + _public_words(words, magic) + _public_code(code, parses, around)


def _public_code(code: Sequence[Token], parses: bool, around: Around) -> str:
    """A piece of Python as it may leave."""
    if not parses:
        return public_broken_line("".join(token.text for token in code).split("\n", 1)[0], around.is_name)
    return hide_in_code("".join(map(_public_token, code)))


def _public_token(token: Token) -> str:
    if token.kind == "number":
        return "<int>" if _INT.match(token.text) else "<float>"
    return _LITERALS.get(token.kind, token.text)


def _public_magic(magic: str, around: Around) -> str:
    """The sign and the name of a magic; a name that nobody knows may be anything."""
    name = magic.lstrip("%,;!")
    known = not name or is_known_magic(name) or around.is_name(name)
    return magic if known else magic[: len(magic) - len(name)] + "<name>"


def _public_words(words: str, magic: str) -> str:
    """The words behind a magic or a sign for the shell."""
    if magic not in _SETTINGS:
        return public_command(words, magic)
    return re.sub(r"\S{1,2000}", lambda word: _public_setting(magic, word.group()), words)


def _public_setting(magic: str, word: str) -> str:
    return word if _names_a_setting(magic, word) else public_command(word, magic)


def _names_a_setting(magic: str, word: str) -> bool:
    """Whether a word of a magic is a name that everybody knows: an extension, a backend, an option of IPython."""
    if magic.endswith("load_ext"):
        top = word.split(".", 1)[0]
        return re.match(r"[A-Za-z_][\w.]{0,60}\Z", word) is not None and (
            top in _EXTENSIONS or top in PACKAGES or top == "jupyter_errreport"
        )
    if magic in ("%matplotlib", "%pylab"):
        return word in _BACKENDS
    return magic == "%config" and _TRAIT.match(word) is not None

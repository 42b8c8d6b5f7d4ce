"""Words that everybody writes: those that the documentation of several libraries uses, none of them a name.

`common_words.txt` is made by `python -m templates.vocabulary`: sorted, a word a line, searched by bisection.
"""

import mmap
import os
from typing import List, Union

from ...stdlib_names import STDLIB_NAMES
from ..type_names import PACKAGES

_FILE = os.path.join(os.path.dirname(__file__), "common_words.txt")
_FURTHER = frozenset(
    """
    arent cant couldnt didnt doesnt dont hasnt isnt lets shouldnt thats wasnt whats wont
    false none true nan
    """.split()
)
"""Words with an apostrophe, without it, and Python's constants."""
_SOFTWARE = frozenset(map(str.lower, PACKAGES | STDLIB_NAMES)) - {"patsy", "ray"} | frozenset(
    "python ipython jupyter jupyterlab colab kaggle github conda pip".split()
)
NAMES_TOO = frozenset(
    """
    amin ann ball banks best black blue bond brand bridges brown chance chi cross day dev drew field fields flower
    forest fox gates gene gold good grace grant gray green grey gross hand hill holder hood hope iris judge lane
    lang law leaf light little long love lucky major mark max may nan norm page pat pool power powers price ram rich
    sharp short sky small sol spring star stone strong tan walker wall weeks white will wise
    """.split()
)
"""Common words that, with a capital, are people's names."""
_content: List[Union[bytes, mmap.mmap]] = []


def is_common(word: str) -> bool:
    """Whether a word, in small letters, is one that everybody writes."""
    if not word.isascii() or not word.isalpha():
        return False
    if word in _FURTHER or word in _SOFTWARE:
        return True
    if not _content:
        _content.append(_mapped())
    content = _content[0]
    wanted = word.encode("ascii") + b"\n"
    low, high = 0, len(content)
    while low < high:
        start = content.rfind(b"\n", 0, (low + high) // 2) + 1
        end = content.find(b"\n", start) + 1
        line = content[start:end]
        if line == wanted:
            return True
        if line < wanted:
            low = end
        else:
            high = start
    return False


def _mapped() -> Union[bytes, mmap.mmap]:
    """The file, mapped into memory; nothing, and so no word is common, for an installation in a zip file."""
    try:
        with open(_FILE, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return b""

"""What senders and receivers agree on: what a notebook is called, numbers, and words. Each stands here once.

Runs in kernels (Python 3.7 syntax, standard library only) and on every receiver.
"""

import re
from functools import lru_cache

BODY_LIMIT = 256 * 1024
"""Bytes of a request's body, also when inflated."""
BATCH_EVENTS = 100
"""Events in one request of ours."""
NOTEBOOK_LIMIT = 200
"""Characters of a notebook's name."""
COMMENT_LIMIT = 500
"""Characters of what a reader says of an event."""
COMMENTS_LIMIT = 5
"""Comments of one event."""
DECISION_LIMIT = 2_000
"""Characters of a note or a hint."""

ROLES = ("report", "read", "author", "admin")
"""What a token can be for: each role may do what those before it may."""
EVENT_STATUSES = ("stored", "duplicate", "rejected")
"""What becomes of an event at a receiver."""

KEY_REQUIRED = "key_required"
"""The reason of a 401 where a report must bring the key of its notebook."""
KEY_HEADER = "X-Errreport-Key"
"""Carries the key of a connection file."""
CONNECTION_VARIABLE = "JUPYTER_ERRREPORT_CONNECTION"
"""Names the connection file of the Jupyter server that started the kernel."""
URL_VARIABLE = "JUPYTER_ERRREPORT_URL"
TOKEN_VARIABLE = "JUPYTER_ERRREPORT_TOKEN"  # noqa: S105 - the name of a variable
NOTEBOOK_VARIABLE = "JUPYTER_ERRREPORT_NOTEBOOK"

UNKNOWN = "unknown"
"""The notebook of an error that came from none, or from one without a name."""


@lru_cache(maxsize=1_000)
def notebook_identity(name: str) -> str:
    """What a notebook is, however a reader's copy of it is called: names of one identity are one notebook.

    Without its folder, `.ipynb`, and what copying adds to a name: `Copy of` and `(1)` by Google Drive and browsers,
    `-Copy1` by JupyterLab, ` - Copy` and ` copy 2` by file managers, in the languages that these speak. Applied twice
    it gives the same.

    >>> notebook_identity("lessons/Copy of Kopie von course (1).ipynb")
    'course'
    """
    import unicodedata  # not in the startup of a kernel in which nothing fails

    found = name[:_LONGEST]
    while True:
        shorter = _shortened(unicodedata.normalize("NFC", found))
        if shorter == found:
            shorter = shorter[:NOTEBOOK_LIMIT]  # not before: a folder may be long
        if shorter == found:
            return found or UNKNOWN
        found = shorter


def may(role: str, access: str) -> bool:
    """Whether a token of this role opens what takes this access: a role, or `open` for anybody."""
    return access == "open" or ROLES.index(role) >= ROLES.index(access)


def notebook_pattern(pattern: str) -> str:
    """A pattern of names, in which `*` is any text and `?` any character, as one of identities.

    It never opens more notebooks than were meant: `lessons/*` is not `*`, and matches nothing.
    """
    if not pattern.strip("*?"):
        return pattern
    without = pattern[: -len(_SUFFIX)] if pattern.lower().endswith(_SUFFIX) else pattern
    if not without.strip("*?"):
        return without or UNKNOWN
    normal = notebook_identity(without)
    # A `\` would take the meaning of what follows it away (`store.scopes`).
    return normal if normal.strip("*?") else pattern.replace("\\", "/")


def is_nobodys(identity: str) -> bool:
    """Whether notebooks of this identity belong to no author: everybody has one that is called so."""
    return identity == UNKNOWN or identity.lower().startswith(UNTITLED)


UNTITLED = "untitled"
"""How the names begin that programs give to notebooks that nobody has named, in any case."""

_SUFFIX = ".ipynb"
_LONGEST, _TAIL = 1_000, 40
_BEFORE = (
    # Google Drive and Colab, in the languages that they speak; also what file managers put first.
    *("copy of", "copie de", "copie du", "copie d'", "copie d\u2019", "copie à", "copie a", "copie pentru"),
    *("kopie von", "kopie des", "kopie van", "kopie souboru", "kopie dokumentu", "kopie", "kopija od"),
    *("kopija datoteke", "kopija dokumenta", "kopija", "kópia súboru", "kópia dokumentu", "kópia", "kopia av"),
    *("kopia pliku", "kopia dokumentu", "kopia", "kopi av", "kopi af", "kopio:", "kopio kohteesta"),
    *("kopio tiedostosta", "kopio", "copia de", "copia di", "copia del", "copia d'", "copia d\u2019"),
    *("cópia de", "cópia do", "cópia da", "còpia de", "còpia d'", "còpia d\u2019", "copía de", "másolat:"),
    *("másolat \u2013", "másolat -", "salinan dari", "salinan", "bản sao của", "afrit af", "koopia failist"),
    *("копия файла", "копия", "копія файлу", "копія", "копие на", "копија на", "копија од", "копија"),
    *("αντίγραφο του", "αντίγραφο από", "αντίγραφο", "nakala ya", "kopya ng"),
    *("עותק של", "نسخة من", "نسخه‌ای از", "نسخهٔ", "کپی از", "کپی", "สำเนาของ"),
)
"""In lower case; a space, and for some nothing, stands between these and the name."""
_BEFORE_WITHOUT_SPACE = (
    "สำเนาของ",
    "copie d'",
    "copie d\u2019",
    "copia d'",
    "copia d\u2019",
    "còpia d'",
    "còpia d\u2019",
)
_AFTER = (
    *("的副本", "的複本", "的拷贝", "的拷貝", "のコピー", "의 사본", "の複製", "のコピー"),
    *(" kopyası", " adlı dosyanın kopyası", " adlı dokümanın kopyası", " másolata", " की कॉपी", " की प्रति"),
    *(" kopija", " koopia", " kopia", " nusxasi"),
)
"""In lower case, as they follow the name."""
_QUOTES = (
    *(("\u201c", "\u201d"), ("\u201e", "\u201c"), ("\u00ab", "\u00bb")),
    *(("\u300c", "\u300d"), ("\u300e", "\u300f"), ('"', '"')),
)
"""What Google Drive puts around the name that it says a copy is of, in some languages."""
_NUMBERED = (
    r"[ ]{0,9}(?:[(\uff08]\d{1,4}[)\uff09]"  # `course (1)`: browsers, Google Drive, Windows
    r"|-Copy\d{0,4}|-checkpoint"  # JupyterLab
    r"|[ ]-[ ](?:Copy|Kopie|Copie|Copia|[Cc]ópia|Kopia|Kopi|Kopio|Копия|Копія|Kopya|コピー|副本|複製|복사본)"  # Windows
    r"|[ ](?:copy|Kopie|copie|copia|cópia|kopia|kopi|kopie|копия|копія|拷贝|副本|拷貝|のコピー|복사본)(?:[ ]\d{1,4})?"
    r")\Z"  # macOS, VS Code
)


def _shortened(name: str) -> str:
    """`name` without the first of what does not belong to it that is found."""
    name = name.strip()
    folder = max(name.rstrip("/\\").rfind("/"), name.rstrip("/\\").rfind("\\"))
    if folder >= 0 or name.endswith(("/", "\\")):
        bare = name.rstrip("/\\")[folder + 1 :]
        # Quotes around a whole path, of which only the last is left now.
        quotes = (first for first, last in _QUOTES if first in name and _is_closed_only(bare, first, last))
        return next(quotes, "") + bare
    lowered = name.lower()
    if lowered.endswith(_SUFFIX):
        return name[: -len(_SUFFIX)]
    numbered = re.search(_NUMBERED, name[-_TAIL:])
    if numbered:
        return name[: len(name) - len(numbered.group())]
    for words in _AFTER:
        if lowered.endswith(words) and len(lowered) == len(name):
            return _unquoted(name[: -len(words)].strip())
    for words in _BEFORE:
        rest = name[len(words) :]
        if lowered.startswith(words) and (rest[:1] == " " or words in _BEFORE_WITHOUT_SPACE or not rest):
            return _unquoted(rest.strip())
    return name


def _is_closed_only(name: str, first: str, last: str) -> bool:
    return name.count(last) % 2 == 1 if first == last else last in name and first not in name


def _unquoted(name: str) -> str:
    for first, last in _QUOTES:
        if len(name) > 1 and name.startswith(first) and name.endswith(last):
            return name[1:-1]
    return name

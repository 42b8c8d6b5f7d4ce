"""What senders and receivers agree on: what a notebook is called, numbers, and words. Each stands here once.

Runs in kernels (Python 3.7 syntax, standard library only) and on every receiver.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache

if sys.version_info >= (3, 8):
    from typing import Literal, get_args
else:

    class Literal:
        """Stands in for `typing.Literal` on Python 3.7: nothing but its words."""

        def __class_getitem__(cls, words):
            return words

    def get_args(words):
        """The words of a `Literal`."""
        return words


# -- an event ---------------------------------------------------------------------------------------------------------

LISTED_FIELDS = tuple(
    """
    event_id received_at timestamp last_timestamp notebook release session group fingerprint kind language error_name
    error_message first_line execution_count cell_id cell_hash count traceback chain policy masked comments
    """.split()
)
"""The fields of an error as receivers list it, in the order of the columns of CSV: new ones are added at the end only,
so that what reads it by place goes on. Their types are in `event.EventMessageType`."""
ADDED_FIELDS = ("received_at", "group")
"""Those which are the receiver's and not the event's."""
EVENT_FIELDS = tuple(name for name in LISTED_FIELDS if name not in ADDED_FIELDS)
"""The fields of an event as it travels."""
OPTIONAL_FIELDS = ("last_timestamp", "release", "session", "cell_id", "cell_hash", "policy", "masked")
"""Those that an event may be without; they are null in lists then. Receivers complete all others."""

Kind = Literal["cell", "syntax", "callback", "thread", "task", "run", "interrupt", "exit", "kernel_died"]
KINDS: tuple[str, ...] = get_args(Kind)
"""Where an error happened."""
READER_KINDS = ("interrupt", "exit")
"""Kinds that are the reader's own doing, and not reported unless switched on."""
Policy = Literal["code-only", "type-only", "verbatim"]
POLICIES: tuple[str, ...] = get_args(Policy)
"""What may leave a kernel: code; not even messages and comments; everything."""
Relation = Literal["cause", "context", "member"]
RELATIONS: tuple[str, ...] = get_args(Relation)
"""What an exception of a chain is to the reported one."""
COUNTLESS = -1
"""`execution_count` of an error that belongs to no cell."""
FINGERPRINT_PREFIX = "2-"
"""With which fingerprints begin that are made in this way; of others receivers make their own."""
ERROR_SCHEMA = "https://schema.jupyter-errreport.org/error/v1"
"""By which Jupyter's events name an error that was stored."""

MESSAGE_LIMIT = 1_000
"""Characters of `error_message` that leave."""
FRAME_LIMIT = 50
"""Entries of `traceback` that leave; of a longer one the middle is left out."""
CHAIN_LIMIT = 10
"""Entries of `chain` that leave."""
NAME_LIMIT = 200
"""Characters of an exception's name."""
LINE_LIMIT = 500
"""Characters of a first line."""
PLACE_LIMIT = 300
"""Characters of a file's or a function's name in a traceback."""
LANGUAGE_LIMIT = 40
RELEASE_LIMIT = 100
NOTEBOOK_LIMIT = 200
"""Characters of a notebook's name."""
COUNT_LIMIT = 10_000
"""Errors that one event stands for: a kernel ends a fold that has as many, and receivers take no more."""
NUMBER_LIMIT = 1_000_000
"""Most other numbers that are sent."""
COMMENT_LIMIT = 500
"""Characters of what a reader says of an event."""
COMMENTS_LIMIT = 5
"""Comments of one event."""
ID_PATTERN = r"[A-Za-z0-9_-]{1,64}"
"""Ids of groups, cells and sessions, and fingerprints."""
KEY_PATTERN = r"[0-9a-f-]{32,64}"
"""The key of a session, from which its public id is derived."""

# -- requests and answers ---------------------------------------------------------------------------------------------

BODY_LIMIT = 256 * 1024
"""Bytes of a request's body, also when inflated."""
EVENTS_LIMIT = 1_000
"""Events in one request."""
BATCH_EVENTS = 100
"""Events in one request of ours."""
PAGE_SIZE, PAGE_LIMIT = 100, 1_000
"""Rows of a list, unless somebody asks for more, and at most."""
CELLS_LIMIT = 1_000
"""Code cells of a notebook that are published, or looked up."""
DECISION_LIMIT = 2_000
"""Characters of a note or a hint."""
HOST_LIMIT = 200
"""Characters of the name of a receiver, as another passes it on."""

EventStatus = Literal["stored", "duplicate", "rejected"]
EVENT_STATUSES: tuple[str, ...] = get_args(EventStatus)
"""What becomes of an event at a receiver."""
EXPIRED = "expired"
"""Why an event was rejected: nobody remembers any more which ids of its time there were."""
TOO_MANY_ERRORS, TOO_SOON = "limit_errors_per_session", "limit_seconds_between_errors"
"""Why an event was rejected for good: of its session as many came as may, or another in the same moment."""
FULL = "limit_database_size"
"""Why an event was rejected for now: a receiver's database holds as much as it may."""
TOO_MANY_SESSIONS = "limit_sessions_per_address"
LIMIT_REASONS = (TOO_MANY_ERRORS, TOO_SOON)
"""The reasons that say nothing against the event itself. They all begin with `LIMIT_PREFIX`."""
LIMIT_PREFIX = "limit_"

GroupStatus = Literal["open", "resolved", "ignored"]
GROUP_STATUSES: tuple[GroupStatus, ...] = get_args(GroupStatus)
"""What was decided about a group."""
GROUP_FIELDS = tuple(
    """
    group error_name error_message first_line notebook kind language count events sessions first_seen last_seen status
    status_at resolved_release regressed_at ignored_until note hint hint_from cell sampled
    """.split()
)
"""The fields of a group as receivers list it, in the order of the columns of CSV, as `LISTED_FIELDS`."""

Role = Literal["report", "read", "author", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""What a token can be for: each role may do what those before it may."""
REPORT: Role = "report"

KEY_REQUIRED = "key_required"
"""The reason of a 401 where a report must bring the key of its notebook."""
KEY_HEADER = "X-Errreport-Key"
"""Carries the key of a connection file."""
SESSION_HEADER = "X-Errreport-Session"
"""Carries a session's key to a collector, with the session's errors: these use up its quota, and nobody else's do."""

# -- the environment --------------------------------------------------------------------------------------------------

CONNECTION_VARIABLE = "JUPYTER_ERRREPORT_CONNECTION"
"""Names the connection file of the Jupyter server that started the kernel."""
URL_VARIABLE = "JUPYTER_ERRREPORT_URL"
TOKEN_VARIABLE = "JUPYTER_ERRREPORT_TOKEN"  # noqa: S105 - the name of a variable
SESSION_VARIABLE = "JPY_SESSION_NAME"
"""In which a Jupyter server tells a kernel the path of the notebook for which it is started."""
NOTEBOOK_VARIABLE = "JUPYTER_ERRREPORT_NOTEBOOK"
OFF_VARIABLE = "JUPYTER_ERRREPORT"
"""`off` for no reports."""
DO_NOT_TRACK_VARIABLE = "DO_NOT_TRACK"
"""https://consoledonottrack.com"""
FAULTS_VARIABLE = "JUPYTER_ERRREPORT_RAISE_FAULTS"
"""Set where a fault of the hook is to be seen and not only counted: in tests."""
COLLECTOR_TOKEN_VARIABLE = "JUPYTER_ERRREPORT_COLLECTOR_TOKEN"  # noqa: S105
"""Of a Jupyter server, and never of its kernels: what it shows to its collector."""
AUTHOR_TOKEN_VARIABLE = "JUPYTER_ERRREPORT_AUTHOR_TOKEN"  # noqa: S105
"""Of a Jupyter server that an author alone uses: with what decisions are told to the collector."""
SLACK_VARIABLE = "JUPYTER_ERRREPORT_SLACK_WEBHOOK"
"""Of a server, as the next three: where people, or other programs, are told."""
SENTRY_VARIABLE = "JUPYTER_ERRREPORT_SENTRY_DSN"
OTLP_VARIABLE = "JUPYTER_ERRREPORT_OTLP_ENDPOINT"
OTLP_HEADERS_VARIABLE = "JUPYTER_ERRREPORT_OTLP_HEADERS"
ADMIN_TOKEN_VARIABLE = "JUPYTER_ERRREPORT_ADMIN_TOKEN"  # noqa: S105
"""Of a collector, as the next."""
APPRISE_VARIABLE = "JUPYTER_ERRREPORT_APPRISE_URLS"
WEBHOOK_SECRET_VARIABLE = "JUPYTER_ERRREPORT_WEBHOOK_SECRET"  # noqa: S105
REDIS_VARIABLE = "JUPYTER_ERRREPORT_REDIS"
METRICS_TOKEN_VARIABLE = "JUPYTER_ERRREPORT_METRICS_TOKEN"  # noqa: S105
OPENID_SECRET_VARIABLE = "JUPYTER_ERRREPORT_OPENID_SECRET"  # noqa: S105
HUB_TOKEN_VARIABLE = "JUPYTERHUB_API_TOKEN"  # noqa: S105
"""Of a JupyterHub: the token of a user's server, or of a service."""

FRONT_END_TARGET = "jupyter_errreport"
"""The comm through which a kernel asks its front end."""

# -- what a notebook is called ----------------------------------------------------------------------------------------

UNKNOWN = "unknown"
"""The notebook of an error that came from none, or from one without a name."""
TEST_ERROR = "TestOfReporting"
"""What the error is called that is none, but sent through to see whether errors arrive. It is of no session."""


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


@lru_cache(maxsize=1_000)
def notebook_names(name: str) -> tuple[str, ...]:
    """The names by which an author may have said which notebook this is, the narrowest first.

    Each is without folder and `.ipynb`, and has fewer marks of copies than those before it; the last is the identity.

    >>> notebook_names("lessons/Copy of Lesson (1).ipynb")
    ('Copy of Lesson (1)', 'Lesson (1)', 'Copy of Lesson', 'Lesson')
    """
    import unicodedata

    identity = notebook_identity(name)
    whole, found = [], name[:_LONGEST]
    while True:
        found = unicodedata.normalize("NFC", found)
        if _bare(found) == found:
            whole.append(found[:NOTEBOOK_LIMIT])
        shorter = _shortened(found)
        if shorter == found:
            break
        found = shorter
    # A copy of the second lesson is called `Copy of Lesson (2)`: what stands before a name goes first too.
    fronts = whole[:1]
    while fronts and _bare(_without_front(fronts[-1])) not in ("", fronts[-1]):
        fronts.append(_bare(_without_front(fronts[-1])))
    kept = [found for found in [*fronts, *whole[1:]] if found and notebook_identity(found) == identity]
    return (*dict.fromkeys(found for found in kept if found != identity), identity)


def may(role: str, access: str) -> bool:
    """Whether a token of this role opens what takes this access: a role, or `open` for anybody."""
    return access == "open" or ROLES.index(role) >= ROLES.index(access)


def role_of_token(token: str) -> str:
    """The role that a token begins with; empty for one that says none, as those of before this rule."""
    role, separator, _ = token.partition("_")
    return role if separator and role in ROLES else ""


def why_not_to_report_with(token: str) -> str:
    """Why a token may not be what errors are reported with, and what to do: only one that adds errors may; else empty.

    Notebooks are shared, and servers are used by others than who decides.
    """
    role = role_of_token(token)
    if role in ("", REPORT):
        return ""
    return (
        f"This token is of the role {role}: it opens more than to add errors, for everybody who finds it here."
        f" Use one of the role {REPORT} (jupyter errreport token create --role {REPORT}), and revoke this one."
    )


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
    bare = _bare(name)
    if bare != name:
        return bare
    numbered = re.search(_NUMBERED, name[-_TAIL:])
    if numbered:
        return name[: len(name) - len(numbered.group())]
    lowered = name.lower()
    for words in _AFTER:
        if lowered.endswith(words) and len(lowered) == len(name):
            return _unquoted(name[: -len(words)].strip())
    return _without_front(name)


def _bare(name: str) -> str:
    """`name` without its folder, else without `.ipynb`."""
    name = name.strip()
    folder = max(name.rstrip("/\\").rfind("/"), name.rstrip("/\\").rfind("\\"))
    if folder >= 0 or name.endswith(("/", "\\")):
        bare = name.rstrip("/\\")[folder + 1 :]
        # Quotes around a whole path, of which only the last is left now.
        quotes = (first for first, last in _QUOTES if first in name and _is_closed_only(bare, first, last))
        return next(quotes, "") + bare
    return name[: -len(_SUFFIX)] if name.lower().endswith(_SUFFIX) else name


def _without_front(name: str) -> str:
    """`name` without what copying puts before it."""
    lowered = name.lower()
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

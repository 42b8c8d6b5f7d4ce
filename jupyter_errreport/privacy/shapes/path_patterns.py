r"""Paths: with blanks where the beginning says that it is one, else up to the next blank.

`C:\Users\Anna Zovam\a b.csv` goes on after a blank if a separator, an ending of a file, or a capital letter follows.
"""

import re
from typing import Match, Pattern

from ..type_names import PACKAGES

_SIGN = r"[^\s/\\\"'`<>|:]"
_WORD = _SIGN + r"{1,80}"
_PART = _WORD + r"(?:[ ]" + _SIGN + r"{1,40}){0,4}"
_LAST = (
    r"(?:" + _WORD + r"(?:[ ]" + _SIGN + r"{1,40}){0,4}\.\w{1,6}\b"
    r"|" + _SIGN + r"{0,100}(?:(?<![.!?,;])[ ](?=[A-ZÀ-ÖØ-Þ])" + _SIGN + r"{1,40}){0,3})"
)
_ROOT = (
    r"(?:(?<!\w)[A-Za-z]:[\\/]|(?<![\w\\])\\\\[\w.$-]{1,64}\\"
    r"|(?<![\w.<:/\\])(?:~|%\w{1,30}%|\$\w{1,30}|\$\{\w{1,30}\}"
    r"|/(?:Users|home|Volumes|mnt|media|content|data|scratch|srv|nfs|gpfs|work|projects?|export|root|net|shares?))[\\/])"
)
WITH_BLANKS: Pattern[str] = re.compile(
    r"(?<=[\"'`])"
    + _ROOT
    + r"[^\"'`\n<>|]{1,500}(?=[\"'`])|"
    + _ROOT
    + r"(?:"
    + _PART
    + r"[\\/]){0,30}"
    + _LAST
    + r"|(?<=[\"'`])(?:[\w .-]{1,80}[\\/]){1,20}[\w .-]{1,100}\.\w{1,6}(?=[\"'`])"
)
"""Below what everybody knows to hold people's folders (drives, shares, homes, mounts), and whole in quotes."""
ROOTED: Pattern[str] = re.compile(
    r"(?<![\w.<:/\\])(?:(?:~|\.{1,2})?/(?=[\w.~%$@{])|(?:~|\.{1,2}|\\)\\|\\(?=" + _WORD + r"\\))"
    r"(?:[^\s/\\\"'`<>|:]{1,200}[/\\]){0,30}[^\s/\\\"'`<>|:]{1,200}"
    r"|(?<![\w.\\-])[\w.-]{1,60}\\(?:[\w.-]{1,100}\\){1,30}[\w.-]{0,100}"
)
RELATIVE: Pattern[str] = re.compile(r"(?<![/\w.-])[\w.-]{1,100}/(?:[\w.-]{1,100}/){1,30}[\w.-]{0,100}")
UNQUOTED_PATH: Pattern[str] = re.compile(
    r"(?:\A|(?<=[(\[{,=])|(?<=[(\[{,=] ))~?/(?=\w)(?:[\w.-]{1,100}/){1,30}[\w.-]{0,100}"
    r"|(?<!\w)[A-Za-z]:\\(?=\w)" + _SIGN + r"{1,80}(?:\\" + _SIGN + r"{0,80}){0,30}"
    r"|(?<![\w\\])\\\\[\w.$-]{1,64}\\" + _SIGN + r"{1,80}(?:\\" + _SIGN + r"{0,80}){0,30}"
)
"""What is a path even among code: no operand stands in front of it."""
_ALTERNATIVES = re.compile(r"(?:[a-z]{1,14}/){2,5}[a-z]{1,14}\Z|(?:[A-Za-z]/){2,5}[A-Za-z]\Z")


def hidden_relative(match: Match[str]) -> str:
    """`<path>`, but for words to choose from (`mean/median/mode`) and files of public packages."""
    text = match.group()
    return text if _ALTERNATIVES.match(text) or text.split("/", 1)[0] in PACKAGES else "<path>"

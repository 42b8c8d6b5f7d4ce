"""What stands in a message for what may not leave: which kind of thing it was."""

import re

PATH_FOLLOWS = re.compile(
    r"(?:No such file or directory|Permission denied|Is a directory|Not a directory|File exists|[Ff]ile): ['\"]?\Z"
)
"""Behind which a message tells a path."""
_INT = re.compile(r"[-+]?\d{1,60}\Z")
_FLOAT = re.compile(r"[-+]?(?:\d{1,60}\.\d{0,60}|\.\d{1,60}|\d{1,60})(?:[eE][-+]?\d{1,5})?\Z|[-+]?(?:nan|inf)\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://")
_PATH = re.compile(
    r"(?:(?:~|\.{1,2}|[A-Za-z]:)?[/\\][^\n]{0,4000}|[\w.-]{1,200}\.[A-Za-z]\w{1,5}"
    r"|[\w.-]{1,100}(?:[/\\][\w. -]{1,200}){1,40})\Z"
)
_QUOTED = re.compile(r"(?P<quote>['\"]).*(?P=quote)\Z", re.DOTALL)
_BRACKETS = (("[", "]", "<list>"), ("(", ")", "<tuple>"), ("{", "}", "<dict>"), ("<", ">", "<object>"))


def placeholder(content: str, left: str = "") -> str:
    """A typed placeholder for `content`, which stands behind `left`."""
    text = content.strip()
    inner = text[1:-1] if _QUOTED.match(text) else text
    if _URL.match(inner):
        return "<url>"
    if PATH_FOLLOWS.search(left) or (len(inner) < 4_000 and "/" in inner and _PATH.match(inner)):
        return "<path>"
    if text[:1] in "bB" and text[1:2] in ("'", '"'):
        return "<bytes>"
    if _INT.match(text):
        return "<int>"
    if _FLOAT.match(text):
        return "<float>"
    return next((kind for start, end, kind in _BRACKETS if text.startswith(start) and text.endswith(end)), "<str>")

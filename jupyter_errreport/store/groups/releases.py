"""Which of two releases is the newer one, as far as their names tell."""

import re

_VERSION = re.compile(r"v?\d{1,18}(?:[.\-_+]\w{1,40})*|v?\d{1,18}(?:\.\d{1,18})*(?:a|b|rc|dev)\d{0,18}", re.IGNORECASE)
_PART = re.compile(r"(\d{1,18})|([a-z]+)", re.IGNORECASE)


def is_version(release: str) -> bool:
    """Whether the name is a version or a date, and not, say, the hash of a commit."""
    return _VERSION.fullmatch(release) is not None


def is_newer(release: str, than: str) -> bool:
    """Whether one version comes after another: numbers by value, words by the alphabet, `1.2` after `1.2rc1`."""
    return _key(release) > _key(than)


def _key(release: str) -> list[tuple[int, int, str]]:
    # A word is older than the end, and the end is older than a number: 1.2rc1 < 1.2 < 1.2.1.
    parts = [(2, int(number), "") if number else (0, 0, word.lower()) for number, word in _PART.findall(release)]
    if parts and parts[0][2] == "v":
        del parts[0]
    return [*parts, (1, 0, "")]

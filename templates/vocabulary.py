"""Makes the list of words that everybody writes, from what libraries say of themselves.

python -m templates.vocabulary SITE_PACKAGES reads the docstrings and comments of the packages in a folder, and writes
the words that those of several packages use in small letters, but for those that stand more often as a name. A comment
that repeats such a word of a value tells nothing about the value.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

OUTPUT = Path(__file__).parent.parent / "jupyter_errreport" / "privacy" / "line" / "common_words.txt"
PACKAGES = 3
"""Packages that must use a word."""
FILE_LIMIT = 400_000
_PROSE = re.compile(r'"""(.*?)"""|#([^\n]*)', re.DOTALL)
_WORD = re.compile(r"(?<![\w./\\'\"`:<@%#$=(\[{-])([A-Za-z][a-z]{1,20})(?=[\s,.;:!?)]|$)(?!\.\w)")
_OF_TWO_LETTERS = frozenset("am an as at be by do go he id if in is it me my no of ok on or so to up us vs we".split())
_MID_SENTENCE = re.compile(r"[a-z,] \Z")


def main() -> int:
    """Read the packages and write the list; the status is 1 when there is nothing to read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, help="a folder of installed packages")
    words = sorted(common_words(parser.parse_args().packages))
    if not words:
        sys.stderr.write("There is no prose in these packages.\n")
        return 1
    OUTPUT.write_text("".join(f"{word}\n" for word in words), encoding="ascii")
    sys.stdout.write(f"{len(words)} words in {OUTPUT}\n")
    return 0


def common_words(folder: Path) -> Iterator[str]:
    """The words that several packages in a folder use, and not as names."""
    users: dict[str, set[str]] = {}
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for file in folder.rglob("*.py"):
        if file.stat().st_size > FILE_LIMIT:
            continue
        package = file.relative_to(folder).parts[0]
        for prose in _PROSE.finditer(file.read_text(encoding="utf-8", errors="replace")):
            text = prose.group(1) or prose.group(2) or ""
            for found in _WORD.finditer(text):
                word = found.group(1)
                if word.islower():
                    users.setdefault(word, set()).add(package)
                    small[word] += 1
                elif _MID_SENTENCE.search(text, max(0, found.start() - 2), found.start()):
                    capital[word.lower()] += 1
    for word, by in users.items():
        if len(by) >= PACKAGES and small[word] > 2 * capital[word] and (len(word) > 2 or word in _OF_TWO_LETTERS):
            yield word


if __name__ == "__main__":
    sys.exit(main())

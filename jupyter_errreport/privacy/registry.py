r"""Templates and patterns of one's own: for the messages of a library, and for what only its users know to be private.

    from jupyter_errreport.privacy import register_pattern, register_template

    register_template("residue {residue} has no atom {atom}")
    register_pattern("<patient>", r"\bP\d{6}\b")

A library does so without being asked: a function that calls these two, named by an entry point in the group
`jupyter_errreport.privacy`. It is called when an error of a kernel in which the library is loaded is first scrubbed.
"""

import importlib
import os
import re
import sys
from typing import Any, Generator, Iterable, List, Optional

from .installed import read
from .messages.known import KNOWN
from .messages.template import Template
from .shapes.patterns import add_pattern

GROUP = "jupyter_errreport.privacy"
_PLACEHOLDER = re.compile(r"<[a-z][a-z0-9_ -]{0,30}>\Z")


def register_template(template: str) -> None:
    """Know a message: its words may leave, what stands in its holes becomes placeholders of their names.

    `template` is written as for `str.format`, with names: "residue {residue} has no atom {atom}". Raises ValueError
    when it has fewer than two words of its own: such a template would explain any text.
    """
    parsed = Template.parse(template)
    if parsed.words < 2:
        raise ValueError(f"the template {template!r} needs at least two words outside its holes")
    KNOWN.add(parsed)


def register_pattern(placeholder: str, pattern: str) -> None:
    r"""Hide what matches a regular expression wherever text may leave: in comments, notebook names, saved errors.

    `placeholder` is what stands in its place, as "<patient>". Raises ValueError for a placeholder of another shape, for
    a pattern that does not compile, and for one with an unbounded quantifier (`*`, `+`, `{3,}`): on some texts such a
    pattern takes minutes, and the kernel with it. Write `\w{1,50}` for `\w+`.
    """
    if not _PLACEHOLDER.match(placeholder):
        raise ValueError(f"the placeholder {placeholder!r} must be a name in angle brackets, as <patient>")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!r} does not compile: {error}") from None
    if _is_unbounded(pattern):
        raise ValueError(f"the pattern {pattern!r} has an unbounded quantifier; write {{1,50}} for +, {{0,50}} for *")
    if compiled.match(""):
        raise ValueError(f"the pattern {pattern!r} matches an empty text")
    add_pattern(placeholder, compiled)


def _is_unbounded(pattern: str) -> bool:
    parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
    return any(limit is parser.MAXREPEAT for limit in _limits(parser.parse(pattern)))


def _limits(parsed: Any) -> Iterable[Any]:
    """The upper limits of all quantifiers in what the standard library made of a pattern."""
    for item in parsed:
        if isinstance(item, tuple) and len(item) == 3 and isinstance(item[0], int) and hasattr(item[2], "data"):
            yield item[1]
        if isinstance(item, (tuple, list)) or hasattr(item, "data"):
            yield from _limits(item)


class _EntryPoints:
    """The entry points of our group in the distributions on `sys.path`, read once.

    Read here, with pauses, because `importlib.metadata.entry_points` takes 50 ms in one go and is new in Python 3.8.
    """

    def __init__(self) -> None:
        self.targets: Optional[List[str]] = None
        """`module:function` of those that were not called yet; None before they were read."""

    def load(self) -> Generator[None, None, None]:
        """Call those of libraries that are loaded in this process, each once.

        One that fails is left out: a library's mistake must not keep an error from its author.
        """
        if self.targets is None:
            found: List[str] = []
            for folder in list(sys.path):
                yield from self._read(folder, found)
            self.targets = found
        for target in [target for target in self.targets if target.split(".")[0].split(":")[0] in sys.modules]:
            self.targets.remove(target)
            module, _, name = target.partition(":")
            try:
                getattr(importlib.import_module(module), name)()
            except Exception:
                continue
            yield

    def _read(self, folder: str, found: List[str]) -> Generator[None, None, None]:
        try:
            entries = os.listdir(folder or ".")
        except OSError:
            return
        for entry in entries:
            if entry.endswith((".dist-info", ".egg-info")):
                text = read(os.path.join(folder, entry, "entry_points.txt"))
                if GROUP.encode() in text:
                    found.extend(_targets(text.decode("utf-8", "replace")))
                yield


def _targets(text: str) -> Iterable[str]:
    """What the entry points of our group name, in the text of an `entry_points.txt`."""
    group = ""
    for line in text.splitlines():
        header = re.match(r"\s*\[(.{1,100})\]", line)
        group = header.group(1).strip() if header else group
        entry = re.match(r"[^=#;]{1,200}=\s*([\w.]{1,200}:\w{1,100})", line)
        if group == GROUP and entry:
            yield entry.group(1)


load_registered = _EntryPoints().load

"""The messages of R (its catalogues of messages, and R code) and of Julia."""

import re
from collections.abc import Callable, Iterator

from jupyter_errreport.privacy.messages.template import Hole, Part

from .c_source import decoded
from .printf import has_conversions, printf
from .template_text import Found, found

_LINE = re.compile(r'^(?:(?P<key>msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+)?"(?P<text>(?:[^"\\]|\\.)*)"\s*$')
_R_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<word>[A-Za-z.][\w.]*)|(?P<sign>[^\s\w])|\d[\w.]*",
    re.DOTALL,
)
_R_RAISES = frozenset(
    "stop warning gettextf gettext abort cli_abort cli_warn warn inform rlang::abort "
    "packageStartupMessage .Defunct .Deprecated"
    " ngettext stopifnot glue_data abort_invalid stop_bad".split()
)
_JULIA_TOKEN = re.compile(
    r"(?P<comment>#=.*?=#|#[^\n]*)|(?P<string>\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<char>'(?:[^'\\\n]|\\[^\n]{1,8}?)')|(?P<word>[^\W\d]\w*!?)|(?P<sign>[^\s\w])|\d[\w.]*",
    re.DOTALL,
)
_JULIA_RAISES = re.compile(r"\A(?:error|throw|\w*Error|\w*Exception|depwarn)\Z")
_JULIA_SHOWS = re.compile(r"\A(?:error|throw|\w*Error|\w*Exception|depwarn|print|println|printstyled)\Z")


def of_pot(source: str) -> list[Found]:
    """The messages of a catalogue (.pot): what is translated, not the translations."""
    messages: list[Found] = []
    key, text = "", ""
    for line in [*source.splitlines(), 'msgid ""']:
        match = _LINE.match(line)
        if not match:
            continue
        if match["key"]:
            if key.startswith("msgid") and text:
                messages.append(found(printf(text), raised=True))
            key, text = match["key"], ""
        text += decoded(match["text"])
    return messages


def of_r(source: str) -> list[Found]:
    """The messages of R code: the literals that `stop`, `warning` and their kin are given, pasted together."""
    return list(_calls(source, _R_TOKEN, lambda name: name in _R_RAISES, _r_literal))


def of_julia(source: str) -> list[Found]:
    """The messages of Julia code: `error("...")`, `throw(XError("..."))` and what `showerror` prints."""
    messages: list[Found] = []
    for definition in re.split(r"\n(?=\S)", source):
        shows = re.match(r"(?:function\s+)?(?:Base\.)?show(?:error|_method_candidates)?\b", definition)
        raises = _JULIA_SHOWS if shows else _JULIA_RAISES
        messages += _calls(definition, _JULIA_TOKEN, _matcher(raises), _julia_literal)
    return messages


def _matcher(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda name: pattern.match(name) is not None


def _calls(
    source: str, token: re.Pattern[str], raises: Callable[[str], bool], literal: Callable[[str], list[Part]]
) -> Iterator[Found]:
    """Every call that raises; what stands between its literals becomes holes."""
    pieces = [match for match in token.finditer(source) if not match["comment"]]
    for index, piece in enumerate(pieces[:-1]):
        if not (piece["word"] and raises(piece["word"]) and pieces[index + 1].group() == "("):
            continue
        parts: list[Part] = []
        depth = 0
        argument: list[Part] = []
        named = False
        for inner in pieces[index + 1 : index + 400]:
            text = inner.group()
            if inner["sign"] and text in "([{":
                depth += 1
            elif inner["sign"] and text in ")]}":
                depth -= 1
                if not depth:
                    break
            elif depth == 1 and text == "," and inner["sign"]:
                parts += [] if named else _argument(argument)
                argument, named = [], False
            elif depth == 1 and text == "=" and inner["sign"] and len(argument) == 1:
                named = True
            elif inner["string"]:
                argument += literal(text)
            elif inner["word"]:
                argument.append(Hole(inner["word"]))
        parts += [] if named else _argument(argument)
        if any(isinstance(part, str) for part in parts):
            yield from _joined(parts)


def _argument(parts: list[Part]) -> list[Part]:
    """The literals of an argument, if it has any; else one hole with its names."""
    literals = [part for part in parts if isinstance(part, str)]
    if not literals:
        names = [part.name for part in parts if isinstance(part, Hole)]
        return [Hole(" ".join(dict.fromkeys(names)))] if names else []
    first = next(index for index, part in enumerate(parts) if isinstance(part, str))
    return parts[first:]


def _joined(parts: list[Part]) -> Iterator[Found]:
    """A message: formatted with what follows when it has conversions, else pasted together."""
    first = next(index for index, part in enumerate(parts) if isinstance(part, str))
    text = parts[first]
    assert isinstance(text, str)  # noqa: S101
    if has_conversions(text):
        yield found(printf(text), raised=True)
    else:
        yield found(parts[first:], raised=True)


def _r_literal(text: str) -> list[Part]:
    said = decoded(text[1:-1])
    parts: list[Part] = []
    end = 0
    for match in re.finditer(r"\{\.\w+ \{([^{}]{0,80})\}\}|\{\.\w+ ([^{}]{0,80})\}|\{([^{}\n]{1,80})\}", said):
        parts.append(said[end : match.start()])
        literal = match[2]
        parts.append(literal if literal is not None else Hole(match[1] or match[3]))
        end = match.end()
    return [*parts, said[end:]]


def _julia_literal(text: str) -> list[Part]:
    said = text[3:-3] if text.startswith('"""') else text[1:-1]
    parts: list[Part] = []
    end = 0
    for match in re.finditer(r"(?<!\\)\$(?:([^\W\d]\w*!?)|\(([^()]{0,80}(?:\([^()]{0,60}\)[^()]{0,60}){0,4})\))", said):
        parts.append(decoded(said[end : match.start()]))
        parts.append(Hole(match[1] or " ".join(re.findall(r"[A-Za-z_][\w.]*", match[2]))))
        end = match.end()
    return [*parts, decoded(said[end:])]

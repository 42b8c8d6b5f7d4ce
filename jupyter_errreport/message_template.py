"""What stays the same in the messages of one error: whoever runs into it, on whatever Python.

Runs in kernels (Python 3.7 syntax, standard library only) and on every receiver.
"""

import re

LIMIT = 1_000
"""Characters of a message that are looked at."""

_PLACEHOLDER = re.compile(r"<(?! )[^<>'\"\n]{1,80}(?<! )>")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:0[xX][0-9a-fA-F]{1,40}|\d{1,40}(?:[.,_]\d{1,40}){0,20}(?:[eE][-+]?\d{1,5})?)")
_SIZE_OF_DTYPE = re.compile(r"[<>|=]([US])\d{1,9}\b")
_QUOTE = re.compile(r"(?<!\w)[bru]?['\"`\u2018\u2019\u201c\u201d]+|['\"`\u2018\u2019\u201c\u201d]+(?!\w)")
_SEVERAL = re.compile(r"[\[({] ?<>,? ?[\])}]|<>(?:(?: ?[,;:x*] ?| and | or | )<>){1,400}")
_SENTENCE_END = re.compile(r"[.!?]?\s*\n\s*(?=[A-Z])|[.!?]\)?\s+(?=[A-Z])")
_ASIDE = re.compile(r"\s\((?:[^()]|\([^()]{0,400}\)){0,1000}\)")
_COUNTED = re.compile(r"(?<=<>)(?: [a-z-]{1,40}){1,3}")
_PLURAL = re.compile(r"(?<=\w\w[^\Ws])s\b")
_VALUE_AT_END = re.compile(r"(?:[\s.,:;!?=]{0,9}(?:(?:not|got|but got) )?<>){0,9}[\s.,:;!?=]{0,9}\Z")
_LONGEST_END = 9 * (9 + len("but got ") + 2) + 9
"""Characters that `_VALUE_AT_END` finds at most: no need to try it further ahead."""
_CALL_OF_R = re.compile(r"\A(Error in [\w.:$@]{1,80})\(.{0,600}?\) ?:\s*", re.DOTALL)

_REWORDED = [
    (re.compile(old), new)
    for old, new in (
        (r"\b(?:\w{1,80}\.|<>\.){1,9}(\w{1,80}\(\) (?:missing|takes|got))", r"\1"),  # qualified since 3.10
        (r"local variable (\S+) referenced before assignment", r"cannot access local variable \1"),  # 3.11
        (r"(cannot access (?:local|free) variable \S+) where it is .*", r"\1"),
        (r"free variable (\S+) referenced before assignment .*", r"cannot access free variable \1"),
        (r"property \S+ of .* object has no setter|can't set attribute .*", "can't set attribute"),  # 3.10, 3.11
        (r"with(?:out an implementation for)? abstract methods?\b", "with abstract method"),  # 3.12
        (r"a real number\b", "a number"),  # 3.10
        (r"(maximum recursion depth exceeded).*", r"\1"),
        (r"object (\S+) can't be used in await expression", r"\1 object can't be awaited"),  # 3.14
        (r"unexpected EOF while parsing|(?<!\S)\S{1,40} was never closed", "incomplete input"),  # 3.10, IPython
        (r"EOL while scanning string literal", "unterminated string literal"),  # 3.10
        (r"EOF while scanning triple-quoted string literal", "unterminated triple-quoted string literal"),
        (r"(expected an indented block) after .*", r"\1"),  # 3.10
        (r"(?:can't|cannot) assign to (.*?)(?: here)?\Z", r"cannot assign to \1"),  # 3.8, 3.10
        (r"\Aexpected\Z", "invalid syntax"),  # `expected ':'`, 3.10
    )
]
"""Messages of CPython whose wording changed after 3.7, in the form that they get here, and one wording for each."""


def message_template(message: str) -> str:
    """The words that a message has for everybody; empty when it has none but values.

    Of a message that `privacy` let through: a value is a placeholder, a number, or several of them; each becomes `<>`.
    What explains the error further does not count: what follows the first sentence, an aside in brackets, a value at
    the end. Nor do quotes, plurals after a number, and what CPython has reworded.

    >>> message_template("could not broadcast (3,4) to 'x' (from <file>). Use reshape.")
    'could not broadcast <> to x'
    """
    text = _CALL_OF_R.sub(r"\1: ", message[:LIMIT])
    text = _PLACEHOLDER.sub("<>", text)
    text = _SIZE_OF_DTYPE.sub(r"\1", text)
    text = _NUMBER.sub("<>", text)
    text = _QUOTE.sub("", text)
    folded = ""
    while folded != text:
        folded, text = text, _SEVERAL.sub("<>", text)
    text = _SENTENCE_END.split(text.strip(), 1)[0]
    text = _ASIDE.sub("", text)
    text = _COUNTED.sub(lambda counted: _PLURAL.sub("", counted.group()).replace(" were", " was"), text)
    text = " ".join((text[:-_LONGEST_END] + _VALUE_AT_END.sub("", text[-_LONGEST_END:])).split())
    for old, new in _REWORDED:
        text = old.sub(new, text)
    return text if re.search(r"[^\W\d_]", text) else ""

"""What looks private wherever it stands: addresses, paths, keys, dates, long numbers.

The last net, for text that a person wrote for people (a comment, a notebook's name). Every quantifier is bounded: a
pattern must cost microseconds on any text of 4,000 characters (field notes: an unbounded e-mail pattern took a second).
"""

import re

TEXT_LIMIT = 4_000

_PATTERNS = [
    (name, re.compile(pattern, re.VERBOSE | re.IGNORECASE))
    for name, pattern in (
        ("<url>", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'`]{1,2000}"),
        ("<email>", r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"),
        ("<uuid>", r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"),
        ("<ip>", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"),
        ("<ip>", r"(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4}){1,2}(?![\w:])"),
        ("<host>", r"\b(?:[a-z0-9-]{1,63}\.){1,6}(?:com|org|net|edu|gov|io|ai|co|uk|de|fr|ch|eu|local|internal)\b"),
        (
            "<path>",
            r"(?<![\w.<])(?:~|\.{1,2}|[a-z]:)?[/\\](?:[^\s/\\\"'`<>|:]{1,200}[/\\]){0,30}[^\s/\\\"'`<>|:]{1,200}",
        ),
        ("<path>", r"\b[\w.-]{1,100}/(?:[\w.-]{1,100}/){1,30}[\w.-]{0,100}"),
        (
            "<file>",
            r"\b[\w-]{1,100}\.(?:csv|tsv|xlsx?|json|txt|pdf|pdb|cif|fasta|h5|hdf5|parquet|pkl|npy|npz|png|jpe?g|zip|gz)\b",
        ),
        (
            "<date>",
            r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?\b",
        ),
        ("<token>", r"\b(?:sk|pk|ghp|gho|xox[abp]|hf|AKIA|eyJ)[-_]?[A-Za-z0-9_-]{8,500}"),
        ("<hex>", r"\b0x[0-9a-f]{3,64}\b"),
        ("<token>", r"\b(?=[a-z_-]{0,63}\d)[a-z0-9_-]{20,500}\b"),
        ("<number>", r"(?<![\w.])\+?\d[\d\s().-]{5,30}\d(?![\w.])"),
        ("<number>", r"(?<![\w.])\d{5,40}(?![\w.])"),
    )
]


def hide_patterns(text: str) -> str:
    """`text`, cut to 4,000 characters, with a placeholder for everything that looks private, which says what it was."""
    text = text[:TEXT_LIMIT]
    for name, pattern in _PATTERNS:
        text = pattern.sub(name, text)
    return text

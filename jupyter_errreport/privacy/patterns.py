"""What looks private wherever it stands: addresses, paths, keys, account numbers, sequences, dates, long numbers.

The last net, for text that a person wrote for people (a comment, a notebook's name) and, on a receiver, for whatever
any client sends. Every quantifier is bounded: a pattern must cost microseconds on any text of 4,000 characters (field
notes: an unbounded e-mail pattern took a second).
"""

import re
from typing import List, Pattern, Tuple

TEXT_LIMIT = 4_000

_DOCUMENTATION = (
    r"(?:docs\.(?:python|pydantic|scipy|sqlalchemy|rapids|ray|dask)\.(?:org|io|dev|ai)|(?:scikit-learn|numpy|matplotlib"
    r"|pytorch|tensorflow|jupyter|pypi|python|kaggle|xgboost|networkx|pola|sqlalche|errors\.pydantic|pandas\.pydata"
    r"|seaborn\.pydata|numba\.pydata|huggingface|docs\.jax|jax\.readthedocs)\.(?:org|dev|me|rs|co|io|com))"
)
"""Sites of libraries' manuals, to which their messages point."""
_PACKAGES = "numpy|scipy|pandas|skimage|sklearn|astropy|torch|torchvision|matplotlib|tensorflow|keras|jax|xarray|os|sys"

_SMALL = r"(?:\d{1,2}|(?:19|20)\d\d)"
_WORD = r"[a-z]{1,16}\d{0,2}(?:[_-]{1,3}" + _SMALL + ")?"
_WORDS = r"(?:" + _SMALL + r"[_-]{1,3})?" + _WORD + r"(?:[_-]{1,3}" + _WORD + r"){2,30}(?![a-z0-9_-])"
"""Words and small numbers that are joined, as in week_03_docking_part2: somebody's name for something, and no token."""
_PATTERNS: List[Tuple[str, Pattern[str]]] = [
    (name, re.compile(pattern, re.VERBOSE | flags))
    for name, pattern, flags in (
        (
            "<url>",
            r"\b(?!https?://(?:www\.)?" + _DOCUMENTATION + r"(?:/[\w./\#-]{0,200})?(?:[\s.,;:)\"'`]|\Z))"
            r"[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'`]{1,2000}",
            re.IGNORECASE,
        ),
        ("<email>", r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}", re.IGNORECASE),
        ("<uuid>", r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE),
        ("<ip>", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", 0),
        ("<ip>", r"(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4}){1,2}(?![\w:])", re.IGNORECASE),
        (
            "<host>",
            r"(?<![/\w.-])(?!(?:" + _PACKAGES + r")\.)(?!(?:www\.)?" + _DOCUMENTATION + r"\b)(?:[a-z0-9-]{1,63}\.){1,6}"
            r"(?:com|org|net|edu|gov|io|ai|co|uk|de|fr|ch|eu|local|internal|corp|lan|invalid|test|example)\b(?!>)",
            re.IGNORECASE,
        ),
        (
            "<path>",
            r"(?<![\w.<:/])(?:~|\.{1,2}|[a-z]:)?[/\\](?:[^\s/\\\"'`<>|:]{1,200}[/\\]){0,30}[^\s/\\\"'`<>|:]{1,200}",
            re.IGNORECASE,
        ),
        ("<path>", r"(?<![/\w.-])[\w.-]{1,100}/(?:[\w.-]{1,100}/){1,30}[\w.-]{0,100}", re.IGNORECASE),
        (
            "<file>",
            r"\b[\w-]{1,100}\.(?:csv|tsv|xlsx?|json|txt|pdf|pdb|cif|fasta|fastq|vcf|bam|h5|hdf5|h5ad|parquet|feather|pkl"
            r"|npy|npz|png|jpe?g|tiff?|zip|gz|sqlite|db|docx?|sav|dta|mat|nii)\b",
            re.IGNORECASE,
        ),
        (
            "<date>",
            r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?\b",
            0,
        ),
        ("<iban>", r"\b[A-Z]{2}\d{2}[ ]?(?:[A-Z0-9]{4}[ ]?){2,7}[A-Z0-9]{1,4}\b", 0),
        (
            "<token>",
            r"\b(?:sk|pk|ghp|gho|ghs|xox[abp]|hf|AKIA|ASIA|eyJ|glpat|AIza)[-_]?[A-Za-z0-9_-]{8,500}",
            re.IGNORECASE,
        ),
        ("<hex>", r"\b0x[0-9a-f]{3,64}\b", re.IGNORECASE),
        ("<sequence>", r"\b[ACDEFGHIKLMNPQRSTVWY]{14,4000}\b|\b[ACGTUN]{10,4000}\b|\b[acgtun]{12,4000}\b", 0),
        ("<mutation>", r"(?<![\w-])(?:p\.|c\.)?[ACDEFGHIKLMNPQRSTVWY]\d{2,5}[ACDEFGHIKLMNPQRSTVWY*](?![\w-])", 0),
        ("<token>", r"\b(?=[a-z_-]{0,63}\d)(?!" + _WORDS + r")[a-z0-9_-]{20,500}\b", re.IGNORECASE),
        ("<number>", r"(?<![\w.])\+?\d[\d\s().-]{5,30}\d(?![\w.])", 0),
        ("<number>", r"(?<![\w.])\d{5,40}(?:\.\d{1,40})?(?![\w.])", 0),
    )
]
_NAME_AHEAD = r"(?<!attribute )(?<!name )(?<!named )(?<!argument )(?<!module )(?<!variable )(?<!from )"
_TYPE = r"(?!(?:NoneType|str|int|float|list|dict|tuple|set|bool|bytes|module|function|type|object|DataFrame|Series)\b)"
_QUOTED = (
    ("'<str>'", re.compile(_NAME_AHEAD + r"(?<!\w)[bru]?'(?!<)" + _TYPE + r"[^'\n]{1,1000}'(?!\w)")),
    ('"<str>"', re.compile(_NAME_AHEAD + r"(?<!\w)[bru]?\"(?!<)" + _TYPE + r"[^\"\n]{1,1000}\"(?!\w)")),
)
_registered: List[Tuple[str, Pattern[str]]] = []


def add_pattern(placeholder: str, pattern: Pattern[str]) -> None:
    """Hide one more pattern, before all others."""
    _registered.append((placeholder, pattern))


def hide_patterns(text: str, quoted: bool = False) -> str:
    """`text`, cut to 4,000 characters, with a placeholder for everything that looks private, which says what it was.

    With `quoted`, what stands in quotes goes too: in a message that nobody scrubbed it is a value more often than not.
    """
    text = text[:TEXT_LIMIT]
    for name, pattern in _registered:
        text = pattern.sub(name.replace("\\", r"\\"), text)
    for name, pattern in _PATTERNS:
        text = pattern.sub(name, text)
    for name, pattern in _QUOTED if quoted else ():
        text = pattern.sub(name, text)
    return text

"""Values to plant in cells: `@S1@` in a cell stands for one of kind S, and the digit tells those of a kind apart.

make_values({"@S1@", ...}) -> {"@S1@": "zqkx7f3w", ...};  fill(text, values)
S string (even: letters only), N integer, F float, P path, B path with blanks, C path on Windows, E e-mail, K key,
Q protein, M mutation, D DNA, H host, T host in a country, U URL with password, A a person's name (the digit is the
script), V one of three letters, W given and family name, G a family name of five, Y date, I id (odd: as U87), R card
number (even: in groups), L a name that a library's class has, O a text that a library says too, X how deep a cell calls
itself (even: a few rounds, 2 to 6).
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterable

from tests.live.names import SCRIPTS, family_name, full_name, name_in, short_name

PLACEHOLDER = re.compile(r"@([A-Z])(\d)@")
ALNUM = string.ascii_lowercase + string.digits
AMINO = "ACDEFGHIKLMNPQRSTVWY"
CLASSES = "Lars Ridge Lasso Birch Isomap".split()  # of scikit-learn
KNOWN_TEXTS = (  # which stand as a whole in privacy/known_templates.txt
    "no such file or directory",
    "division by zero",
    "list index out of range",
    "permission denied",
    "atomic number not found",
    "key not present in map",
    "missing value is invalid",
    "time in aggregation build",
    "this transaction is inactive",
    "digit is larger than unsigned long",
    "could not find expected bond",
)
COUNTRIES = "at nl it es se pl jp cn au ca br dk".split()


def placeholders(text: str) -> set[str]:
    """The placeholders in a text."""
    return {found.group(0) for found in PLACEHOLDER.finditer(text)}


def kind_of(placeholder: str) -> tuple[str, int]:
    """The letter of a placeholder, and its digit."""
    found = PLACEHOLDER.fullmatch(placeholder)
    if found is None or found.group(1) not in _MAKERS:
        raise ValueError(placeholder)
    return found.group(1), int(found.group(2))


def make_value(placeholder: str, rng: random.Random) -> str:
    """A fresh value of the placeholder's kind."""
    kind, number = kind_of(placeholder)
    return _MAKERS[kind](rng, number)


def make_values(wanted: Iterable[str], rng: random.Random | None = None) -> dict[str, str]:
    """A fresh value for each placeholder."""
    rng = rng or random.Random()
    return {placeholder: make_value(placeholder, rng) for placeholder in sorted(wanted)}


def other_values(values: dict[str, str], rng: random.Random) -> dict[str, str]:
    """Values of the same kinds, of which none is as it was."""
    others = {}
    for placeholder, value in values.items():
        others[placeholder] = value
        while others[placeholder] == value:
            others[placeholder] = make_value(placeholder, rng)
    return others


def fill(text: str, values: dict[str, str]) -> str:
    """`text` with the values in place of their placeholders."""
    return PLACEHOLDER.sub(lambda found: values.get(found.group(0), found.group(0)), text)


def _tok(rng: random.Random, n: int = 6) -> str:
    # starts with a letter, has at least one digit: a valid identifier that is no word
    while True:
        t = "".join(rng.choice(ALNUM) for _ in range(n))
        if any(c.isdigit() for c in t) and any(c.isalpha() for c in t):
            return "zq" + t


def _word(rng: random.Random) -> str:
    # letters only and pronounceable, like a surname: 'zovamelurik'
    return "z" + "".join(rng.choice("aeiou") + rng.choice("bdfgklmnprstv") for _ in range(4)) + rng.choice("ax")


def _key(rng: random.Random, number: int) -> str:
    def r(n: int, a: str = string.ascii_letters + string.digits) -> str:
        return "".join(rng.choice(a) for _ in range(n))

    return [f"sk-proj-{r(40)}", f"ghp_{r(36)}", "AKIA" + r(16, string.ascii_uppercase + "234567")][(number - 1) % 3]


def _mutation(rng: random.Random, _number: int) -> str:
    before, after = rng.sample(AMINO, 2)
    return f"{before}{rng.randint(1001, 9899)}{after}"


def _url(rng: random.Random, _number: int) -> str:
    return (
        f"https://{_tok(rng)}:{_tok(rng)}@{_tok(rng, 5)}.corp.invalid:8443"
        f"/{_word(rng)}/{_tok(rng)}?token={_tok(rng, 10)}"
    )


def _id(rng: random.Random, number: int) -> str:
    """As those of samples, cell lines, residues; odd ones look like a NumPy dtype: U87."""
    if number % 2:
        return rng.choice("SUV") + str(rng.choice([n for n in range(41, 999) if n not in (64, 128, 256, 512)]))
    return "".join(rng.choice("BCDFGHJKLMNPQRTVWXZ") for _ in range(3)) + str(rng.randint(101, 999))


def _card(rng: random.Random, number: int) -> str:
    """A number with the check digit of ISO/IEC 7812 (Luhn)."""
    digits = "4" + "".join(rng.choice(string.digits) for _ in range(14))
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(digits))
    digits += str(-total % 10)
    return digits if number % 2 else " ".join(digits[start : start + 4] for start in range(0, 16, 4))


_MAKERS: dict[str, Callable[[random.Random, int], str]] = {
    "A": lambda rng, number: name_in(SCRIPTS[number], rng),
    "B": lambda rng, _: f"/Users/{full_name(rng)}/Study {_word(rng)}/{_word(rng)} {family_name(rng)}.csv",
    "C": lambda rng, _: f"C:\\Users\\{full_name(rng)}\\Documents\\{_word(rng)}\\{family_name(rng)} {_tok(rng, 4)}.xlsx",
    "D": lambda rng, _: "".join(rng.choice("ACGT") for _ in range(30)),
    "E": lambda rng, _: f"{_word(rng)}.{_tok(rng, 4)}@{_tok(rng, 5)}.example.org",
    "F": lambda rng, _: f"{rng.randint(20000, 98999)}.{rng.randint(100000, 999998) | 1}",
    "G": lambda rng, _: family_name(rng),
    "H": lambda rng, _: f"{_word(rng)}-{_tok(rng, 4)}.corp.invalid",
    "I": _id,
    "K": _key,
    "L": lambda rng, _: rng.choice(CLASSES),
    "M": _mutation,
    "N": lambda rng, _: str(rng.randint(200_000_001, 998_999_999)),
    "O": lambda rng, _: rng.choice(KNOWN_TEXTS),
    "P": lambda rng, _: f"/home/{_tok(rng)}/{_tok(rng, 4)}/{_word(rng)}_{_tok(rng, 4)}.csv",
    "Q": lambda rng, _: "".join(rng.choice(AMINO) for _ in range(25)),
    "R": _card,
    "S": lambda rng, number: _tok(rng) if number % 2 else _word(rng),  # odd: zqkx7f3w, even: zovamelura
    "T": lambda rng, _: f"{_word(rng)}.{_tok(rng, 4)}.{rng.choice(COUNTRIES)}",
    "U": _url,
    "V": lambda rng, _: short_name(rng),
    "W": lambda rng, _: full_name(rng),
    "X": lambda rng, number: str(rng.randint(12, 60) if number % 2 else rng.randint(2, 6)),
    "Y": lambda rng, _: f"{rng.randint(1931, 1999)}-{rng.randint(1, 12):02d}-{rng.randint(13, 28)}",
}
DEPTH = "X"
"""The kind that no text shows, but the length of a traceback does."""
SAID_BY_LIBRARIES = "O"
"""The kind that may stand in a message though nobody passed it on."""
KINDS = tuple(_MAKERS)
CHOSEN = "AILOVWX"
"""Kinds whose values are chosen among few: two cases may have the same one."""

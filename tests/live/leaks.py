"""Plants canary values in test cells and finds them again, in clear or transformed, in what was sent.

make_values({"@S1@", ...}) -> {"@S1@": "zqkx7f3w", ...};  fill(text, values);
find_leaks(text, values) -> [(placeholder, how), ...]
Kinds: S string, N integer, F float, P path, E e-mail, K key, Q protein, M mutation, D DNA, H host, U URL with password.
"""

from __future__ import annotations

import base64
import random
import re
import string
import urllib.parse
from collections.abc import Iterable

PLACEHOLDER = re.compile(r"@([SNFPEKQMDHU])(\d)@")
ALNUM = string.ascii_lowercase + string.digits
AMINO = "ACDEFGHIKLMNPQRSTVWY"


def placeholders(text: str) -> set[str]:
    return {m.group(0) for m in PLACEHOLDER.finditer(text)}


def _tok(rng: random.Random, n: int = 6) -> str:
    # starts with a letter, has at least one digit: a valid identifier that is no word
    while True:
        t = "".join(rng.choice(ALNUM) for _ in range(n))
        if any(c.isdigit() for c in t) and any(c.isalpha() for c in t):
            return "zq" + t


def _word(rng: random.Random) -> str:
    # letters only and pronounceable, like a surname: 'zovamelurik'
    return "z" + "".join(rng.choice("aeiou") + rng.choice("bdfgklmnprstv") for _ in range(4)) + rng.choice("ax")


def _kind(ph: str) -> tuple[str, int]:
    found = PLACEHOLDER.fullmatch(ph)
    if found is None:
        raise ValueError(ph)
    return found.group(1), int(found.group(2))


def make_value(ph: str, rng: random.Random) -> str:
    k, i = _kind(ph)
    if k == "S":
        return _tok(rng) if i % 2 else _word(rng)  # odd: zqkx7f3w, even: zovamelura
    if k == "N":
        return str(rng.randint(200_000_001, 998_999_999))
    if k == "F":
        return f"{rng.randint(20000, 98999)}.{rng.randint(100000, 999998) | 1}"
    if k == "P":
        return f"/home/{_tok(rng)}/{_tok(rng, 4)}/{_word(rng)}_{_tok(rng, 4)}.csv"
    if k == "E":
        return f"{_word(rng)}.{_tok(rng, 4)}@{_tok(rng, 5)}.example.org"
    if k == "K":

        def r(n: int, a: str = string.ascii_letters + string.digits) -> str:
            return "".join(rng.choice(a) for _ in range(n))

        return [f"sk-proj-{r(40)}", f"ghp_{r(36)}", "AKIA" + r(16, string.ascii_uppercase + "234567")][(i - 1) % 3]
    if k == "Q":
        return "".join(rng.choice(AMINO) for _ in range(25))
    if k == "M":
        a, b = rng.sample(AMINO, 2)
        return f"{a}{rng.randint(1001, 9899)}{b}"
    if k == "D":
        return "".join(rng.choice("ACGT") for _ in range(30))
    if k == "H":
        return f"{_word(rng)}-{_tok(rng, 4)}.corp.invalid"
    if k == "U":
        return (
            f"https://{_tok(rng)}:{_tok(rng)}@{_tok(rng, 5)}.corp.invalid:8443"
            f"/{_word(rng)}/{_tok(rng)}?token={_tok(rng, 10)}"
        )
    raise ValueError(ph)


def make_values(phs: Iterable[str], rng: random.Random | None = None) -> dict[str, str]:
    rng = rng or random.Random()
    return {ph: make_value(ph, rng) for ph in sorted(phs)}


def fill(text: str, values: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda m: values.get(m.group(0), m.group(0)), text)


def first_line(cell: str) -> str:
    for line in cell.splitlines():
        if line.strip():
            return line.strip()
    return ""


def parts(ph: str, v: str) -> list[str]:
    """The pieces of a value which each would be a leak."""
    k = _kind(ph)[0]
    if k == "P":
        return [p for p in re.split(r"[/_.]", v) if len(p) >= 5 and p.startswith("z")]
    if k in "EH":
        return [p for p in re.split(r"[@.\-]", v) if len(p) >= 5 and p.startswith("z")]
    if k == "U":
        return [p for p in re.split(r"[:/@.?=]", v) if len(p) >= 5 and p.startswith("z")]
    return [v]


def _b64s(v: str) -> list[str]:
    out = []
    for pre in ("", "x", "xx"):
        b = base64.b64encode((pre + v).encode()).decode().rstrip("=")
        skip = {0: 0, 1: 2, 2: 3}[len(pre)]
        b = b[skip:]
        if len(b) > 4:
            out.append(b[: len(b) - 1])
    return [b for b in out if len(b) >= 7]


def find_leaks(text: object, values: dict[str, str], min_piece: int = 6) -> list[tuple[str, str]]:
    if not text:
        return []
    if not isinstance(text, str):
        text = str(text)
    low = text.casefold()
    squeezed = re.sub(r"[^a-z0-9]", "", low)
    digits = re.sub(r"(?<=\d)[.,_\s](?=\d)", "", text)
    urldec = urllib.parse.unquote(text).casefold()
    out: list[tuple[str, str]] = []

    def hit(ph: str, how: str) -> None:
        if (ph, how) not in out:
            out.append((ph, how))

    for ph, value in values.items():
        k = _kind(ph)[0]
        if value in text:
            hit(ph, "clear")
            continue
        if k in "NF":
            d = value.replace(".", "")
            if d in digits or d[:7] in digits or d[-7:] in digits:
                hit(ph, "digits")
            elif k == "N" and format(int(value), "x") in low:
                hit(ph, "hex")
            continue
        if k in "QD":
            n = 6 if k == "Q" else 8
            u = re.sub(r"\s", "", text).upper()
            if any(value[i : i + n] in u for i in range(len(value) - n + 1)):
                hit(ph, "piece")
            continue
        if k == "M":
            if value.casefold() in low:
                hit(ph, "case")
            continue
        if k == "K":
            if any(value[i : i + 8] in text for i in range(8, len(value) - 8 + 1)) or value.casefold() in low:
                hit(ph, "piece")
            for b in _b64s(value):
                if b in text:
                    hit(ph, "base64")
            continue
        for p in parts(ph, value):
            q = p.casefold()
            if p in text:
                hit(ph, "clear" if p == value else "part")
            elif q in low:
                hit(ph, "case")
            elif q in urldec:
                hit(ph, "urlencoded")
            elif q in squeezed and len(q) >= 7:
                hit(ph, "split")
            elif q[::-1] in low and len(q) >= 6:
                hit(ph, "reversed")
            elif p.encode().hex() in low:
                hit(ph, "hex")
            elif "".join(f"\\x{b:02x}" for b in p.encode()) in low:
                hit(ph, "escaped")
            elif (
                re.search(r"\D".join(str(b) for b in p.encode()[:6]), text)
                or ", ".join(str(b) for b in p.encode()[:6]) in text
            ):
                hit(ph, "codes")
            elif any(b in text for b in _b64s(p)):
                hit(ph, "base64")
            elif len(q) > min_piece and any(q[i : i + min_piece] in low for i in range(len(q) - min_piece + 1)):
                hit(ph, "piece")
    return out

"""Finds planted values again in what was sent: as placeholders, each with how it was seen.

What is found of a value: all of it or one of its parts; in another case, another Unicode form, without its marks, in
the genitive; cut short, backwards, between other signs, with grouped digits; in hex, base64, URL or Python escapes.
"""

from __future__ import annotations

import base64
import re
import unicodedata
import urllib.parse

from tests.live.values import kind_of

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MARKED = re.compile(r"[\u0300-\u036f]")


def parts(ph: str, v: str) -> list[str]:
    """The pieces of a value which each would be a leak."""
    separators = {"P": r"[/_.]", "E": r"[@.\-]", "H": r"[@.\-]", "T": r"[@.\-]", "U": r"[:/@.?=]", "B": r"[/. ]"}
    pattern = {**separators, "C": r"[\\. ]"}.get(kind_of(ph)[0])
    return [p for p in re.split(pattern, v) if len(p) >= 5 and p[:1] in "zZ"] if pattern else [v]


def _b64s(v: str) -> list[str]:
    out = []
    for pre in ("", "x", "xx"):
        b = base64.b64encode((pre + v).encode()).decode().rstrip("=")
        skip = {0: 0, 1: 2, 2: 3}[len(pre)]
        b = b[skip:]
        if len(b) > 4:
            out.append(b[: len(b) - 1])
    return [b for b in out if len(b) >= 7]


def _name(value: str, text: str) -> list[str]:
    """How one of the words of a person's name stands in a text."""
    low, decoded = text.casefold(), urllib.parse.unquote(text).casefold()
    found = []
    for written in unicodedata.normalize("NFC", value).split():
        part, bare = written.casefold(), _bare(written.casefold())
        if part.isascii() and len(part) < 5:  # what could stand in a longer word by chance
            if re.search(rf"(?<![^\W_]){part}(?:['\u2019]?s|es|s['\u2019]|e?n)?(?![^\W_])", f"{low}\n{decoded}"):
                found.append("part" if len(part) < len(value) else "clear")
        elif part in low:
            found.append("part" if len(part) < len(value) else "clear")
        elif bare in _bare(low):
            found.append("without marks")
        elif part in decoded:
            found.append("urlencoded")
        elif part[::-1] in low and len(part) > 3:
            found.append("reversed")
        elif any(form in low for form in _escapes(part) + _escapes(written)):
            found.append("escaped")
        elif part[:1] > "\u036f" and len(part) > 3 and re.search(rf"(?<!\w){part[:-1]}\w{{0,3}}(?!\w)", low):
            found.append("genitive")
    return found


def _bare(text: str) -> str:
    """`text` without the accents of Latin, Greek and Cyrillic letters, which people leave out."""
    return unicodedata.normalize("NFC", _MARKED.sub("", unicodedata.normalize("NFD", text)))


def _escapes(part: str) -> list[str]:
    forms = [part.encode().hex(), "" if part.isascii() else ascii(part)[1:-1], *_b64s(part)]
    return [form.casefold() for form in forms if len(form) > 5]


def _digits(value: str, text: str) -> list[str]:
    """How a card number stands in a text."""
    number, joined = re.sub(r"\D", "", value), re.sub(r"(?<=\d)[ .,_-](?=\d)", "", text)
    if value in text:
        return ["clear"]
    return ["digits"] if any(piece in joined for piece in (number, number[:8], number[-8:])) else []


def _date(value: str, text: str) -> list[str]:
    """How a date stands in a text."""
    if value in text:
        return ["clear"]
    year, month, day = value.split("-")
    name, m, d = _MONTHS[int(month) - 1], f"0?{int(month)}", f"0?{int(day)}"
    orders = ((year, m, d), (d, m, year), (m, d, year), (year[2:], m, d), (d, m, year[2:]), (m, d, year[2:]))
    written = [r"\D{1,3}".join(order) for order in orders] + [f"{year}{month}{day}"]
    written += [rf"{d}\W{{1,3}}{name}[a-z]*", rf"{name}[a-z]*\W{{1,3}}{d}"]
    return ["other order"] if re.search(rf"(?<![\w.-])(?:{'|'.join(written)})(?!\w)", text.casefold()) else []


def _whole(value: str, text: str) -> list[str]:
    """How an id stands in a text: by itself."""
    return ["clear"] if re.search(rf"(?<![^\W_]){value.casefold()}(?![^\W_])", text.casefold()) else []


def _text(value: str, text: str) -> list[str]:
    """How a text that is the same for everybody stands in another: only all of it is somebody's."""
    return ["clear"] if value.casefold() in text.casefold() else []


def _nothing(_value: str, _text: str) -> list[str]:
    """What can't be found in a text: only two runs that are compared show it."""
    return []


_HOW = {
    "A": _name,
    "I": _whole,
    "L": _whole,
    "O": _text,
    "R": _digits,
    "V": _name,
    "W": _name,
    "X": _nothing,
    "Y": _date,
}


def find_leaks(text: object, values: dict[str, str], min_piece: int = 6) -> list[tuple[str, str]]:
    if not text:
        return []
    if not isinstance(text, str):
        text = str(text)
    text = unicodedata.normalize("NFC", text)
    low = text.casefold()
    squeezed = re.sub(r"[^a-z0-9]", "", low)
    digits = re.sub(r"(?<=\d)[.,_\s](?=\d)", "", text)
    urldec = urllib.parse.unquote(text).casefold()
    out: list[tuple[str, str]] = []

    def hit(ph: str, how: str) -> None:
        if (ph, how) not in out:
            out.append((ph, how))

    for ph, value in values.items():
        k = kind_of(ph)[0]
        if k in _HOW:
            for how in _HOW[k](value, text):
                hit(ph, how)
            continue
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

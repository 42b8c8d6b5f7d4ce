"""Keys, tokens and passwords: by their makers' prefixes, by the word in front, or by being too mixed for a word."""

import re
from typing import Match, Pattern

_PREFIXED = (
    r"(?:sk-(?:proj-|ant-|or-|live-)?|[srp]k_(?:live|test)_|gh[opsur]_|github_pat_|glpat-|gl(?:ptt|dt|rt|sa)[-_]|xox[a-z]-"
    r"|xapp-|gsk_|nvapi-|pplx-|xai-|tvly-|r8_|npm_|pypi-|dop_v1_|shp(?:at|ca|pa|ss)_|whsec_|lin_api_|figd_|ntn_|secret_"
    r"|dapi|AGE-SECRET-KEY-|ya29\.|SG\.)"
)
PREFIXED: Pattern[str] = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    + _PREFIXED
    + r"(?=[A-Za-z_.-]{0,60}\d)[\w.-]{12,500}"
    + r"|(?:hf|gh[opsur])_[A-Za-z0-9]{16,100}|A[KS]IA[A-Z0-9]{12,40}|AIza[\w-]{20,60})"
)
"""What nobody would use as a name of something else."""
JSON_WEB_TOKEN: Pattern[str] = re.compile(r"(?<![A-Za-z0-9])eyJ[\w-]{6,2000}(?:\.[\w-]{1,2000}){0,2}")
PREFIXED_WORD: Pattern[str] = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-(?!learn|image)|[srp]k_(?:live|test)_|gh[opsur]_|github_pat_|glpat-|xox[a-z]-)"
    r"[A-Za-z0-9_-]{8,500}"
)
"""The same without a digit: in prose."""
PRIVATE_KEY: Pattern[str] = re.compile(
    r"-----BEGIN [A-Z0-9 ]{1,40}-----[^-]{0,4000}(?:-----END [A-Z0-9 ]{1,40}-----)?"
    r"|\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\w{1,20})[ \t]{1,4}[A-Za-z0-9+/=]{12,2000}(?:[ \t]{1,4}[\w.@-]{1,80})?"
)
BASE64: Pattern[str] = re.compile(
    r"(?<![\w/+.-])(?=[A-Za-z/+]{0,60}\d)(?=[a-z0-9/+]{0,60}[A-Z])(?=[A-Z0-9/+]{0,60}[a-z])[A-Za-z0-9/+]{40,4000}={0,2}"
)
RANDOM: Pattern[str] = re.compile(r"(?<![\w-])(?=[A-Za-z_-]{0,63}\d)[A-Za-z0-9_-]{20,500}(?![\w-])")

AUTHORIZATION: Pattern[str] = re.compile(
    r"(?P<before>\b(?:proxy-)?authorization[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?(?:[A-Za-z][\w-]{1,20}[ \t]{1,3})?"
    r"|\bbearer[ \t]{1,3}(?=[^\s\"']{0,40}[\d._~+/=-]))(?P<value>[^\s\"'<>,;]{1,2000})",
    re.IGNORECASE,
)
SECRET_WORDS = tuple(
    (
        "pass kennwort wachtwoord contrase senha has parola пароль 密码 密碼 パスワード 비밀번호 "
        "secret token credential key pwd pw pin"
    ).split()
)
"""Parts of what stands in front of a password: a text without one of them has none of these."""
_WORDS = (
    r"(?:password|passwd|passphrase|passwort|kennwort|wachtwoord|contrase(?:ñ|n)a|senha|has(?:ł|l)o|mot de passe|parola"
    r"|пароль|密码|密碼|パスワード|비밀번호|secret|token|credentials?"
    r"|(?:api|access|account|auth|private|secret|client)[_ -]?key"
    r"|(?<![a-z])(?:pass|pwd|pw|pin|passcode))"
)
SECRET: Pattern[str] = re.compile(
    r"(?P<before>" + _WORDS + r"[\"']?\]?[ \t]{0,3}(?:=>|[:=]=?|\uff1a)[ \t]{0,3})"
    r"(?P<value>\"[^\"\n]{1,200}\"?|'[^'\n]{1,200}'?|[^\s,;\"'<>]{1,200})",
    re.IGNORECASE,
)
SPOKEN_SECRET: Pattern[str] = re.compile(
    r"(?P<before>"
    + _WORDS
    + r"[ \t]{1,3}(?:is|was|ist|lautet)[ \t:]{1,4})(?=[^\s\d!$%&*#^@]{0,40}[\d!$%&*#^@])\S{3,200}",
    re.IGNORECASE,
)
SECRET_LITERAL: Pattern[str] = re.compile(
    r"(?P<before>"
    + _WORDS
    + r"[\"']?\]?[ \t]{0,3}[:=][ \t]{0,3}[bru]{0,2})(?P<value>\"(?!<)[^\"\n]{1,200}\"?|'(?!<)[^'\n]{1,200}'?)",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"[A-Za-z_][\w.]{0,60}[(\[]|(?:none|null|true|false|str|string|bytes|int|optional|required|missing|invalid)\b|\.{3}",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"[a-z]{1,14}[.!?]?\Z")
_WORD_PART = re.compile(r"(?:[A-Za-z]{1,24}\d{0,4}|v?\d{1,4}(?:[a-z]{1,3})?|)\Z")
_RUNS = re.compile(r"[A-Z]{0,30}[a-z]{1,30}|[A-Z]{1,30}|\d{1,40}")
_DIGITS = re.compile(r"\d{1,40}")


def hidden_secret(match: Match[str], in_message: bool) -> str:
    """A word such as `password =` with a placeholder for what follows; code and words about secrets stay.

    In a message of a library `token: word` speaks of a parser's tokens.
    """
    value = match.group("value")
    before = match.group("before")
    is_about_tokens = in_message and before[-1].isspace() and "pass" not in before.lower()
    if value.startswith(("<", "\0")) or _NO_SECRET.match(value) or (is_about_tokens and _PLAIN_WORD.match(value)):
        return match.group()
    return before + "<secret>"


def hidden_random(match: Match[str]) -> str:
    """A placeholder for a long text in which letters and digits are mixed as in no name that anybody would write."""
    return "<token>" if is_random(match.group()) else match.group()


def is_random(text: str) -> bool:
    """Whether a text of letters, digits and signs such as `_` is no words, joined or in camel case, with their numbers.

    >>> is_random("resnet50_2021_layer3_block2"), is_random("q8Zt1xW0vLr93kPm2bYd")
    (False, True)
    """
    if all(_WORD_PART.match(part) for part in re.split(r"[_/+=-]", text)):
        return False
    runs = _RUNS.findall(text)
    numbers = _DIGITS.findall(text)
    average = sum(map(len, runs)) / len(runs)
    if sum(map(len, numbers)) < 3 and len(numbers) < 3:
        return len(text) >= 40 and average < 3.5  # by its capitals alone
    return len(numbers) > 2 or average < 4 or max(map(len, numbers)) > 5

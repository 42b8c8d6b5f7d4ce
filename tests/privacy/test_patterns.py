"""The patterns hide what looks private, leave what is code or known to everybody, and no text makes them slow."""

from __future__ import annotations

import re
import string
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_errreport.privacy import hide_in_code, hide_in_message, hide_in_notebook_name, hide_patterns
from jupyter_errreport.privacy.shapes.patterns import PATTERNS, TEXT_LIMIT, HiddenPattern, applicable

UNITS = [
    *(
        "a",
        "a.",
        "a@",
        "1",
        "1-",
        "/a",
        "a/",
        "a:",
        "-",
        " ",
        "_1",
        "a1_1_",
        "a1.b@c/ ",
        "x.de ",
        "a b ",
        "(a.b",
        "[at] ",
    ),
    *("C:\\a ", "/home/a ", "/home/a b/", "\\\\a\\", "a\\", "password=", "pin: x ", "Bearer a", "sk-", "eyJ", "http:"),
    *(
        "-----BEGIN A-----",
        "aA1",
        "Aa1/",
        "1.1.",
        "::",
        "a::",
        "ab:",
        "a-1",
        "ACGT",
        "+1 (",
        "0x",
        "'a",
        '"',
        "<a>",
        "A1 ",
    ),
]


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_a_pattern_long(unit: str) -> None:
    """The bound is far above what a linear pattern takes: this finds explosions, it measures nothing."""
    text = (unit * TEXT_LIMIT)[:TEXT_LIMIT]
    for item in PATTERNS:
        started = time.process_time()
        item.pattern.sub("x", text)
        assert time.process_time() - started < 0.3, item.pattern.pattern


def test_every_quantifier_is_bounded() -> None:
    for item in PATTERNS:
        plain = re.sub(r"\\.|\[[^\]]*\]", "x", item.pattern.pattern)
        assert not re.search(r"[^(][*+]|\{\d+,\}", plain), item.pattern.pattern


def is_tried(item: HiddenPattern, text: str) -> bool:
    """Whether a pattern is tried on a text wherever it is used at all."""
    enough = not item.signs or sum(map(text.count, item.signs)) >= item.least
    return enough and item in applicable(text, item.places[0])


def test_a_pattern_is_tried_wherever_it_could_find_something() -> None:
    """What a pattern finds has what the pattern needs: else it would be skipped."""
    for text in [value for value, _ in PRIVATE] + [(unit * 50) for unit in UNITS]:
        for item in PATTERNS:
            for match in item.pattern.finditer(text):
                assert is_tried(item, match.group()), (item.pattern.pattern, match.group())


@pytest.mark.parametrize("number", range(len(PATTERNS)))
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
def test_so_it_is_on_whatever_it_finds(number: int, data: st.DataObject) -> None:
    item = PATTERNS[number]
    alphabet = st.characters(codec="ascii" if data.draw(st.booleans()) else "utf-8")
    text = data.draw(st.from_regex(item.pattern, alphabet=alphabet))
    assert item.pattern.search(text)
    assert is_tried(item, text)  # not what it finds: it may look further


PRIVATE = [
    (r"C:\Users\Zara Quill\Documents\my scans.csv", "<path>"),
    (r"D:\Patient Data\Quill Zara\scan 12.nii", "<path>"),
    ("/Users/Zara Quill/Desktop/a b.txt", "<path>"),
    ("/home/zara quill/trial/x.csv", "<path>"),
    ("/content/drive/My Drive/Quill/visits.csv", "<path>"),
    ("/Volumes/Zara Quill/backup.zip", "<path>"),
    (r"\\fileserver\lab$\Zara Quill\notes.txt", "<path>"),
    (r"%USERPROFILE%\quill\x.csv", "<path>"),
    ("~/quill/visits", "<path>"),
    (r"quill\zara\visits.csv", "<path>"),
    *((f"records.quill.{domain}", "<host>") for domain in "at nl it es se pl jp cn au ca kr br tw dk fi cz".split()),
    *((f"quillmed.{domain}", "<host>") for domain in "at nl it es se pl jp cn au ca ru ch de eu com org".split()),
    ("www.quill.io", "<host>"),
    ("quill-lab.me", "<host>"),
    ("quill.zara.csv", "<file>"),
    ("2024.quill.visits.xlsx", "<file>"),
    ("jdbc:postgresql://h:5432/quill", "<url>"),
    ("jdbc:oracle:thin:@h:1521:quill", "<url>"),
    ("sqlite:////srv/quill.db", "<url>"),
    ("s3://quill/visits", "<url>"),
    ("quill:hunter2@db.lab", "<url>"),
    ("quill@cluster", "<email>"),
    ("+43-1-555-0123", "<number>"),
    ("'My Data/Zara Quill/visits 2.csv'", "<path>"),
    ("the password is hunter2", "<secret>"),
    ("pw: hunter2", "<secret>"),
    ("quill@db.lab:/srv/visits", "<url>"),
    ("zara.quill@lab.example.ac.uk", "<email>"),
    ("zara.quill [at] lab.at", "<email>"),
    ("+49 (0)171 5550123", "<number>"),
    ("(030) 555-0123", "<number>"),
    ("0171/5550123", "<number>"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6YXJhIn0.c2lnbmF0dXJl", "<token>"),
    ("ghp_q8Zt1xW0vLr93kPm2bYdq8Zt1xW0vLr93", "<token>"),
    ("sk-proj-q8Zt1xW0vLr93kPm2bYd", "<token>"),
    ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYQUILLKEY1234", "<token>"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----", "<key>"),
    ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE quill@laptop", "<key>"),
    ("2001:db8::ff00:42:8329", "<ip>"),
    ("fe80::1ff:fe23:4567:890a", "<ip>"),
    ("00:1b:44:11:3a:b7", "<mac>"),
    ("9f86d081884c7d659a2feaa0c55ad015", "<hex>"),
]


@pytest.mark.parametrize(("value", "placeholder"), PRIVATE, ids=[value for value, _ in PRIVATE])
@pytest.mark.parametrize("text", ["ask {} about it", "{}", "({})", "see {}, then go on"])
def test_what_looks_private_is_hidden_whole(value: str, placeholder: str, text: str) -> None:
    hidden = hide_patterns(text.format(value))
    assert placeholder in hidden
    assert not any(part in hidden.lower() for part in ("quill", "zara", "hunter", "visits", "0123"))


@pytest.mark.parametrize("value", [value for value, _ in PRIVATE if "@" not in value or " " not in value])
def test_it_is_hidden_in_the_comments_and_strings_of_code(value: str) -> None:
    for line in (f"x = f(1)  # ask {value} about it", f"x = f({value!r})".replace("\\\\", "\\")):
        hidden = hide_in_code(line)
        assert hidden.startswith("x = f(")
        assert not any(part in hidden.lower() for part in ("quill", "zara", "hunter", "visits", "0123"))


words = st.text(string.ascii_letters + string.digits + "!$%&*#^", min_size=6, max_size=20).map(lambda text: "q7" + text)
names = st.sampled_from(
    "password DB_PASSWORD passwd pwd secret client_secret api_key apiKey API-KEY token pin aws_secret_access_key "
    "Passwort contraseña accessToken 密码".split()
)


@given(names, st.sampled_from(["=", ": ", " = ", ":", "': '", '": "', " => "]), words)
def test_what_follows_a_word_for_a_secret_is_one(name: str, sign: str, secret: str) -> None:
    text = f"connect with {name}{sign}{secret}"
    assert secret not in hide_patterns(text)
    assert secret not in hide_in_message(text)


@given(
    names,
    st.sampled_from([" = ", "=", '": ', "'] = "]),
    st.sampled_from("'\""),
    words.filter(lambda text: "\\" not in text),
)
def test_a_literal_secret_in_code_is_hidden_and_its_name_stays(name: str, sign: str, quote: str, secret: str) -> None:
    hidden = hide_in_code(f"login({name}{sign}{quote}{secret}{quote}, 3)")
    assert secret not in hidden
    assert hidden.startswith(f"login({name}")


@given(st.sampled_from(["Bearer", "Basic", "token", "Digest", "ApiKey"]), words)
def test_an_authorization_header_has_no_value(scheme: str, secret: str) -> None:
    for text in (f"Authorization: {scheme} {secret}", f"'authorization': '{scheme} {secret}'"):
        assert secret not in hide_patterns(text)
        assert secret not in hide_in_message(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Calculate the mean", "see step 2 and 3", "n = 10", "a and/or b", "use x.y.z here", "x[1::2] and y[::-1]"),
        *("df.at and df.loc", "call response.json() first", "np.random.seed", "self.db is None", "torch.nn.functional"),
        *(
            "set password=None",
            "token = get_token()",
            "a km/h or m/s",
            "at 12:30:45",
            r"\alpha and \beta",
            "scikit-learn",
        ),
        *("java.net.ConnectException", "config.json", "done.It works", "huggingface_hub.utils", "hf_hub_download"),
    ],
)
def test_plain_words_and_code_stay(text: str) -> None:
    assert hide_patterns(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "choose mean/median/mode",
            "x.de is no name",
            "module.submodule.at",
            "'skipfooter' not supported",
            "V is a/b/c",
        ),
        *(
            "np.random.test",
            "model.fit.local",
            "package.internal.test",
            "lives in torch/nn/modules/module.py",
            "norm.pdf",
        ),
        *("unexpected token: end", "unknown residue <self.res> in <df.io>", "skipinitialspace", "invalid token = name"),
    ],
)
def test_words_that_may_be_code_stay_in_a_librarys_message(text: str) -> None:
    assert hide_in_message(text) == text


@given(st.text(max_size=200) | st.sampled_from(UNITS).map(lambda unit: unit * 20))
@settings(deadline=None)
def test_what_was_hidden_once_stays_so(text: str) -> None:
    for hide in (hide_patterns, hide_in_message):
        hidden = hide(text)
        assert len(hidden) <= TEXT_LIMIT * 6
        assert hide(hide(hidden)) == hide(hidden)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "2026-11-24",
            "2026-11-24 lecture",
            "Lecture 3 (24.11.2026)",
            "20261124_docking.ipynb",
            "week_03_part2.ipynb",
        ),
        *("2019_05_03-solutions.ipynb", "03-data-frames.ipynb", "lesson 12.ipynb", "Untitled17.ipynb", "v1.2.3 notes"),
    ],
)
def test_a_notebooks_day_and_lesson_stay(name: str) -> None:
    assert hide_in_notebook_name(name) == name


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("2026-11-24 zara@quill.org", "2026-11-24 <email>"),
        ("quill 1961-03-04", "quill <date>"),
        ("call 5550123456 back", "call <number> back"),
        ("2026-11-24-5550123", "<number>"),
        ("9f86d081-884c-4d65-9a2f-eaa0c55ad015 2026-11-24", "<uuid> 2026-11-24"),
    ],
)
def test_what_else_is_private_leaves_a_notebooks_name(name: str, hidden: str) -> None:
    assert hide_in_notebook_name(name) == hidden

"""A Slack message is text, whatever is in the event."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.delivery.receivers.slack import slack_message

HOSTILE = "<!channel> <https://evil.example|here> & *bold* `code` \u202e \x1b[31m"


def test_it_says_what_where_and_how_often() -> None:
    text = slack_message(
        {
            "error_name": "ValueError",
            "error_message": "bad <str>",
            "notebook": "dock",
            "first_line": "#@title Dock",
            "execution_count": 7,
            "count": 3,
            "traceback": [{"filename": "<cell 7>", "fun_name": "f", "lineno": 2}],
        }
    )["blocks"][0]["text"]["text"]
    assert text == (
        "*ValueError* in *dock*, cell [7]\nMessage: bad &lt;str&gt;\nFirst line: #@title Dock\n"
        "Where: &lt;cell 7&gt;, line 2, in f\n3 times"
    )


def test_nobodys_text_is_a_mention_a_link_or_a_control() -> None:
    event = {
        "error_name": HOSTILE,
        "error_message": HOSTILE,
        "notebook": HOSTILE,
        "first_line": HOSTILE,
        "traceback": [{"filename": HOSTILE, "fun_name": HOSTILE, "lineno": HOSTILE}],
    }
    body = json.dumps(slack_message(event), ensure_ascii=False)
    for piece in ("<!", "<https", "\u202e", "\x1b"):
        assert piece not in body


@given(st.text(max_size=50), st.text(max_size=5_000))
def test_no_text_breaks_the_limits(name: str, message: str) -> None:
    made = slack_message({"error_name": name, "error_message": message, "notebook": name})
    assert len(made["blocks"][0]["text"]["text"]) <= 3_000
    assert "<" not in made["text"].replace("&lt;", "")

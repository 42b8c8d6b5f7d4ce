"""The demo's Slack refuses what Slack refuses, so that a message which it takes is one that Slack would take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from demo.slack_receiver import Rate, SlackReceiver, judge, shown
from jupyter_errreport.delivery.receivers.slack import slack_message

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_000}}


@pytest.fixture
def slack() -> Iterator[SlackReceiver]:
    receiver = SlackReceiver()
    yield receiver
    receiver.close()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"text": "Hello"}, "ok"),
        ({"text": "x" * 40_000}, "ok"),
        ({"blocks": [SECTION]}, "ok"),
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"blocks": []}, "no_text"),
        ({"text": 1}, "invalid_payload"),
        ([], "invalid_payload"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "x" * 3_001}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": "plain"}]}, "invalid_blocks"),
        ({"blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"blocks": "a"}, "invalid_blocks"),
    ],
)
def test_a_message_is_judged_as_slack_does(message: Any, words: str) -> None:
    answer = judge("application/json; charset=utf-8", json.dumps(message).encode())
    assert answer == (200 if words == "ok" else 400, words, 0)


def test_what_is_no_json_is_refused() -> None:
    assert judge("application/json", b'{"text": "Hello"').words == "invalid_payload"
    assert judge("application/json", b"\xff").words == "invalid_payload"
    assert judge("text/plain", b'{"text": "Hello"}').words == "invalid_payload"


def test_our_own_messages_are_taken_whatever_is_in_an_event() -> None:
    event = {"error_name": "<!channel>" * 500, "first_line": "*_&<>" * 2_000, "error_message": "x" * 1_000}
    message = slack_message({**event, "traceback": [{"filename": "a" * 5_000, "lineno": 1, "fun_name": "f" * 5_000}]})
    assert judge("application/json", json.dumps(message).encode()).words == "ok"


def test_more_than_a_burst_has_to_wait_a_second_each() -> None:
    now = 0.0
    rate = Rate(lambda: now)
    assert [rate.wait_for_next() for _ in range(4)] == [0, 0, 0, 1.0]
    now = 0.5
    assert rate.wait_for_next() == 0.5
    now = 1.0
    assert rate.wait_for_next() == 0
    now = 100.0
    assert [rate.wait_for_next() > 0 for _ in range(4)] == [False, False, False, True]


def test_over_http_a_flood_is_answered_429_with_the_seconds_to_wait(slack: SlackReceiver) -> None:
    answers = [requests.post(slack.webhook, json={"text": str(number)}, timeout=5) for number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].text == "ok"
    assert answers[3].headers["Retry-After"] == "1"
    assert [message["text"] for message in slack.messages] == ["0", "1", "2"]


def test_another_address_is_no_webhook(slack: SlackReceiver) -> None:
    answer = requests.post(slack.webhook + "x", json={"text": "Hello"}, timeout=5)
    assert (answer.status_code, answer.text) == (404, "no_service")
    assert slack.messages == []


def test_a_message_is_shown_as_a_channel_shows_it() -> None:
    assert (
        shown({"text": "a", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "_\u200b&lt;b&gt;"}}]})
        == "_<b>"
    )
    assert shown({"text": "a &amp; b"}) == "a & b"

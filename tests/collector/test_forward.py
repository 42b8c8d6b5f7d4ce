import base64
import hashlib
import hmac
import json

import pytest

from jupyter_errreport.event import new_event_id
from tests.support.collectors import ADMIN
from tests.support.receiver import Receiver
from tests.support.waiting import wait_for

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")


def test_slack_hears_of_a_group_once_and_the_webhook_stays_secret(start: Start) -> None:
    slack = Receiver()
    webhook = f"{slack.url}/services/secret-webhook"
    collector = start(f"--slack-webhook={webhook}", "--ErrReportCollector.public_url=https://errors.example.org")
    event = {"error_name": "ValueError", "notebook": "dock", "event_id": new_event_id()}
    stored = collector.post("errors", event).json()
    collector.post("errors", event)
    collector.post("errors", {**event, "event_id": new_event_id()})
    collector.post("errors", {**event, "error_name": "KeyError", "event_id": new_event_id()})
    wait_for(lambda: len(slack.requests) >= 2, "two messages")
    assert [b"ValueError" in body for _, _, body in slack.requests] == [True, False]
    assert f"https://errors.example.org/groups/{stored['group']}".encode() in slack.requests[0][2]
    wait_for(lambda: collector.get("status", ADMIN).json()["destinations"][0]["sent"] == 2, "both settled")
    status = collector.get("status", ADMIN)
    assert status.json()["destinations"][0]["kind"] == "slack"
    assert "secret-webhook" not in status.text
    assert collector.stop() == 0
    assert len(slack.requests) == 2
    assert "secret-webhook" not in collector.log
    slack.close()


def test_a_regression_is_told_and_the_rest_is_on_the_page(start: Start) -> None:
    slack = Receiver()
    collector = start(f"--slack-webhook={slack.url}/x")
    event = {"error_name": "ValueError", "notebook": "dock", "event_id": new_event_id()}
    group = collector.post("errors", event).json()["group"]
    collector.request("PATCH", f"groups/{group}", ADMIN, json={"status": "resolved"})
    collector.post("errors", {**event, "event_id": new_event_id()})
    wait_for(lambda: len(slack.requests) >= 2, "two messages")
    assert json.loads(slack.requests[1][2])["text"] == "Back in dock: ValueError, which was resolved"
    told = collector.get("alerts", ADMIN).json()
    assert [alert["kind"] for alert in told["alerts"]] == ["regression", "new"]
    page = collector.get("alerts", ADMIN, headers={"Accept": "text/html"}).text
    assert "Came back after it was resolved" in page
    assert collector.get("alerts").status_code == 401
    slack.close()


def test_a_slack_that_is_away_delays_nobody_and_is_told_of_later(start: Start) -> None:
    collector = start("--slack-webhook=http://127.0.0.1:9/x")
    for name in "ABC":
        assert collector.post("errors", {"error_name": name}).elapsed.total_seconds() < 1
    slack = wait_for(
        lambda: next((row for row in collector.get("status", ADMIN).json()["destinations"] if row["problem"]), None),
        "a problem",
    )
    assert slack["waiting"] == slack["queued"] == 3
    assert "Slack could not be reached" in collector.get("alerts", ADMIN, headers={"Accept": "text/html"}).text


def test_a_webhook_is_signed_and_a_test_goes_over_every_channel(start: Start) -> None:
    receiver = Receiver()
    collector = start(
        f"--ErrReportCollector.webhooks={receiver.url}/hook",
        "--ErrReportCollector.webhook_secret=whsec_c2VjcmV0",
        f"--ErrReportCollector.apprise_urls=json://127.0.0.1:{receiver.url.rpartition(':')[2]}/apprise",
    )
    assert collector.post("alerts/test").status_code == 401
    results = collector.post("alerts/test", token=ADMIN).json()
    assert [(result["kind"], result["problem"]) for result in results] == [("webhook", ""), ("apprise", "")]
    sent = {path: (headers, body) for path, headers, body in receiver.requests}
    assert b"alerts of jupyter_errreport arrive here" in sent["/apprise"][1]
    headers, body = sent["/hook"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signature = base64.b64encode(hmac.new(b"secret", signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{signature}"
    receiver.answer = 500
    problems = [result["problem"] for result in collector.post("alerts/test", token=ADMIN).json()]
    assert problems[0] == "the webhook at " + receiver.url.removeprefix("http://") + " answered 500"
    assert problems[1]
    receiver.close()


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("--ErrReportCollector.webhooks=https://a.example", "set webhook_secret too"),
        ("--ErrReportCollector.webhooks=example.org/hook", "'example.org/hook' is not an address"),
        ("--ErrReportCollector.webhooks=https://a.example b.example", "'b.example' is not an address"),
        ("--ErrReportCollector.apprise_urls=nosuch://x", "Apprise knows no service"),
        ("--ErrReportCollector.quiet_hours=late", "write them as 22:00-07:00"),
    ],
)
def test_what_can_not_work_is_said_at_the_start(start: Start, argument: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        start(argument)

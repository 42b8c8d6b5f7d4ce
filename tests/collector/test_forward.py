from jupyter_errreport.event import new_event_id
from tests.support.receiver import Receiver
from tests.support.waiting import wait_for

from .conftest import Start
from .process import ADMIN


def test_slack_hears_of_an_error_once_and_the_webhook_stays_secret(start: Start) -> None:
    slack = Receiver()
    webhook = f"{slack.url}/services/secret-webhook"
    collector = start(f"--slack-webhook={webhook}")
    event = {"error_name": "ValueError", "notebook": "dock", "event_id": new_event_id()}
    collector.post("errors", event)
    collector.post("errors", event)
    collector.post("errors", {**event, "error_name": "KeyError", "event_id": new_event_id()})
    wait_for(lambda: len(slack.requests) >= 2, "two messages")
    assert [b"ValueError" in body for _, _, body in slack.requests] == [True, False]
    status = collector.get("status", ADMIN)
    assert status.json()["destinations"][0]["kind"] == "slack"
    assert "secret-webhook" not in status.text
    assert collector.stop() == 0
    assert len(slack.requests) == 2
    assert "secret-webhook" not in collector.logged() + collector.printed
    slack.close()


def test_a_slack_that_is_away_delays_nobody(start: Start) -> None:
    collector = start("--slack-webhook=http://127.0.0.1:9/x")
    for _ in range(3):
        assert collector.post("errors", {"error_name": "A"}).elapsed.total_seconds() < 1
    (slack,) = collector.get("status", ADMIN).json()["destinations"]
    assert slack["waiting"] == 3

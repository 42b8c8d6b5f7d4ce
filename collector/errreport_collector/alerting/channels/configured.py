"""The channels that an operator has configured."""

from collections.abc import Sequence

from .apprise_channel import AppriseChannel
from .channel import Channel
from .slack import Slack
from .webhook import Webhook


def channels_of(
    slack_webhook: str, webhooks: Sequence[str], webhook_secret: str, apprise_urls: Sequence[str]
) -> list[Channel]:
    """The channels that are configured, each receiver once. Raises `ValueError` with a sentence for the operator."""
    if webhooks and not webhook_secret:
        raise ValueError("Webhooks are signed: set webhook_secret too, and tell it to their receivers.")
    made: list[Channel] = [Slack(slack_webhook)] if slack_webhook else []
    made += [Webhook(url, webhook_secret) for url in webhooks]
    try:
        made += [AppriseChannel(url) for url in apprise_urls]
    except ImportError as error:
        raise ValueError("apprise_urls needs Apprise: pip install 'jupyter-errreport[collector]'.") from error
    return list({channel.key: channel for channel in made}.values())

"""Moments as people read them. All are UTC, which each page says once."""

from datetime import date, datetime, timezone

MINUTE, HOUR, DAY = 60, 3_600, 86_400
SOON = "just now"


def moment(text: str) -> str:
    """A moment of our fixed width, to the minute."""
    return f"{text[:10]} {text[11:16]}" if len(text) >= 16 else text


def ago(text: str, now: datetime | None = None) -> str:
    """How long ago a moment was: `4 min ago`, `3 h ago`, `5 d ago`, and from 60 days on its date."""
    try:
        then = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text
    seconds = ((now or datetime.now(timezone.utc)) - then).total_seconds()
    if seconds < MINUTE:
        return SOON
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < 2 * DAY:
        return f"{int(seconds // HOUR)} h ago"
    if seconds < 60 * DAY:
        return f"{int(seconds // DAY)} d ago"
    return text[:10]


def day_name(text: str) -> str:
    """`2026-11-03` as `3 Nov`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%b}"

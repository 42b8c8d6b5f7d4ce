"""The share of sessions without an error, and how much so few sessions can say about it."""

import math

_Z = 1.959964  # the normal distribution's 97.5 % quantile: 95 % lie between minus and plus


def error_free_share(sessions: int, failed: int) -> dict[str, float] | None:
    """`share`, and the ends of its 95 % confidence interval `low` and `high`, from 0 to 1; None without sessions.

    Wilson's score interval, which stays within 0 and 1 and is honest for few sessions too (E. B. Wilson, Probable
    inference, the law of succession, and statistical inference, JASA 22, 1927).
    """
    if sessions <= 0:
        return None
    share = (sessions - failed) / sessions
    spread = _Z**2 / sessions
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return {"share": share, "low": max(0.0, middle - half), "high": min(1.0, middle + half)}

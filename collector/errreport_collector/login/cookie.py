"""The cookie by which a browser that has logged in is known again. It is signed.

It holds the hash of a token, or what `Accounts.keep` gave. Its path is our own folder: other services of the same host
are not told.
"""

from ..handler import COOKIE_DAYS, CollectorHandler


def set_cookie(handler: CollectorHandler, value: str) -> None:
    """Log the browser in."""
    handler.set_signed_cookie(
        handler.cookie_name,
        value,
        expires_days=COOKIE_DAYS,
        path=handler.running.base_url,
        httponly=True,
        samesite="Lax",
        secure=is_secure(handler),
    )


def is_secure(handler: CollectorHandler) -> bool:
    """Whether cookies are for HTTPS alone: where the browser came by that, or others reach us by that."""
    return handler.request.protocol == "https" or handler.running.public_url.startswith("https:")


def clear_cookie(handler: CollectorHandler) -> str:
    """Log the browser out; what it showed, empty when nothing that is ours."""
    shown = handler.get_signed_cookie(handler.cookie_name, max_age_days=COOKIE_DAYS)
    handler.clear_cookie(handler.cookie_name, path=handler.running.base_url)
    return shown.decode("ascii") if shown else ""

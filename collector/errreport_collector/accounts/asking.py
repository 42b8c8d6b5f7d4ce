"""Asks a keeper of accounts on behalf of a request: what goes wrong there becomes this request's answer."""

from jupyter_errreport.api import Problem
from jupyter_errreport.api.http.problem import too_many

from .accounts import Accounts
from .people import Person
from .way import NoAnswer, TooManyWrongTokens


async def person_of(accounts: Accounts, cookie: str, session_id: str) -> Person | None:
    """Who shows this cookie; None when nobody does. Raises `Problem`."""
    try:
        return await accounts.person_of(cookie, session_id)
    except NoAnswer as error:
        raise no_answer(error) from error


async def reporter_of(accounts: Accounts, token: str, network: str) -> str | None:
    """Who reports with a token that is none of ours; None when it is nobody's. Raises `Problem`."""
    try:
        return await accounts.reporter(token, network)
    except NoAnswer as error:
        raise no_answer(error) from error
    except TooManyWrongTokens as error:
        raise too_many(
            "too_many_wrong_tokens", "From your address came too many tokens that nobody has. Wait a minute.", 60
        ) from error
    except PermissionError as error:
        raise Problem(
            403,
            "hub_scope_missing",
            "The Hub knows this token, but it is not for this service: it lacks the scope access:services!service=NAME"
            " (server_token_scopes in jupyterhub_config.py). Nothing was stored.",
        ) from error


def no_answer(error: NoAnswer) -> Problem:
    """What there is to say when the keeper of accounts is away."""
    return Problem(503, "no_accounts_now", str(error), {"Retry-After": "10"})

"""JupyterHub as the keeper of accounts: its OAuth for people, its tokens for the servers of its users.

A token of the Hub stands in the environment of each user's server and so of their kernels, where any code finds it.
So it adds errors and opens nothing else, whoever's it is; what somebody's groups may do takes their browser.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from jupyterhub.services.auth import HubOAuth
from tornado.httputil import url_concat
from tornado.web import HTTPError

from jupyter_errreport.store.tokens import token_hash

from .people import Person
from .way import Finished, LoginFailed, NoAnswer, Started, TooManyWrongTokens

QUESTIONS = 16
"""How many questions the Hub is asked at once: it works them off one by one."""
WRONG_TOKENS = 30
"""How many tokens that it does not know the Hub is asked about, of one address in a minute."""
ADDRESSES_LIMIT = 1_000
ANSWERS_LIMIT = 20_000
"""Answers of the Hub that are remembered, for as long as its library would (`HubAuth.cache_max_age`)."""


class Hub:
    """The Hub whose service this collector is, as the environment that it gives to its services says. One a process."""

    label = "JupyterHub"

    def __init__(self, auth: HubOAuth) -> None:
        """Raises `ValueError`, with a sentence, when the environment is not that of a Hub's service."""
        if not auth.api_token or not auth.oauth_client_id or not auth.access_scopes:
            raise ValueError(
                "--hub is for a service of a JupyterHub: JUPYTERHUB_API_TOKEN, JUPYTERHUB_CLIENT_ID and"
                " JUPYTERHUB_SERVICE_NAME are not all set. A Hub sets them for the services that it starts."
            )
        self._auth = auth
        self._turns = asyncio.Semaphore(QUESTIONS)
        self._wrong: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._answers: OrderedDict[str, tuple[float, dict[str, Any] | None]] = OrderedDict()

    async def begin(self, state: str) -> Started:
        """To the Hub's page, which asks who is not logged in there."""
        wanted, kept = {"state": state}, {}
        challenge = getattr(self._auth, "generate_pkce_code_challenge", None)  # JupyterHub 6 and newer
        if challenge is not None:
            kept["verifier"], wanted["code_challenge"], wanted["code_challenge_method"] = challenge()
        return Started(url_concat(self._auth.login_url, wanted), kept)

    async def finish(self, arguments: Mapping[str, str], kept: Mapping[str, str]) -> Finished:
        """Ask the Hub for whom the code is."""
        more = {"code_verifier": kept["verifier"]} if "verifier" in kept else {}
        try:
            token = await self._auth.token_for_code(arguments["code"], sync=False, **more)
        except HTTPError as error:
            raise LoginFailed(f"The Hub did not take the login ({error.log_message}). Try again.") from error
        person = await self.person_of(token, "")
        if person is None:
            raise LoginFailed("The Hub does not let you use this service. Ask the people who run it.")
        return Finished(person, token)

    async def person_of(self, shown: str, session_id: str) -> Person | None:
        """Who has this token of the Hub's OAuth, as the Hub says today (or said five minutes ago)."""
        model = await self._model(shown, session_id)
        if model is None or model.get("kind") != "user" or not self._may_use(model):
            return None
        return Person(model["name"], (model["name"],), tuple(model.get("groups", ())))

    async def reporter(self, token: str, network: str) -> str | None:
        """By whose right a server of the Hub's reports: `user ada`, `service course`; None when the token is nobody's.

        Raises `NoAnswer`, `TooManyWrongTokens`, and `PermissionError` for a token without the scope of this service.
        """
        model = await self._model(token, "", network)
        if model is None:
            return None
        if not self._may_use(model):
            raise PermissionError
        return f"{model.get('kind', 'user')} {model['name']}"

    def _may_use(self, model: Mapping[str, Any]) -> bool:
        return bool(self._auth.check_scopes(self._auth.access_scopes, model))

    async def _model(self, token: str, session_id: str, network: str = "") -> dict[str, Any] | None:
        """What the Hub says of a token, or has said. Raises `NoAnswer`, and `TooManyWrongTokens` for a network."""
        name, now = f"{session_id} {token_hash(token)}", time.monotonic()
        known = self._answers.get(name)
        if known is not None and now - known[0] < self._auth.cache_max_age:
            return known[1]
        minute = network, int(now // 60)
        if network and self._wrong.get(minute, 0) >= WRONG_TOKENS:
            raise TooManyWrongTokens
        try:
            async with self._turns:
                model: dict[str, Any] | None = await self._auth.user_for_token(
                    token, use_cache=False, session_id=session_id, sync=False
                )
        except (HTTPError, ValueError) as error:
            raise NoAnswer("The JupyterHub does not answer; try again later.") from error
        _remember(self._answers, name, (now, model), ANSWERS_LIMIT)
        if model is None:
            _remember(self._wrong, minute, self._wrong.get(minute, 0) + 1, ADDRESSES_LIMIT)
        return model


def _remember(known: OrderedDict[Any, Any], name: Any, value: Any, most: int) -> None:
    known[name] = value
    known.move_to_end(name)
    if len(known) > most:
        known.popitem(last=False)

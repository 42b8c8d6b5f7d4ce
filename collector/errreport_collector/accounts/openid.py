"""An OpenID provider as the keeper of accounts: the authorization code flow with PKCE, state and nonce.

Authlib makes the requests and knows what an ID token has to say; joserfc checks its signature.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from .people import Person, Roles
from .way import Finished, LoginFailed, NoAnswer, Started

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that are taken: those that only the provider can make, whatever the token says of itself."""
TIMEOUT = 10.0
LEEWAY = 60
"""Seconds by which clocks may differ."""
KEPT_SECONDS = 600.0
"""How long the provider's description and keys are taken for the present ones."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass
class Provider:
    """What an operator says of the provider, and of us there."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: list[str]
    groups_claim: str
    """Where the groups are, in the ID token or in the user's information; with dots for what is inside."""
    label: str
    back: str
    """The address to which it leads a browser back."""

    def __post_init__(self) -> None:
        """Raises `ValueError` with a sentence."""
        for name, url in (("openid_issuer", self.issuer), ("public_url", self.back)):
            parts = urlsplit(url)
            if parts.scheme != "https" and parts.hostname not in LOOPBACK:
                raise ValueError(f"{name}: {url!r} does not begin with https://; a login takes that.")
        if not self.client_id:
            raise ValueError("openid_client_id: it is empty. It is what the provider calls this collector.")


@dataclass
class OpenID:
    """One provider. Asks it in threads, since its answers may take a while."""

    provider: Provider
    roles: Roles
    _described: tuple[float, dict[str, Any]] = field(default=(0.0, {}), init=False)
    _keys: tuple[float, KeySet | None] = field(default=(0.0, None), init=False)

    @property
    def label(self) -> str:
        """What people call it."""
        return self.provider.label

    async def begin(self, state: str) -> Started:
        """To the provider's own page."""
        kept = {"nonce": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(48)}

        def work() -> str:
            with self._session() as session:
                url, _ = session.create_authorization_url(
                    self._description(session)["authorization_endpoint"],
                    state=state,
                    nonce=kept["nonce"],
                    code_verifier=kept["verifier"],
                )
                return str(url)

        return Started(await asyncio.to_thread(self._asking, work), kept)

    async def finish(self, arguments: Mapping[str, str], kept: Mapping[str, str]) -> Finished:
        """Change the code for a token, and read who that is of."""

        def work() -> dict[str, Any]:
            with self._session() as session:
                return self._claims(session, arguments, kept)

        claims = await asyncio.to_thread(self._asking, work)
        checked = claims.get("email") if claims.get("email_verified") is True else None
        known_as = tuple(str(name) for name in (claims["sub"], checked) if name)
        name = next(str(claims[one]) for one in ("preferred_username", "name", "email", "sub") if claims.get(one))
        groups = self.roles.relevant(groups_in(claims, self.provider.groups_claim))
        return Finished(Person(name, known_as, groups), "")

    async def person_of(self, shown: str, session_id: str) -> Person | None:
        """Nobody: we keep these logins ourselves."""
        return None

    def _asking(self, work: Any) -> Any:
        try:
            return work()
        except (AuthlibBaseError, JoseError) as error:
            raise LoginFailed(f"{self.label} did not log you in ({_said(error)}). Try again.") from error
        except (RequestException, ValueError, KeyError, TypeError) as error:
            raise NoAnswer(f"{self.label} does not answer as it should ({type(error).__name__}).") from error

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self.provider.client_id,
            self.provider.client_secret or None,
            scope=" ".join(self.provider.scopes),
            redirect_uri=self.provider.back,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
        )
        session.trust_env = False  # a netrc entry would replace the secret
        session.max_redirects = 0
        return session

    def _description(self, session: OAuth2Session) -> dict[str, Any]:
        """What the provider says of itself."""
        asked, found = self._described
        if not found or time.monotonic() - asked > KEPT_SECONDS:
            place = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = session.get(place, withhold_token=True, timeout=TIMEOUT).json()
            if found["issuer"] != self.provider.issuer:
                raise ValueError("another issuer")
            self._described = time.monotonic(), found
        return found

    def _key_set(self, session: OAuth2Session, anew: bool) -> KeySet:
        asked, keys = self._keys
        if keys is None or anew or time.monotonic() - asked > KEPT_SECONDS:
            answer = session.get(self._description(session)["jwks_uri"], withhold_token=True, timeout=TIMEOUT)
            keys = KeySet.import_key_set(answer.json())
            self._keys = time.monotonic(), keys
        return keys

    def _claims(self, session: OAuth2Session, arguments: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, Any]:
        described = self._description(session)
        if arguments.get("iss", self.provider.issuer) != self.provider.issuer:
            raise LoginFailed("Another provider answered than was asked. Try again.")
        methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self.provider.client_secret and "client_secret_basic" not in methods:
            session.token_endpoint_auth_method = "client_secret_post"  # noqa: S105 - the name of a method
        answer = session.fetch_token(
            described["token_endpoint"], code=arguments["code"], code_verifier=kept["verifier"], timeout=TIMEOUT
        )
        claims = self._checked(session, answer, kept["nonce"])
        if value_at(claims, self.provider.groups_claim) is None and described.get("userinfo_endpoint"):
            more = session.get(described["userinfo_endpoint"], timeout=TIMEOUT).json()
            if more.get("sub") != claims["sub"]:
                raise LoginFailed(f"{self.label} told of somebody else. Try again.")
            claims = {**more, **claims}
        return claims

    def _checked(self, session: OAuth2Session, answer: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """What the ID token says, when it is the provider's, for us, of this login and of now."""
        sent = str(answer["id_token"])
        try:
            token = jwt.decode(sent, self._key_set(session, anew=False), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):  # it may have new keys
            token = jwt.decode(sent, self._key_set(session, anew=True), algorithms=list(ALGORITHMS))
        wanted = {
            "iss": {"essential": True, "value": self.provider.issuer},
            "aud": {"essential": True, "value": self.provider.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        of_login = {
            "nonce": nonce,
            "client_id": self.provider.client_id,
            "access_token": answer.get("access_token", ""),
        }
        claims = CodeIDToken(token.claims, token.header, wanted, of_login)
        claims.validate(now=int(time.time()), leeway=LEEWAY)
        return dict(claims)


def value_at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of this name, or what dots lead to inside of others; None when there is nothing."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def groups_in(claims: Mapping[str, Any], path: str) -> list[str]:
    """The groups that claims name: a list of texts, or a single one. All else is none."""
    found = value_at(claims, path)
    if isinstance(found, str):
        return [found]
    return [group for group in found if isinstance(group, str)] if isinstance(found, list) else []


def _said(error: Exception) -> str:
    text = str(getattr(error, "description", "") or getattr(error, "error", "") or type(error).__name__)
    return "".join(char for char in text if char.isprintable())[:200]

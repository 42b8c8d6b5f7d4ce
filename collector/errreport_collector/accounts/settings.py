"""What an operator says of people's accounts."""

import os
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from traitlets import Bool, Dict, Float, List, TraitError, Unicode, default, validate
from traitlets.config import Configurable

from jupyter_errreport.contract import OPENID_SECRET_VARIABLE
from jupyter_errreport.store import Database

from .accounts import Accounts
from .people import Roles

CALLBACK = "oauth_callback"
"""Where browsers come back to, below the folder of all routes; a Hub's own name for it."""


class ErrReportAccounts(Configurable):
    """Who may log in to the collector and do what: by a JupyterHub, by an OpenID provider, or by tokens alone."""

    hub = Bool(
        False,
        help="This collector is a service of a JupyterHub: people log in by its OAuth, and the servers of its users"
        " report with its tokens. Needs jupyter-errreport[hub].",
    ).tag(config=True)
    group_roles = Dict(
        help="What whoever is in a group may do: a role (read, author, admin), for all notebooks or for some, as in"
        " {'teachers': 'author', 'biology': ['read', 'author:biology-*']}. The group `*` is whoever can log in.",
    ).tag(config=True)
    person_roles = Dict(
        help="The same for a person: by the Hub's user name, or the provider's `sub` or an e-mail address that the"
        " provider has checked.",
    ).tag(config=True)
    openid_issuer = Unicode(
        help="The address of an OpenID provider, such as https://sso.example.org/realms/school. Needs"
        " jupyter-errreport[openid], and `public_url`: the provider leads people back to PUBLIC_URL/oauth_callback.",
    ).tag(config=True)
    openid_client_id = Unicode(help="What the provider calls this collector.").tag(config=True)
    openid_client_secret = Unicode(
        help=f"The secret that it has given. Rather set it in the environment as {OPENID_SECRET_VARIABLE}.",
    ).tag(config=True)
    openid_scopes = List(
        Unicode(),
        ["openid", "profile", "email"],
        help="What the provider is asked for. Some need `groups` to tell them.",
    ).tag(config=True)
    openid_groups_claim = Unicode(
        "groups", help="Where the provider says somebody's groups; with dots for what is inside: realm_access.roles."
    ).tag(config=True)
    openid_label = Unicode("OpenID", help="What the button says: Log in with ...").tag(config=True)
    login_hours = Float(
        12.0,
        min=0.1,
        help="How long a login by OpenID holds: then the provider is asked anew, also for the groups. A Hub's logins"
        " hold as long as the Hub says.",
    ).tag(config=True)

    @default("openid_client_secret")
    def _default_secret(self) -> str:
        return os.environ.get(OPENID_SECRET_VARIABLE, "")

    @validate("group_roles")
    def _check_groups(self, proposal: Any) -> Any:
        return _checked(proposal)

    @validate("person_roles")
    def _check_people(self, proposal: Any) -> Any:
        return _checked(proposal)

    def accounts(self, database: Database, public_url: str) -> Accounts | None:
        """What these settings mean; None for tokens alone. Raises `ValueError` with a sentence."""
        roles, seconds = Roles(self.group_roles, self.person_roles), self.login_hours * 3_600
        if self.hub and self.openid_issuer:
            raise ValueError("People log in by a JupyterHub or by OpenID, not by both: leave one of them out.")
        if self.hub:
            try:
                from jupyterhub.services.auth import HubOAuth

                from .hub import Hub
            except ImportError as error:
                raise ValueError("--hub needs jupyterhub: pip install 'jupyter-errreport[hub]'.") from error
            hub = Hub(HubOAuth(parent=self))
            return Accounts(hub, roles, seconds, database, hub)
        if not self.openid_issuer:
            return None
        try:
            from .openid import OpenID, Provider
        except ImportError as error:
            raise ValueError("openid_issuer needs authlib: pip install 'jupyter-errreport[openid]'.") from error
        provider = Provider(
            issuer=self.openid_issuer,
            client_id=self.openid_client_id,
            client_secret=self.openid_client_secret,
            scopes=list(self.openid_scopes),
            groups_claim=self.openid_groups_claim,
            label=self.openid_label,
            back=f"{public_url.rstrip('/')}/{CALLBACK}",
        )
        return Accounts(OpenID(provider, roles), roles, seconds, database)


def _checked(proposal: Any) -> Any:
    """The settings, if they mean something."""
    try:
        Roles(proposal["value"], {})
    except (ValueError, AttributeError) as error:
        raise TraitError(f"{proposal['trait'].name}: {error}") from error
    return proposal["value"]


class HubAddress(NamedTuple):
    """Where the Hub that starts this collector wants it to listen."""

    ip: str
    port: int
    folder: str
    """Of all routes."""


def hub_address() -> HubAddress:
    """As the Hub's environment says."""
    url = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", ""))
    return HubAddress(url.hostname or "127.0.0.1", url.port or 8000, os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/"))

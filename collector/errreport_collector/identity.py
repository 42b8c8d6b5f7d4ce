"""Who calls: nobody in particular, or the bearer of a token. And what each may do."""

import hmac
from typing import NamedTuple

from sqlalchemy import Connection

from jupyter_errreport.api import Access
from jupyter_errreport.contract import Role, may
from jupyter_errreport.store.scopes import notebook_of
from jupyter_errreport.store.tokens import find_token


class Identity(NamedTuple):
    """What a valid token makes of its bearer."""

    role: Role
    notebook: str | None = None
    """The notebooks it is for, with `*` and `?`; None for all."""
    token_id: str | None = None
    """What lists call the token; None for the one of the start."""

    @property
    def is_public(self) -> bool:
        """Whether it is the key of one notebook, which stands in that: nobody is known by it."""
        return self.role == "report" and self.notebook is not None and notebook_of(self.notebook) is not None

    def may(self, access: Access) -> bool:
        """Whether this role has the access."""
        return may(self.role, access)


def bearer_token(header: str) -> str | None:
    """The token of an `Authorization` header (`Bearer T` or `token T`); None when there is none."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() or None if scheme.lower() in ("bearer", "token") else None


def identify(connection: Connection, sha256: str, admin_sha256: str) -> Identity | None:
    """Whose token has this hash; None when nobody's."""
    if hmac.compare_digest(sha256, admin_sha256):
        return Identity("admin")
    token = find_token(connection, sha256)
    return None if token is None else Identity(token.role, token.notebook, token.id)

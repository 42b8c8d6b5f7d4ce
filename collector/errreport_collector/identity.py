"""Who calls: nobody in particular, the bearer of a token, or a person who has logged in. And what each may do."""

import hmac
from typing import NamedTuple

from sqlalchemy import Connection

from jupyter_errreport.api import Access
from jupyter_errreport.contract import REPORT, ROLES, Role, may
from jupyter_errreport.store.scopes import either_of, notebook_of
from jupyter_errreport.store.tokens import find_token, pattern_of

from .accounts.people import Grant


class Identity(NamedTuple):
    """What a valid token makes of its bearer, or an account of a person."""

    role: Role
    """Of a person the most that they may anywhere."""
    notebook: str | None = None
    """The notebooks it is for, with `*` and `?`; None for all."""
    token_id: str | None = None
    """What lists call the token; None for the one of the start, and for a person."""
    person: str = ""
    """Who has logged in by an account; empty for who shows a token of ours."""
    parts: tuple[tuple[Role, str | None], ...] | None = None
    """What a person may do, and in which notebooks; None for a token."""

    @property
    def is_public(self) -> bool:
        """Whether it is the key of one notebook, which stands in that: nobody is known by it."""
        return self.role == "report" and self.notebook is not None and notebook_of(self.notebook) is not None

    def may(self, access: Access) -> bool:
        """Whether this role has the access, in some notebooks at least."""
        return may(self.role, access)

    def scope_for(self, access: Access) -> str | None:
        """In which notebooks one has an access: a pattern; None for all."""
        if self.parts is None:
            return self.notebook
        # What is open to everybody may show more to those who may read.
        needed = "read" if access == "open" else access
        return either_of([scope for role, scope in self.parts if may(role, needed)])


def identity_of_person(connection: Connection, name: str, grants: list[Grant]) -> Identity:
    """Who logs in by an account, with what their groups are given."""
    parts = tuple(
        (grant.role, None if grant.notebooks is None else pattern_of(connection, grant.notebooks)) for grant in grants
    )
    most = max((role for role, _ in parts), key=ROLES.index, default=REPORT)
    return Identity(most, person=name, parts=parts)


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

"""The base of every route in the Jupyter server: its login, and the kernels' own key."""

from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler

from ..api import Access, Problem, Service
from ..api.http.accept import prefers_html
from ..contract import KEY_HEADER
from .connection import Connection

ACTIONS = {"read": "read", "report": "write", "author": "write", "admin": "write"}
"""The action that Jupyter's authorizer is asked about."""


class JupyterResource(JupyterHandler):
    """What the shared handlers need of a Jupyter server."""

    auth_resource = "errreport"
    _track_activity = False
    """Kernels that report are no reader at work: an idle server must be culled."""

    @property
    def service(self) -> Service:
        """The extension's database and neighbours."""
        service: Service = self.settings["errreport_service"]
        return service

    @property
    def client_address(self) -> str:
        """Where the request came from."""
        return str(self.request.remote_ip)

    @property
    def has_key(self) -> bool:
        """Whether a kernel of this server asks, with the key from the connection file."""
        connection: Connection = self.settings["errreport_connection"]
        return connection.is_key(self.request.headers.get(KEY_HEADER, ""))

    async def may(self, access: Access) -> bool:
        """Whether the caller has this access: by Jupyter's login and authorizer, or, to report, by the key."""
        if access == "open" or (access == "report" and self.has_key):
            return True
        if self.current_user is None:
            return False
        allowed = self.authorizer.is_authorized(self, self.current_user, ACTIONS[access], self.auth_resource)
        return bool(await ensure_async(allowed))

    def check_xsrf_cookie(self) -> Any:
        """Browsers' cookies are checked; what comes with a key of its own, in header or path, has no need."""
        access = getattr(self, "access", {}).get((self.request.method or "").lower())
        if access == "open" or (access == "report" and self.has_key):
            return None
        return super().check_xsrf_cookie()

    def get_login_url(self) -> str:
        """Where a browser logs in; a program is told instead that it must."""
        if not prefers_html(self.request.headers.get("Accept", "")):
            raise Problem(
                403,
                "not_logged_in",
                "This needs the login of this Jupyter server: send its token as `Authorization: token T`.",
            )
        return str(super().get_login_url())

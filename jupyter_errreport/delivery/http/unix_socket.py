"""A requests adapter for a Jupyter server that listens on a Unix socket instead of a port."""

import socket
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter


class _Connection(urllib3.connection.HTTPConnection):
    socket_path = ""

    def _new_conn(self) -> Any:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if isinstance(self.timeout, (int, float)):
            connection.settimeout(self.timeout)
        connection.connect(self.socket_path)
        return connection


class _Pool(urllib3.connectionpool.HTTPConnectionPool):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self.ConnectionCls = type("_BoundConnection", (_Connection,), {"socket_path": path})


class UnixSocketAdapter(HTTPAdapter):
    """Sends every request to the socket at `path`, whatever host its URL names."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._pool = _Pool(path)

    def get_connection(self, url: Any, proxies: Any = None) -> Any:
        """The pool of the socket (requests before 2.32)."""
        return self._pool

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool of the socket (requests 2.32 and newer)."""
        return self._pool

    def request_url(self, request: Any, proxies: Any) -> str:
        """The path alone, as HTTP to a server is sent."""
        return str(request.path_url)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

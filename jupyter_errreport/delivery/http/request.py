"""What is asked of a server."""

from typing import Dict, NamedTuple


class Request(NamedTuple):
    """One request over HTTP."""

    method: str
    url: str
    headers: Dict[str, str]
    body: bytes = b""
    may_be_packed: bool = False
    """Whether the server is known to read gzip."""
    ca_file: str = ""
    """The certificate that the server has of its own; empty for one from an authority."""
    socket_path: str = ""
    """The Unix socket on which it listens; empty for a port."""

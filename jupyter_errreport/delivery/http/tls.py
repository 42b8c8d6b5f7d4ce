"""Whose certificates are trusted, loaded once: requests would load them anew for every connection, 30 ms of work.

A Jupyter server with a certificate of its own is trusted by that, whatever it names: the connection file says where it
is, and only this user could write that file. A self-signed certificate seldom names the loopback address; one that an
authority signed is no root, which OpenSSL accepts only as a partial chain.
"""

import os
import ssl
from typing import Any, Dict, Optional, Tuple

from requests import certs
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

_PARTIAL_CHAIN = 0x80000  # ssl.VERIFY_X509_PARTIAL_CHAIN, named since Python 3.10


class Trust:
    """Keeps what was loaded until another file is to be trusted, or the file was replaced."""

    def __init__(self) -> None:
        self._loaded: Optional[Tuple[str, int, int]] = None
        self._options: Dict[str, Any] = {}

    def adapter(self, ca_file: str) -> "TrustingAdapter":
        """An adapter for servers that show the certificate in `ca_file`; empty for those that requests would trust.

        Raises OSError when the file can't be read, and ssl.SSLError when it holds no certificate.
        """
        path = ca_file or str(certs.where())  # type: ignore[attr-defined]  # the stubs leave it out
        found = os.stat(path)  # noqa: PTH116 - pathlib costs an old kernel an import
        version = path, found.st_mtime_ns, found.st_ino
        if self._loaded != version:
            self._options = _pinned(path) if ca_file else _authorities(path)
            self._loaded = version
        return TrustingAdapter(self._options)


def _pinned(path: str) -> Dict[str, Any]:
    context = ssl.create_default_context(cafile=path)
    context.check_hostname = False
    context.verify_flags |= _PARTIAL_CHAIN
    return {"ssl_context": context, "assert_hostname": False}


def _authorities(path: str) -> Dict[str, Any]:
    context = create_urllib3_context()  # who compares the host's name, it or OpenSSL, depends on urllib3's version
    context.load_verify_locations(path)
    return {"ssl_context": context}


class TrustingAdapter(HTTPAdapter):
    """Verifies servers by a context that is there already, and has urllib3 load nothing."""

    def __init__(self, options: Dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """The connections, with our context."""
        super().init_poolmanager(*args, **{**kwargs, **self._options})

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """The connections through a proxy, with our context."""
        return super().proxy_manager_for(proxy, **{**kwargs, **self._options})

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Always, and by nothing but the context."""
        conn.cert_reqs, conn.ca_certs, conn.ca_cert_dir = "CERT_REQUIRED", None, None

"""A requests adapter for a Jupyter server with a certificate of its own, which is trusted whatever it names.

The connection file names the certificate, and only this user could write that file. A self-signed certificate seldom
names the loopback address; one that an authority signed is no root, which OpenSSL accepts only as a partial chain.
"""

import ssl
from typing import Any

from requests.adapters import HTTPAdapter

_PARTIAL_CHAIN = 0x80000  # ssl.VERIFY_X509_PARTIAL_CHAIN, named since Python 3.10


class PinnedAdapter(HTTPAdapter):
    """Accepts a server that shows the certificate in `ca_file`."""

    def __init__(self, ca_file: str) -> None:
        self._context = ssl.create_default_context(cafile=ca_file)
        self._context.check_hostname = False
        self._context.verify_flags |= _PARTIAL_CHAIN
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """The connections, with our context."""
        super().init_poolmanager(*args, ssl_context=self._context, assert_hostname=False, **kwargs)

"""The Jupyter server's side: the extension application, Jupyter's login before the shared handlers, and forwarding."""

from .app import JupyterErrReport

__all__ = ["JupyterErrReport"]

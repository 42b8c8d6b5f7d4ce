"""Whom an operator names besides our own: the same settings for a Jupyter server and a collector."""

import os

from traitlets import HasTraits, Unicode, default

from ...contract import OTLP_HEADERS_VARIABLE, OTLP_VARIABLE, SENTRY_VARIABLE
from ...delivery import Destination
from .destinations import others_of


class OtherReceivers(HasTraits):
    """For an application to inherit. Its Jupyter server's kernels inherit none of these variables."""

    sentry_dsn = Unicode(
        help="The DSN of a project of Sentry, GlitchTip or Bugsink, to which every error goes."
        f" Rather set {SENTRY_VARIABLE} in the environment of the server.",
    ).tag(config=True)
    otlp_endpoint = Unicode(
        help="Where every error goes as a log record of OpenTelemetry (OTLP over HTTP), such as http://127.0.0.1:4318."
        f" Default: {OTLP_VARIABLE} in the environment of the server.",
    ).tag(config=True)
    otlp_headers = Unicode(
        help="What is shown there for access, as name=value with commas between. A secret: rather set"
        f" {OTLP_HEADERS_VARIABLE} in the environment of the server.",
    ).tag(config=True)

    @default("sentry_dsn")
    def _default_sentry_dsn(self) -> str:
        return os.environ.get(SENTRY_VARIABLE, "")

    @default("otlp_endpoint")
    def _default_otlp_endpoint(self) -> str:
        return os.environ.get(OTLP_VARIABLE, "")

    @default("otlp_headers")
    def _default_otlp_headers(self) -> str:
        return os.environ.get(OTLP_HEADERS_VARIABLE, "")

    @property
    def others(self) -> list[Destination]:
        """The destinations that are named. Raises `ValueError`, as `others_of`."""
        return others_of(self.sentry_dsn, self.otlp_endpoint, self.otlp_headers)

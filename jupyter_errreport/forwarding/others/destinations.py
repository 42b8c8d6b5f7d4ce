"""What an operator names, as destinations: a DSN of Sentry's, an endpoint of OpenTelemetry's."""

import re
from urllib.parse import SplitResult, urlsplit

from ...delivery import Destination
from ...delivery.destination import OTLP, SENTRY

LOGS_PATH = "v1/logs"
"""Where a receiver takes log records (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request)."""


def others_of(sentry_dsn: str, otlp_endpoint: str, otlp_headers: str = "") -> list[Destination]:
    """The destinations that are named; an empty text names none.

    Raises `ValueError` with a sentence for the operator, which repeats no secret.
    """
    found = []
    if sentry_dsn.strip():
        found.append(sentry(sentry_dsn))
    if otlp_endpoint.strip():
        found.append(otlp(otlp_endpoint, otlp_headers))
    return found


def sentry(dsn: str) -> Destination:
    """A project, by its DSN (https://develop.sentry.dev/sdk/foundations/transport/authentication/).

    The token is its public key; a secret key, which old DSNs have besides, is not used. Raises `ValueError`.
    """
    parts = _split(dsn)
    if parts is not None and parts.username:
        folder, _, project = parts.path.rpartition("/")
        if re.fullmatch(r"[0-9A-Za-z_-]{1,64}", project):
            host = parts.netloc.rpartition("@")[2]
            return Destination(SENTRY, f"{parts.scheme}://{host}{folder}/api/{project}/envelope/", parts.username)
    raise ValueError("sentry_dsn is not a DSN, which looks like https://PUBLIC_KEY@sentry.example.org/1.")


def otlp(endpoint: str, headers: str = "") -> Destination:
    """A receiver of OTLP over HTTP; `v1/logs` is added to its address unless it ends so.

    `headers` are as the variable OTEL_EXPORTER_OTLP_HEADERS has them: `name=value`, with commas between. They are the
    token, as one text. Raises `ValueError`.
    """
    parts = _split(endpoint)
    if parts is None or parts.username or parts.query or parts.fragment:
        raise ValueError("otlp_endpoint is not an address, which looks like http://127.0.0.1:4318.")
    for part in filter(None, (part.strip() for part in headers.split(","))):
        name, is_there, value = part.partition("=")
        if not is_there or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()) or not value.isprintable():
            raise ValueError("otlp_headers are not name=value, with commas between.")
    address = endpoint.strip().rstrip("/")
    if not address.endswith(f"/{LOGS_PATH}"):
        address = f"{address}/{LOGS_PATH}"
    return Destination(OTLP, address, headers.strip())


def _split(url: str) -> SplitResult | None:
    """The parts of an address with a host; None for anything else."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None

"""With `--require-key`: a report without a token is refused, and the name of its notebook noted, nothing else."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from jupyter_errreport.api import Problem
from jupyter_errreport.api.http.body import TakesBody
from jupyter_errreport.api.legacy import UsageError
from jupyter_errreport.api.receiving.masked import masked_notebook
from jupyter_errreport.contract import KEY_REQUIRED, UNKNOWN, notebook_identity
from jupyter_errreport.event import public_session
from jupyter_errreport.store.sessions import find_session

from ..handler import CollectorResource

NAMES_LIMIT = 20
"""Notebooks that are noted of one request."""


class _Named(msgspec.Struct):
    notebook: str = UNKNOWN


_DECODER = msgspec.json.Decoder(_Named)


async def refuse_without_key(handler: CollectorResource, challenge: dict[str, str]) -> None:
    """Raise the `Problem` of a report that came without a token."""
    names = Counter(await _names(handler))
    for name, count in names.most_common(NAMES_LIMIT):
        handler.running.noted.refused([notebook_identity(masked_notebook(name))] * count)
    raise Problem(
        401,
        KEY_REQUIRED,
        "This collector takes only reports that bring the key of their notebook; nothing was stored. The notebook's"
        ' author makes one on the page "Notebook keys" here and puts it into the notebook:'
        ' ErrorServer(..., token="report_..."). Other programs send it as `Authorization: Bearer report_...`.',
        challenge,
    )


async def _names(handler: CollectorResource) -> list[str]:
    """The notebook of each event, or of the session, that the request is about."""
    if isinstance(handler, UsageError):  # only the session knows, and it was opened when no key was asked for
        session = public_session(handler.path_args[0])
        row = await handler.read_db(lambda connection: find_session(connection, session))
        return [row["notebook"]] if row else []
    try:
        return list(_named(handler)) if isinstance(handler, TakesBody) else []
    except Problem:
        return []


def _named(handler: TakesBody) -> Iterator[str]:
    values, _ = handler.read_events()
    for value in values:
        try:
            named = _DECODER.decode(value) if isinstance(value, bytes) else msgspec.convert(value, _Named)
        except (msgspec.MsgspecError, RecursionError):
            continue
        yield named.notebook

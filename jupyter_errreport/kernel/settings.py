"""What the environment, IPython's configuration and the notebook's front end say about reporting."""

import os
import re
from typing import Any, List, NamedTuple, Optional, Sequence
from urllib.parse import unquote

from traitlets import Bool, Enum, Unicode
from traitlets.config import Configurable
from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

from ..address import key_in, read_address, why_not_to_report
from ..contract import (
    CONNECTION_VARIABLE,
    NOTEBOOK_VARIABLE,
    POLICIES,
    SESSION_VARIABLE,
    TOKEN_VARIABLE,
    UNKNOWN,
    URL_VARIABLE,
    why_not_to_report_with,
)
from ..delivery import Destination
from ..opt_out import forbidden_by
from .consent import CONSENTS, NOTICE

__all__ = ["ErrReport", "Settings", "forbidden_by", "notebook_name", "read_settings"]

_CELL_SCHEME = "vscode-notebook-cell:"


class ErrReport(Configurable):
    """Reporting of errors from kernels, as the person sets it who configures this machine's IPython."""

    url = Unicode(help="URL of the collector to which errors of every kernel go; empty for none.").tag(config=True)
    token = Unicode(help=f"Token for that collector. Better given as {TOKEN_VARIABLE}.").tag(config=True)
    notebook = Unicode(help="Name under which errors are reported; empty for the notebook's file name.").tag(
        config=True
    )
    policy = Enum(
        POLICIES,
        default_value=POLICIES[0],
        help="What may leave: 'code-only' (code and comments, no values), 'type-only' (no message, no comment),"
        " 'verbatim' (everything; only from a configuration file of this machine, only to receivers with"
        " accept_verbatim).",
    ).tag(config=True)
    consent = Enum(
        CONSENTS,
        default_value=NOTICE,
        help="When something may leave: 'notice' (the reader is told and can stop it), 'ask' (nothing before the reader"
        " said yes, by the panel in JupyterLab or by '%errreport on'; what was captured meanwhile waits on disk).",
    ).tag(config=True)
    interrupts = Bool(
        False, help="Report KeyboardInterrupt and SystemExit too: the reader's own doing, so off by default."
    ).tag(config=True)


class Settings(NamedTuple):
    """The settings in force in one kernel."""

    policy: str
    interrupts: bool
    destinations: List[Destination]
    """Where errors go without the notebook asking for it."""
    consent: str = NOTICE
    refused: str = ""
    """Why a token that is configured was not taken; empty when it was."""


def read_settings(shell: Any) -> Settings:
    """Configuration of the shell, overruled by the environment."""
    config = ErrReport(parent=shell)
    url = os.environ.get(URL_VARIABLE, "") or config.url
    token = os.environ.get(TOKEN_VARIABLE, "") or config.token
    notebook = os.environ.get(NOTEBOOK_VARIABLE, "") or config.notebook
    connection = os.environ.get(CONNECTION_VARIABLE, "")
    destinations = []
    address = read_address(url)
    token = token or key_in(address)
    refused = why_not_to_report(address, token, notebook or UNKNOWN) if url.strip() else why_not_to_report_with(token)
    if url.strip() and not refused:
        destinations.append(Destination.collector(url, token, notebook=notebook))
    if connection:
        destinations.append(Destination.jupyter(connection, notebook=notebook))
    policy = config.policy
    if policy == "verbatim":  # the configuration in memory can be changed by a notebook's code
        policy = _of_files(shell, "policy", POLICIES)
    consent = config.consent
    if consent == NOTICE and _a_cell_has_run(shell):
        consent = _of_files(shell, "consent", CONSENTS)
    return Settings(policy, config.interrupts, destinations, consent, refused)


def _a_cell_has_run(shell: Any) -> bool:
    """Whether the notebook's code may have changed the configuration in memory."""
    return bool(shell.history_manager.input_hist_raw[1:])


def _of_files(shell: Any, name: str, choices: Sequence[str]) -> str:
    """What the configuration files of this machine say of a trait; the first choice when they say nothing."""
    application = shell
    while application is not None and not hasattr(application, "loaded_config_files"):  # traitlets 5 and newer
        application = getattr(application, "parent", None)
    value = choices[0]
    for path in getattr(application, "loaded_config_files", ()):
        loader = JSONFileConfigLoader if str(path).endswith(".json") else PyFileConfigLoader
        try:
            value = loader(str(path)).load_config().ErrReport.get(name, value)
        except Exception:  # the file raises now; when the kernel started it did not
            continue
    return value if value in choices else choices[0]


def notebook_name(namespace: Any, cell_id: Optional[str] = None) -> str:
    """The name or path of the notebook that this kernel runs, by whoever started it; `unknown` when nobody says.

    jupyter_server 2 sets JPY_SESSION_NAME (a path), VS Code a variable in the namespace, papermill too on request.
    nbclient says nothing: whoever runs it sets JUPYTER_ERRREPORT_NOTEBOOK. VS Code's ids of cells name the notebook,
    which by now may have another name, or be another on the same kernel; a Jupyter server's are seen through by it.
    """
    candidates = [os.environ.get(NOTEBOOK_VARIABLE, ""), _of_cell(cell_id), os.environ.get(SESSION_VARIABLE, "")]
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        # The address of the page, with a notebook in it unless Voilà was started for a single one.
        candidates.append(unquote(os.environ.get("SCRIPT_NAME", "").partition("/voila/render/")[2]))
    if type(namespace) is dict:
        candidates += [namespace.get("__vsc_ipynb_file__", ""), namespace.get("PAPERMILL_INPUT_PATH", "")]
    for name in candidates:
        if type(name) is str and name:
            return name
    return UNKNOWN


def _of_cell(cell_id: Optional[str]) -> str:
    """The path in an id such as `vscode-notebook-cell://ssh-remote/home/jo/dock.ipynb#W0s`; empty for any other id."""
    if cell_id is None or not cell_id.startswith(_CELL_SCHEME):
        return ""
    return unquote(re.split("[?#]", cell_id[len(_CELL_SCHEME) :], maxsplit=1)[0])

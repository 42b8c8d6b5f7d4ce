"""Whether a Jupyter server of this environment would load our extension, and so watch the kernels without a hook."""

from typing import Any

NAME = "jupyter_errreport"


def is_enabled() -> bool:
    """As `jupyter server extension list` says; False where there is no Jupyter server."""
    try:
        from jupyter_core.paths import jupyter_config_path
        from jupyter_server.extension.config import ExtensionConfigManager
    except ImportError:
        return False
    # The manager reads from the end of the list, so that what comes first counts.
    manager: Any = ExtensionConfigManager(read_config_path=jupyter_config_path())
    return bool(manager.enabled(NAME))

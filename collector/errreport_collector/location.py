"""Where the collector's database is unless the operator says otherwise."""

from pathlib import Path

from jupyter_core.paths import jupyter_data_dir


def default_database() -> Path:
    """The file in this user's Jupyter data folder."""
    return Path(jupyter_data_dir()) / "errreport" / "collector.sqlite"

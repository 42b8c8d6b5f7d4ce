"""Renders the pages. Everything is escaped, and what can't be seen is made visible."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from .numbers import grouped, percent, plural
from .visible import visible
from .when import ago, day_name, moment

FOLDER = Path(__file__).parent


class Pages:
    """The templates of this package, and of a server's own folder."""

    def __init__(self, own: Path | None = None) -> None:
        """`own` is a folder of more templates, which may extend `base.html`."""
        folders = [FOLDER / "templates"] + ([own] if own else [])
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for show in (visible, moment, ago, day_name, grouped, percent, plural):
            self._environment.filters[show.__name__] = show
        self._environment.filters["part"] = lambda text: quote(str(text), safe="")
        self._environment.filters["query"] = urlencode

    def render(self, template: str, **values: Any) -> str:
        """The page as HTML."""
        return self._environment.get_template(template).render(values)


def static_file(name: str) -> bytes:
    """The stylesheet or the script."""
    return (FOLDER / "static" / name).read_bytes()

"""Renders the pages. Everything is escaped, and what can't be seen is made visible."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from .visible import visible

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
        self._environment.filters["visible"] = visible
        self._environment.filters["moment"] = moment
        self._environment.filters["part"] = lambda text: quote(str(text), safe="")
        self._environment.filters["query"] = urlencode

    def render(self, template: str, **values: Any) -> str:
        """The page as HTML."""
        return self._environment.get_template(template).render(values)


def moment(text: str) -> str:
    """A moment of our fixed width as people read it; the page says once that it is UTC."""
    return f"{text[:10]} {text[11:16]}" if len(text) >= 16 else text


def stylesheet() -> bytes:
    """The one stylesheet."""
    return (FOLDER / "static" / "errreport.css").read_bytes()

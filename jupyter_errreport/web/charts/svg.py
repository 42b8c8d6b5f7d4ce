"""Pieces of inline SVG. Colours come from the stylesheet, by class: the pages' policy forbids style attributes."""

from collections.abc import Iterable

from markupsafe import Markup, escape


def element(name: str, *inside: Markup, **attributes: object) -> Markup:
    """An element; `class_` stands for `class`, and `_` in a name for `-`."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{_written(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{told}>{''.join(inside)}</{name}>")  # noqa: S704 - each part is escaped


def title(text: str) -> Markup:
    """What is shown when the pointer rests on an element, and read out for it."""
    return element("title", escape(text))


def image(label: str, parts: Iterable[Markup], class_: str, role: str = "img", **attributes: object) -> Markup:
    """A picture that is read out as `label`; with `role="group"` also what is inside it."""
    return element("svg", *parts, class_=class_, role=role, aria_label=label, **attributes)


def across(share: float) -> str:
    """A place or width as part of the picture's width, which the page decides: `12.5%`."""
    return shortest(share * 100) + "%"


def _written(value: object) -> str:
    return shortest(value) if isinstance(value, float) else str(escape(value))


def shortest(number: float) -> str:
    """A number with two decimals at most."""
    return f"{number:.2f}".rstrip("0").rstrip(".")

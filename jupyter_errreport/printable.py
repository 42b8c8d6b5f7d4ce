"""A stranger's text as a terminal may show it."""

_LONGEST = 400


def printable(text: str) -> str:
    """A stranger's text on one line of a terminal: no control characters, nothing that turns it around."""
    shown = "".join(
        character if character.isprintable() else "⏎ " if character == "\n" else " " for character in text[:_LONGEST]
    )
    return shown + ("…" if len(text) > _LONGEST else "")

"""Text as both kinds of databases can hold it."""


def storable(text: str) -> str:
    """`text` without NUL, which PostgreSQL refuses, and without halves of characters, which both do."""
    if text.isascii() and "\0" not in text:
        return text
    # Pairs of halves are characters; those that are left stand alone.
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

"""What a source's messages are written as."""

from templates.template_text import Found, written


def lines(messages: list[Found]) -> set[str]:
    return {text for text, _raised in written(messages)}

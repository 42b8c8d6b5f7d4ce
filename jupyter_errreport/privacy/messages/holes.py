"""What stands in a message for a hole of its template: what the rules let pass, a nested message, a placeholder."""

import re

from .hole_rules import RULES, Formatted
from .placeholders import PATH_FOLLOWS, placeholder
from .template import hole_is_named

_MESSAGE_HOLE = re.compile(
    r"(?:\A|[._ ])(?:msgs?|messages?|exc|exceptions?|err|errors?|e|ex|reason|reasons|details?|cause|original|orig"
    r"|errmsg|(?:error|err)_(?:msgs?|messages?)|why|hint|strerror)(?:\.args)?\Z"
)
_BEHIND_ERROR_WORD = re.compile(
    r"(?:[Ee]rrors?|[Ee]xceptions?|[Rr]easons?|[Cc]aused? by|[Cc]ause|[Ff]ailed|[Ff]ailure|[Ww]arnings?|[Mm]essages?"
    r"|[Dd]etails?|[Bb]ecause)[\w )'\"]{0,20}?:[ \n]\s{0,8}\Z"
)


def holds_message(name: str, left: str, right: str) -> bool:
    """Whether a message may stand in a hole: by the hole's name, or because it ends the text behind an error's word."""
    if is_for_message(name):
        return True
    return not right and (left.endswith("\n") or _BEHIND_ERROR_WORD.search(left) is not None)


def is_for_message(name: str) -> bool:
    """Whether the name of a hole says that another error's message is formatted in."""
    return _MESSAGE_HOLE.search(name) is not None


def shown(place: Formatted) -> str:
    """What stands for what was formatted into a message."""
    for rule in RULES:
        answer = rule(place)
        if answer is not None:
            return answer
    if PATH_FOLLOWS.search(place.left):
        return "<path>"
    if hole_is_named(place.name) or place.name in ("int", "float"):
        return f"<{place.name}>"
    return placeholder(place.content, place.left)

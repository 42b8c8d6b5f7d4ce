"""Who somebody is by the word of those who keep the accounts, and what that lets them do here."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from jupyter_errreport.contract import NOTEBOOK_LIMIT, ROLES, Role

EVERYBODY = "*"
"""In place of a group: whoever can log in."""


class Person(NamedTuple):
    """Somebody who has logged in."""

    name: str
    """What they are shown by."""
    known_as: tuple[str, ...]
    """What nobody else is called: a Hub's user name; a provider's `sub`, and an e-mail address that it has checked."""
    groups: tuple[str, ...]


class Grant(NamedTuple):
    """What an operator gives to a group."""

    role: Role
    notebooks: str | None
    """With `*` and `?`, as the operator wrote it; None for all."""


def grants_in(words: str | Sequence[str]) -> tuple[Grant, ...]:
    """What `author`, `author:biology-*` or a list of such words means. Raises `ValueError` with a sentence."""
    return tuple(_grant(word) for word in ([words] if isinstance(words, str) else words))


def _grant(word: object) -> Grant:
    role, separator, notebooks = str(word).strip().partition(":")
    known = next((one for one in ROLES if one == role), None)
    if known is None or (separator and not notebooks.strip()) or len(notebooks) > NOTEBOOK_LIMIT:
        raise ValueError(f"{word!r} is none of {', '.join(ROLES)}, alone or as role:notebooks (author:biology-*).")
    return Grant(known, notebooks.strip() or None)


class Roles:
    """What which group and which person may do. Raises `ValueError` for what means nothing."""

    def __init__(
        self, of_groups: Mapping[str, str | Sequence[str]], of_people: Mapping[str, str | Sequence[str]]
    ) -> None:
        self._of_groups = {group: grants_in(words) for group, words in of_groups.items()}
        self._of_people = {name: grants_in(words) for name, words in of_people.items()}

    def of(self, person: Person) -> list[Grant]:
        """All that somebody is given."""
        found = list(self._of_groups.get(EVERYBODY, ()))
        for group in set(person.groups) - {EVERYBODY}:
            found.extend(self._of_groups.get(group, ()))
        for name in set(person.known_as):
            found.extend(self._of_people.get(name, ()))
        return found

    def relevant(self, groups: Collection[str]) -> tuple[str, ...]:
        """Those of somebody's groups that are given something: what else they belong to is nobody's business here."""
        return tuple(sorted(set(groups) & set(self._of_groups)))

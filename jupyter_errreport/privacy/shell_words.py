"""The words of a shell line: commands, their sub-commands and options are code; whatever they are given is data."""

import re
from typing import Sequence

_COMMAND = re.compile(r"[A-Za-z_][\w-]{0,40}(?:\.[a-z]{1,4})?\Z")
_OPTION = re.compile(r"(--?[A-Za-z][\w-]{0,40})(=.*)?\Z", re.DOTALL)
_OPERATOR = re.compile(r"[|&;<>(){}]{1,3}\d?\Z|2>&1\Z|2>\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}(?:\+[a-z]+)?://|git@")
_NUMBER = re.compile(r"[-+]?\d[\d.,_]*\Z")
_PYTHON_NAME = re.compile(r"\{[A-Za-z_]\w*\}\Z|\$\{?[A-Za-z_]\w*\}?\Z")
_REQUIREMENT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,60}(?:\[[\w,-]{1,60}\])?(?:[=<>!~]=?[\w.*]{1,20})?\Z")

_SUBCOMMANDS = {
    "apt": "install update upgrade remove",
    "apt-get": "install update upgrade remove",
    "brew": "install update",
    "conda": "install create update remove list env",
    "git": "clone pull push checkout commit add status lfs submodule fetch init log diff",
    "jupyter": "nbconvert lab notebook server labextension nbextension",
    "kaggle": "datasets competitions kernels download",
    "mamba": "install create update remove list env",
    "npm": "install run ci",
    "pip": "install uninstall list show freeze download wheel",
    "pip3": "install uninstall list show freeze download wheel",
    "python": "pip install",
    "python3": "pip install",
    "uv": "pip install run add sync",
}
_INSTALLERS = ("pip", "pip3", "conda", "mamba", "apt", "apt-get", "uv", "npm", "brew", "python", "python3")


def public_word(word: str, before: Sequence[str]) -> str:
    """`word` of a shell line as it may leave, given the words before it.

    >>> public_word("https://example.org/a", ["wget"])
    '<url>'
    """
    if _OPERATOR.match(word):
        return word
    command = _command_of(before)
    if command is None:
        return word if _COMMAND.match(word) else "<path>" if "/" in word else "<arg>"
    option = _OPTION.match(word)
    if option:
        return option.group(1) + ("=<arg>" if option.group(2) else "")
    if _PYTHON_NAME.match(word):
        return word
    if word[:1] in "\"'":
        return "<str>"
    if _URL.match(word):
        return "<url>"
    if _NUMBER.match(word):
        return "<int>"
    if word in _SUBCOMMANDS.get(command, "").split():
        return word
    # A package that is installed by name is public; one named by a path or URL is not.
    if command in _INSTALLERS and "install" in before and _REQUIREMENT.match(word):
        return word
    return "<path>" if "/" in word or "\\" in word or word[:1] == "~" or re.search(r"\.\w{1,5}\Z", word) else "<arg>"


def _command_of(before: Sequence[str]) -> "str | None":
    """The command that the next word belongs to; None when that word is itself the command."""
    command = None
    for word in before:
        if word in ("|", "||", "&&", ";", "&"):
            command = None
        elif command is None and word not in ("sudo", "time", "nohup"):
            command = word
    return command

"""Who may call a method of a resource. Each resource says it; each server decides it, in its guard."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from ...contract import Role

Access = Literal["open", Role]
"""`open`: anybody. `report`: who may add errors. `read`: who may see all of them. `author`: who may also
answer: resolve, merge, publish, write hints. `admin`: who may delete."""

Method = Callable[..., Awaitable[Any] | None]
"""A handler's `get`, `post`, `put`, `patch` or `delete`."""

Guard = Callable[[Access, Method], Method]
"""Wraps a method so that it runs only for those who have this access."""

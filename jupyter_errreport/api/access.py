"""Who may call a method of a resource. Each resource says it; each server decides it, in its guard."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

Access = Literal["open", "report", "read", "admin"]
"""`open`: anybody. `report`: who may add errors. `read`: who may see all of them. `admin`: who may delete."""

Method = Callable[..., Awaitable[Any] | None]
"""A handler's `get`, `post` or `delete`."""

Guard = Callable[[Access, Method], Method]
"""Wraps a method so that it runs only for those who have this access."""

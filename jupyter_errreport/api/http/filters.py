"""The filters of lists, for the notebooks that the caller may see."""

from collections.abc import Collection

from ...contract import GROUP_STATUSES
from ...store.events.filters import Filters
from ...store.groups.groups import GroupFilters
from .query import GROUP_FILTERS, read_choice, read_filters
from .resource import Resource


def read_error_filters(
    resource: Resource, known: Collection[str], besides: Collection[str], of_all: bool = False
) -> Filters:
    """The filters of a list of errors or sessions that are given, for the notebooks that the caller may see.

    With `of_all` for all notebooks. Raises `Problem`, as `read_filters`.
    """
    scope = None if of_all else resource.notebook_scope
    return Filters(**read_filters(resource, known, besides), scope=scope)


def read_group_filters(resource: Resource, besides: Collection[str]) -> GroupFilters:
    """The same for a list of groups; `status` is one of their filters."""
    given = read_filters(resource, GROUP_FILTERS, ("status", *besides))
    return GroupFilters(read_choice(resource, "status", GROUP_STATUSES), **given, scope=resource.notebook_scope)

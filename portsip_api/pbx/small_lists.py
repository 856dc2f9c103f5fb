"""Lists that are short enough to be sorted whole whenever they are asked for: branches, groups, permissions.

Text is compared without case, and no text comes first. Source: contract, section 2.3.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

T = TypeVar("T")


def cut(rows: Iterable[T], key: Callable[[T], Any], part: Slice) -> Page:
    """Return the rows of `part`, in the order of `key`."""
    ordered = sorted(rows, key=key, reverse=part.descending)
    return Page(ordered[part.offset : part.offset + part.limit], len(ordered))


def comparable(value: object) -> str:
    """Return a text, flag or None as it is compared."""
    return "" if value is None else fold(str(value))

"""Pages and orders of lists, as the two stacks ask for them.

Source: contract `sipxcom-admin.md`, sections 2.3 and 3; `sipxcom.md`, decision 7.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import request

from portsip_api.pbx.errors import Invalid
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Nested, Record, squeeze
from portsip_api.store.paging import Page, Slice

PAGE_SIZE: Final = 50  # where only a page is named
MOST: Final = 10_000  # rows of one page
_ALL: Final = 2**31  # rows, and pages: more than there can be
METADATA: Final = Nested(
    "metadata",
    Record(
        "metadata",
        tuple(Leaf(name, WHOLE) for name in ("totalResults", "currentPage", "totalPages", "resultsPerPage")),
        "Metadata",
    ),
    ignored=True,
)
_NUMBER: Final = {"type": "string", "pattern": "^[0-9]*$"}  # an empty one is as good as none
PAGED: Final = (
    Query("page", "The page, from 1; without it and `pagesize` the whole list.", _NUMBER),
    Query("pagesize", f"Rows of a page, {PAGE_SIZE} where only `page` is given; {MOST:,} at most.", _NUMBER),
)


def sorted_by(names: Iterable[str]) -> tuple[Query, ...]:
    """Return the query parameters of a list that can be sorted by `names`, the first of which is the default."""
    names = list(names)
    return (
        Query("sortby", f"One of {', '.join(names)}, without case.", {"type": "string", "enum": [*names, ""]}),
        Query("sortdir", "`reverse` turns the order round; anything else, such as `forward`, does not."),
    )


@dataclass(frozen=True)
class Asked:
    """The part of a list that was asked for: `number` and `size` are None for the whole."""

    number: int | None
    size: int | None

    def page(self, fetch: Callable[[Slice], Page], *, descending: bool) -> tuple[Sequence[Any], dict[str, int]]:
        """Return the rows and the metadata of what `fetch` gives; a page beyond the end is the last page."""
        if self.number is None or self.size is None:
            found = fetch(Slice(0, _ALL, descending))
            return found.rows, self.metadata(found.total)
        found = fetch(Slice((self.number - 1) * self.size, self.size, descending))
        if found.total and not found.rows:
            last = -(-found.total // self.size) - 1
            found = fetch(Slice(last * self.size, self.size, descending))
        return found.rows, self.metadata(found.total)

    def metadata(self, total: int) -> dict[str, int]:
        """Return the metadata of a reply whose list has `total` rows."""
        size = self.size or total
        pages = max(1, -(-total // size)) if size else 1
        return {
            "totalResults": total,
            "currentPage": min(self.number or 1, pages),
            "totalPages": pages,
            "resultsPerPage": size,
        }


def asked() -> Asked:
    """Return what `page` and `pagesize` ask for. Raises Invalid."""
    number, size = _number("page"), _number("pagesize", MOST)
    if number is None and size is None:
        return Asked(None, None)
    return Asked(number or 1, size or PAGE_SIZE)


def order(orderings: Mapping[str, str], unsorted: str = "") -> tuple[str, bool]:
    """Return the ordering that is asked for and whether it is reversed. Raises Invalid.

    `orderings` gives each name that `sortby` may have its ordering; the first one is meant where only `sortdir` is
    given, and `unsorted` (else the first one) where neither is.
    """
    by, direction = request.args.get("sortby", ""), request.args.get("sortdir", "").lower()
    first = next(iter(orderings.values()))
    if not by:
        return (first if direction or not unsorted else unsorted), direction == "reverse"
    for name, ordering in orderings.items():
        if squeeze(by) == squeeze(name):
            return ordering, direction == "reverse"
    raise Invalid({"sortby": [f"Must be one of {', '.join(orderings)}."]})


ROWS: Final = (
    Query("start", "The first row, from 0.", _NUMBER),
    Query("limit", "How many rows.", _NUMBER),
)


def rows() -> tuple[int, int | None]:
    """Return what `start` and `limit` ask for: an offset, and how many rows, None for all. Raises Invalid."""
    start, limit = _number("start", least=0), _number("limit")
    return start or 0, limit


def _number(name: str, most: int = _ALL, least: int = 1) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) >= least):
        raise Invalid({name: [f"Must be a whole number from {least}."]})
    return min(int(text), most)

"""The envelope of every list: which page is asked for, and how it is answered.

Source: PortSIP REST API, every "Retrive …" section; contract, section 3.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from portsip_api.pbx.values import Kind, Whole
from portsip_api.portsip.core.fields import Request, TenantRequest, described
from portsip_api.store.paging import Joined, Page, Slice

_DEFAULT_SIZE: Final = 100
_LARGEST_SIZE: Final = 100_000
_SPAN: Final = 20  # rows from a position, when no last one is named
_MOST: Final = 10**30
_DEEPEST: Final = 10**12  # no list is longer, and SQLite takes it


class SortBy(Kind):
    """Any text: what is unknown acts as DEFAULT."""

    default = "DEFAULT"

    def check(self, value: object) -> str:
        """Return `value`."""
        if not isinstance(value, str):
            raise ValueError("Must be a string.")
        return value


class _Paging(Schema):
    pagination = described(
        Whole(0, _MOST, 1),
        "Number of the page, from 1; 1 when absent, and 0 is the first page too. A page past the last one is empty.",
    )
    pagesize = described(
        Whole(1, _MOST, _DEFAULT_SIZE),
        f"Rows of a page; {_DEFAULT_SIZE} when absent, at most {_LARGEST_SIZE} (larger is cut to that).",
    )
    sort_by = described(
        SortBy(),
        "`DEFAULT`: numbers of digits by value, then the others by text; compared without case. Ours, where the rows "
        "have it: `NAME`, `EMAIL`, `STATUS`, each also with a leading `-` for descending. `OPTIONAL` and anything "
        "unknown act as `DEFAULT`; the reply names what was applied.",
    )


class ListRequest(TenantRequest, _Paging):
    """A page of a list of a tenant's objects."""


class PositionListRequest(ListRequest):
    """A page of a list, or the rows from one position to another."""

    start_position = described(
        Whole(1, _MOST, 1), "Position of the first row, from 1; 1 when only `end_position` is sent. Not with pages."
    )
    end_position = described(
        Whole(1, _MOST, _SPAN), f"Position of the last row; {_SPAN - 1} behind the first one when it is absent."
    )

    def check(self, values: Mapping[str, object]) -> None:
        """Raise ValidationError for rows that end before they begin."""
        super().check(values)
        first, last = _positions(values) or (1, 1)
        if first > last:
            raise ValidationError({"end_position": ["Must not be before start_position."]})


class GlobalListRequest(Request, _Paging):
    """A page of a list that belongs to no tenant."""


class Listing:
    """One list: the orders it offers and the names of its array."""

    def __init__(self, array: str, orderings: Sequence[str] = ("DEFAULT",), *, alias: str | None = None) -> None:
        """Name the array of rows, the orders besides which everything is DEFAULT, and what else the array is called."""
        self.arrays = (array,) if alias is None else (array, alias)
        self.orderings = orderings

    def asked(self, values: dict[str, Any]) -> tuple[str, Slice]:
        """Return the order and the slice that the request asks for."""
        asked = values.get("sort_by", "DEFAULT").upper()
        ordering = asked.removeprefix("-")
        if ordering not in self.orderings:
            asked = ordering = "DEFAULT"
        positions = _positions(values)
        if positions is None:
            size = min(values.get("pagesize", _DEFAULT_SIZE), _LARGEST_SIZE)
            offset = (_page_number(values) - 1) * size
        else:
            size = min(positions[1] - positions[0] + 1, _LARGEST_SIZE)
            offset = positions[0] - 1
        return ordering, Slice(min(offset, _DEEPEST), size, descending=asked.startswith("-"))

    def reply(self, values: dict[str, Any], page: Page, rows: Sequence[Any]) -> dict[str, Any]:
        """Return the envelope around `rows`."""
        return self._envelope(values, rows, len(page.rows), page.total)

    def reply_joined(self, values: dict[str, Any], page: Joined) -> dict[str, Any]:
        """Return the envelope around rows that are JSON texts already."""
        return self._envelope(values, orjson.Fragment(b"[%b]" % page.text), page.count, page.total)

    def _envelope(self, values: dict[str, Any], array: object, count: int, total: int) -> dict[str, Any]:
        ordering, part = self.asked(values)
        positions = _positions(values)
        return {
            "pagination": min(_page_number(values) if positions is None else part.offset // part.limit + 1, _DEEPEST),
            "pagesize": part.limit,
            "sort_by": f"-{ordering}" if part.descending else ordering,
            "page_count": max(1, -(-total // part.limit)),
            "count": count,
            "total": total,
            **({} if positions is None else _span(positions, total - part.offset - part.limit)),
            **dict.fromkeys(self.arrays, array),
        }

    def schema(self, name: str, row: type[Schema], **more: ma.Field[Any]) -> type[Schema]:
        """Return the schema of the reply, for the documentation."""
        described_fields: dict[str, Any] = {
            "pagination": "Number of this page.",
            "pagesize": "Rows of a full page.",
            "page_count": "Number of pages; 1 for an empty list.",
            "count": "Rows on this page.",
            "total": "Ours: rows of all pages; for a search exact up to 10,000 and then 10,000.",
        }
        fields: dict[str, Any] = {
            key: ma.Integer(required=True, metadata={"description": text}) for key, text in described_fields.items()
        }
        fields["sort_by"] = ma.String(required=True, metadata={"description": "The order that was applied."})
        fields |= {array: ma.List(ma.Nested(row), required=True) for array in self.arrays}
        return type(name, (Schema,), fields | more)

    def schema_with_positions(self, name: str, row: type[Schema]) -> type[Schema]:
        """Return the schema of the reply of a list that is also asked for by positions."""
        texts = {
            "start_position": "As it was asked for, where positions were.",
            "end_position": "As it was asked for, where positions were.",
            "remaining_extensions": "Rows behind the last position, where positions were asked for.",
        }
        fields = {key: ma.Integer(metadata={"description": text}) for key, text in texts.items()}
        return self.schema(name, row, **fields)


def _page_number(values: Mapping[str, Any]) -> int:
    number: int = values.get("pagination", 1)
    return number or 1


def _positions(values: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the positions of the first and the last row that are asked for, from 1; None when pages are."""
    first, last = values.get("start_position"), values.get("end_position")
    if first is None and last is None:
        return None
    first = first or 1
    return first, last or first + _SPAN - 1


def _span(positions: tuple[int, int], behind: int) -> dict[str, int]:
    first, last = (min(position, _DEEPEST) for position in positions)
    return {"start_position": first, "end_position": last, "remaining_extensions": max(0, behind)}

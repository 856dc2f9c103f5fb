"""The lists of past calls, in SQL: they are read through the order of time that triggers keep, or through the index of
what they are filtered by, which models cannot be told, and cost the same with a thousand calls and a million.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, by_index
from portsip_api.store.windows import CountedWindows

ORDER: Final = CountedWindows("history_order", "history_order_block", "row_id")
COLUMNS: Final = (
    "id", "call_id", "session_id", "direction",
    "caller", "caller_name", "caller_domain", "caller_contact", "caller_extension",
    "callee", "callee_name", "callee_domain", "callee_contact", "callee_extension",
    "recipient", "recipient_extension", "route", "outbound_caller_id", "did", "related_call_id",
    "started", "ringing", "answered", "ended", "end_reason", "fail_code",
)  # fmt: skip
LISTED: Final = ", ".join(f"r.{column}" for column in COLUMNS)
_DURING: Final = "c.started BETWEEN :since AND :until AND c.ended IS NOT NULL"


@dataclass(frozen=True)
class Search:
    """What a filter means: the statement `source` gives ids, newest first, and `rest` is to hold beside it."""

    source: str
    rest: Sequence[str]
    values: Mapping[str, object]

    def count(self, most: int) -> int:
        """Return how many calls there are among those that are looked through."""
        rows: int = database.fetch_row(
            f"SELECT count(*) FROM ({self.source} LIMIT :most) AS o {IN_ORDER} call AS r ON r.id = o.id"
            f" WHERE {self._rest()}",
            {**self.values, "most": most},
        )[0]
        return rows

    def rows(self, most: int, limit: int, offset: int, keys: str) -> list[Any]:
        """Return those calls in the order `keys`."""
        return database.fetch_all(
            f"SELECT {LISTED} FROM ({self.source} LIMIT :most) AS o {IN_ORDER} call AS r ON r.id = o.id"
            f" WHERE {self._rest()} ORDER BY {keys} LIMIT :limit OFFSET :offset",
            {**self.values, "most": most, "limit": limit, "offset": offset},
        )

    def _rest(self) -> str:
        return " AND ".join(("TRUE", *self.rest))


def by_number(column: str) -> str:
    """Return a source: the calls whose `caller` or `callee` is `:{column}`."""
    return (
        f"SELECT c.id FROM call AS c {by_index(f'call_{column}')} WHERE c.tenant_id = :tenant"
        f" AND c.{column} = :{column} AND {_DURING} ORDER BY c.started DESC, c.id DESC"
    )


def by_kinds(kinds: Sequence[tuple[str, bool]]) -> tuple[str, dict[str, object]]:
    """Return a source, the calls of some pairs of a direction and whether they were answered, and its values."""
    parts: list[str] = []
    values: dict[str, object] = {}
    for place, (direction, is_answered) in enumerate(kinds):
        values |= {f"direction_{place}": direction, f"answered_{place}": int(is_answered)}
        parts.append(
            f"SELECT c.id AS id, c.started AS started FROM call AS c {by_index('call_kind')}"
            f" WHERE c.tenant_id = :tenant AND c.direction = :direction_{place}"
            f" AND c.is_answered = :answered_{place} AND {_DURING}"
        )
    return f"{' UNION ALL '.join(parts)} ORDER BY 2 DESC, 1 DESC", values


IN_ORDERING: Final = (
    "SELECT e.row_id AS id FROM history_order AS e WHERE e.tenant_id = :tenant AND e.ordering = :ordering"
    " AND e.key >= :first AND e.key < :last ORDER BY e.key DESC"
)

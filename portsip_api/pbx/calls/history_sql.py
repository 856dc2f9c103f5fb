"""The lists of past calls, in SQL: they are read through the order of time that triggers keep, or through the index of
what they are filtered by, which models cannot be told, and cost the same with a thousand calls and a million.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
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
        found = f"({self.source} LIMIT :most) AS o"
        if self.rest:
            found += f" {IN_ORDER} call AS r ON r.id = o.id WHERE {' AND '.join(self.rest)}"
        rows: int = database.fetch_row(f"SELECT count(*) FROM {found}", {**self.values, "most": most})[0]
        return rows

    def newest(self, most: int, limit: int, offset: int) -> list[Any]:
        """Return those calls, the newest first."""
        values = {**self.values, "most": most, "limit": max(0, min(limit, most - offset)), "offset": offset}
        if self.rest:
            rows = f"({self.source} LIMIT :most) AS o {IN_ORDER} call AS r ON r.id = o.id"
            rows += f" WHERE {' AND '.join(self.rest)} LIMIT :limit OFFSET :offset"
        else:
            rows = f"({self.source} LIMIT :limit OFFSET :offset) AS o {IN_ORDER} call AS r ON r.id = o.id"
        return database.fetch_all(f"SELECT {LISTED} FROM {rows}", values)

    def sorted(self, most: int, limit: int, offset: int, keys: str) -> list[Any]:
        """Return those calls in the order `keys`."""
        return database.fetch_all(
            f"SELECT {LISTED} FROM ({self.source} LIMIT :most) AS o {IN_ORDER} call AS r ON r.id = o.id"
            f" WHERE {' AND '.join(('TRUE', *self.rest))} ORDER BY {keys} LIMIT :limit OFFSET :offset",
            {**self.values, "most": most, "limit": limit, "offset": offset},
        )


@dataclass(frozen=True)
class Source:
    """Where calls are looked for: a statement, the columns that it narrows them by, and values of its own."""

    statement: str
    narrowed: Collection[str] = ()
    values: Mapping[str, object] = field(default_factory=dict)


def by_number(column: str) -> Source:
    """Return the calls whose `caller` or `callee` is `:{column}`."""
    return Source(
        f"SELECT c.id FROM call AS c {by_index(f'call_{column}')} WHERE c.tenant_id = :tenant"
        f" AND c.{column} = :{column} AND {_DURING} ORDER BY c.started DESC, c.id DESC",
        (column,),
    )


def by_kinds(kinds: Sequence[tuple[str, bool]]) -> Source:
    """Return the calls of some pairs of a direction and whether they were answered."""
    parts: list[str] = []
    values: dict[str, object] = {}
    for place, (direction, is_answered) in enumerate(kinds):
        values |= {f"direction_{place}": direction, f"answered_{place}": int(is_answered)}
        parts.append(
            f"SELECT c.id AS id, c.started AS started FROM call AS c {by_index('call_kind')}"
            f" WHERE c.tenant_id = :tenant AND c.direction = :direction_{place}"
            f" AND c.is_answered = :answered_{place} AND {_DURING}"
        )
    statement = f"{' UNION ALL '.join(parts)} ORDER BY 2 DESC, 1 DESC"
    return Source(statement, ("direction", "is_answered"), values)


IN_ORDERING: Final = Source(
    "SELECT e.row_id AS id FROM history_order AS e WHERE e.tenant_id = :tenant AND e.ordering = :ordering"
    " AND e.key >= :first AND e.key < :last ORDER BY e.key DESC",
    ("extension",),
)
BY_EITHER: Final = Source(
    f"SELECT c.id AS id, c.started AS started FROM call AS c {by_index('call_caller')}"
    f" WHERE c.tenant_id = :tenant AND c.caller = :either AND {_DURING}"
    f" UNION ALL SELECT c.id, c.started FROM call AS c {by_index('call_callee')}"
    f" WHERE c.tenant_id = :tenant AND c.callee = :either AND c.caller <> :either AND {_DURING} ORDER BY 2 DESC, 1 DESC"
)
TOOK_PART: Final = (
    ":extension IN (coalesce(r.caller_extension, 0), coalesce(r.callee_extension, 0),"
    " coalesce(r.recipient_extension, 0))"
)
# Conditions that no index serves, by the names of their values.
CONDITIONS: Final[Mapping[str, str]] = {
    "prefix": ":prefix IN (substr(r.caller, 1, length(:prefix)), substr(r.callee, 1, length(:prefix)))",
    "caller_prefix": "substr(r.caller, 1, length(:caller_prefix)) = :caller_prefix",
    "callee_prefix": "substr(r.callee, 1, length(:callee_prefix)) = :callee_prefix",
    "least_seconds": "(r.ended - r.started) / 1000 >= :least_seconds",
    "most_seconds": "(r.ended - r.started) / 1000 <= :most_seconds",
}

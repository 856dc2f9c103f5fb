"""The history of calls: one function that writes a call, and the lists of those that have ended.

A call may be written while it goes on and again when it has ended, any number of times; what is written later is truer,
and a call that has ended stays so, also where its end is said to be lost. Lists cost the same whatever there is: the
order of time is counted in blocks, and a list that is filtered by more than times and an extension looks through the
newest MOST_SEEN calls that its most telling filter leaves.
Source: contract `portsip-more.md`, section 2; `sipxcom-user.md`, sections 7 and 8.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from portsip_api.pbx.calls import history_sql
from portsip_api.pbx.calls.history_sql import ORDER, Search, Source
from portsip_api.pbx.calls.keys import Times, behind, key
from portsip_api.pbx.calls.records import DIRECTIONS, LOST, MOST_SESSION, MOST_TIME, CallRecord
from portsip_api.pbx.calls.tables import Call
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.uniqueness import refusing
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice
from portsip_api.store.violations import FOREIGN_KEY
from portsip_api.store.windows import Window

MOST_SEEN: Final = 10_000  # calls that a filtered list looks through
TIME: Final = "started"
_BATCH: Final = 1_000
_SORTS: Final = {  # beside the time
    "caller": "r.caller",
    "callee": "r.callee",
    "duration": "r.ended - coalesce(r.answered, r.ended)",
    "termination": "r.end_reason",
}
ORDERINGS: Final = (TIME, *_SORTS)


@dataclass(frozen=True)
class PastCall:
    """A call that has ended, or an open one; what it is made of, `records.CallRecord` tells."""

    id: int
    call_id: str
    session_id: int
    direction: str
    caller: str
    caller_name: str
    caller_domain: str
    caller_contact: str
    caller_extension: int | None
    callee: str
    callee_name: str
    callee_domain: str
    callee_contact: str
    callee_extension: int | None
    recipient: str
    recipient_extension: int | None
    route: str
    outbound_caller_id: str
    did: str
    related_call_id: str
    started: int
    ringing: int | None
    answered: int | None
    ended: int | None
    end_reason: str
    fail_code: int

    @property
    def last(self) -> int:
        """The end, of an open call its beginning."""
        return self.started if self.ended is None else self.ended

    @property
    def talk_seconds(self) -> int:
        """How long was talked, in whole seconds; 0 when nobody answered."""
        return 0 if self.answered is None else max(0, self.last - self.answered) // 1000

    @property
    def ring_seconds(self) -> int:
        """How long it took until somebody answered, or the call ended."""
        return max(0, (self.last if self.answered is None else self.answered) - self.started) // 1000

    @property
    def seconds(self) -> int:
        """How long it lasted, ringing included."""
        return max(0, self.last - self.started) // 1000


assert tuple(field.name for field in fields(PastCall)) == history_sql.COLUMNS  # noqa: S101 — a row is made by place


@dataclass(frozen=True)
class Wanted:
    """Which calls a list is of; what is not given is no filter.

    `extension_id` means the calls in which the extension took part; `caller`, `callee` and `recipient` are numbers,
    exactly, `either` is that of the caller or the callee, and `prefix` how one of these two begins. Seconds are those
    from the beginning to the end, both included.
    """

    times: Times = Times()
    extension_id: int | None = None
    caller: str = ""
    callee: str = ""
    recipient: str = ""
    either: str = ""
    prefix: str = ""
    caller_prefix: str = ""
    callee_prefix: str = ""
    is_answered: bool | None = None
    direction: str = ""
    least_seconds: int | None = None
    most_seconds: int | None = None

    @property
    def is_by_time_alone(self) -> bool:
        """Whether the order of time alone tells which calls they are."""
        return replace(self, times=Times(), extension_id=None) == Wanted()

    def fits(self, call: PastCall) -> bool:
        """Tell whether a call is one of them, as far as numbers, its answer and its length go."""
        seconds = call.seconds
        return (
            self.caller in {"", call.caller}
            and self.callee in {"", call.callee}
            and call.caller.startswith(self.caller_prefix)
            and call.callee.startswith(self.callee_prefix)
            and self.is_answered in {None, call.answered is not None}
            and seconds >= (self.least_seconds or 0)
            and (self.most_seconds is None or seconds <= self.most_seconds)
        )


def write(tenant_id: int, record: CallRecord) -> int:
    """Write a call, new or again, and return its session's id.

    Raises Invalid and NotFound (there is no such tenant).
    """
    values = record.columns()
    with database.writing(), refusing({FOREIGN_KEY: lambda: NotFound("There is no such tenant.")}):
        values |= _extensions(tenant_id, record)
        row = Call.find(tenant_id, call_id=record.call_id)
        if row is None:
            session_id = record.session_id or new_session()
            Call.insert(tenant_id, **values, session_id=session_id)
            return session_id
        if _is_news(row, record):
            if record.session_id is not None:
                values["session_id"] = record.session_id
            Call.update(tenant_id, values, id=row.id)
        found: int = values.get("session_id", row.session_id)  # type: ignore[assignment]
        return found


def _is_news(row: Call, record: CallRecord) -> bool:
    """Tell whether a record says more than is known: of a call that has ended, a later end, or one after none."""
    if row.ended is None:
        return True
    return record.knows_end and (row.end_reason == LOST or (record.ended or 0) >= row.ended)


def new_session() -> int:
    """Return an id for a session, which nobody can guess."""
    return 1 + secrets.randbelow(MOST_SESSION)


def unfinished(tenant_id: int, before: int, most: int = 1_000) -> list[PastCall]:
    """Return the oldest calls that are still open and began before `before`, for who finds out what became of them."""
    where = (Call.ended.is_null(), Call.started < before)
    rows = Call.page(tenant_id, *where, order=(Call.started, Call.id), limit=most)
    return [PastCall(*(getattr(row, name) for name in history_sql.COLUMNS)) for row in rows]


def show(tenant_id: int, id_: int) -> PastCall:
    """Return one call that has ended. Raises NotFound."""
    row = Call.get(tenant_id, Call.ended.is_null(False), id=id_)
    return PastCall(*(getattr(row, name) for name in history_sql.COLUMNS))


def page(tenant_id: int, wanted: Wanted, part: Slice, ordering: str = TIME) -> Page:
    """Return calls that have ended. In the order of time the total is exact, unless there are more filters.

    Then, and in the other ORDERINGS, the newest MOST_SEEN calls are looked through. Five statements at most.
    """
    window = _window(wanted)
    if wanted.is_by_time_alone and ordering == TIME:
        found = ORDER.page(tenant_id, window, part, history_sql.LISTED, "call")
        return Page([PastCall(*row) for row in found.rows], found.total)
    search = _search(tenant_id, wanted, window)
    if ordering == TIME and part.descending:
        rows = search.newest(MOST_SEEN, part.limit, part.offset)
    else:
        direction = "DESC" if part.descending else "ASC"
        keys = "" if ordering == TIME else f"{_SORTS[ordering]} {direction}, "
        keys += f"r.started {direction}, r.id {direction}"
        rows = search.sorted(MOST_SEEN, part.limit, part.offset, keys)
    return Page([PastCall(*row) for row in rows], search.count(MOST_SEEN))


def every(tenant_id: int, times: Times) -> Iterator[PastCall]:
    """Yield all calls that have ended and began between two times, the oldest first, a thousand at a time."""
    first = times.first
    while True:
        window = Window("CALLS", first, times.last)
        rows = ORDER.page(tenant_id, window, Slice(0, _BATCH), history_sql.LISTED, "call").rows
        calls = [PastCall(*row) for row in rows]
        yield from calls
        if len(calls) < _BATCH:
            return
        first = behind(calls[-1].started, calls[-1].id)


def delete_before(tenant_id: int, instant: int, most: int) -> int:
    """Delete at most `most` calls that began before `instant`, the oldest first, and return how many."""
    rows = ORDER.page(tenant_id, Window("CALLS", last=key(instant)), Slice(0, most), "r.id", "call").rows
    if not rows:
        return 0
    with database.writing():
        return Call.delete(tenant_id, Call.id.in_([id_ for (id_,) in rows]))


def _window(wanted: Wanted) -> Window:
    ordering = "CALLS" if wanted.extension_id is None else f"CALLS {wanted.extension_id}"
    return Window(ordering, wanted.times.first, wanted.times.last)


def _search(tenant_id: int, wanted: Wanted, window: Window) -> Search:
    equal: dict[str, object] = {name: getattr(wanted, name) for name in ("caller", "callee", "recipient", "direction")}
    equal = {name: value for name, value in equal.items() if value}
    if wanted.is_answered is not None:
        equal["is_answered"] = int(wanted.is_answered)
    source = _source(wanted, equal)
    conditions = [f"r.{name} = :{name}" for name in equal if name not in source.narrowed]
    if wanted.extension_id is not None and "extension" not in source.narrowed:
        conditions.append(history_sql.TOOK_PART)
    asked = {name: getattr(wanted, name) for name in history_sql.CONDITIONS}
    asked = {name: value for name, value in asked.items() if value not in {"", None}}
    conditions += [history_sql.CONDITIONS[name] for name in asked]
    values = {
        **equal,
        **source.values,
        "tenant": tenant_id,
        "ordering": window.ordering,
        "first": window.first or "",
        "last": window.last or ":",
        "since": max(0, wanted.times.since or 0),
        "until": MOST_TIME if wanted.times.until is None else min(wanted.times.until, MOST_TIME),
        "extension": wanted.extension_id,
        "either": wanted.either,
        **asked,
    }
    return Search(source.statement, conditions, values)


def _source(wanted: Wanted, equal: Mapping[str, object]) -> Source:
    """Return the source that leaves the fewest calls to look through."""
    for name in ("caller", "callee"):
        if name in equal:
            return history_sql.by_number(name)
    if wanted.either:
        return history_sql.BY_EITHER
    if wanted.extension_id is None and equal.keys() & {"direction", "is_answered"}:
        return history_sql.by_kinds(_kinds(wanted))
    return history_sql.IN_ORDERING


def _kinds(wanted: Wanted) -> list[tuple[str, bool]]:
    directions = (wanted.direction,) if wanted.direction else DIRECTIONS
    answers = (False, True) if wanted.is_answered is None else (wanted.is_answered,)
    return [(direction, is_answered) for direction in directions for is_answered in answers]


def _extensions(tenant_id: int, record: CallRecord) -> Mapping[str, int | None]:
    """Return the ids of the extensions that took part, as far as the numbers are of some."""
    numbers = {"caller": record.caller.number, "callee": record.callee.number, "recipient": record.recipient}
    query = Extension.select(tenant_id, Extension.number, Extension.id)
    ids = dict(query.where(Extension.number.in_(sorted(set(filter(None, numbers.values()))))).tuples())
    return {f"{side}_extension": ids.get(number) for side, number in numbers.items()}

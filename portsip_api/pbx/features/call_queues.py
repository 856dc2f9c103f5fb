"""Call queues: a number at which callers wait in order until one of several extensions answers, or a limit is reached.

Source: contract `portsip-more.md`, section 3, `call_queues`. Agents do not log in: every member that is
reachable serves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peewee import fn

from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.features import members, played_prompts
from portsip_api.pbx.features.no_answer import NO_ANSWER, NOTHING, NoAnswer
from portsip_api.pbx.features.played_prompts import PromptName
from portsip_api.pbx.features.tables import CallQueue as Row
from portsip_api.pbx.features.tables import CallQueueMember
from portsip_api.pbx.media import prompts
from portsip_api.pbx.numbers.references import CALL_QUEUE
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Choice, Flag, Rules, Text, Whole, checked, defaults
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice

POLLING_STRATEGIES: Final = ("RING_SIMULTANEOUSLY", "PRIORITIZED_HUNT", "CYCLIC_HUNT", "LEAST_WORKED_HUNT")
_LONGEST: Final = 86_400  # seconds
NAME: Final = Text(64, 1)
LONGEST_WAIT: Final = Whole(0, _LONGEST, 0)  # seconds; 0: no limit
MOST_CALLERS: Final = Whole(0, 10_000, 0)  # 0: no limit
QUEUE: Final[Rules] = {
    "queue_number": NUMBER,
    "name": NAME,
    "polling_strategy": Choice(POLLING_STRATEGIES, "RING_SIMULTANEOUSLY"),
    "ring_time": Whole(1, 600, 20),  # seconds
    "music_on_hold": PromptName(),
    **NO_ANSWER,
    "enable_intro_prompt": Flag(False),
    "enable_play_full_intro": Flag(False),
    "intro_prompt_file": PromptName(),
    "max_wait_time": LONGEST_WAIT,
    "max_callers": MOST_CALLERS,
    "enable_announce_caller_position": Flag(False),
    "announce_caller_position_interval": Whole(0, 3_600, 60),  # seconds; 0: once
}
_COLUMNS: Final = {
    "queue_number": "number",
    "name": "name",
    "polling_strategy": "strategy",
    "ring_time": "ring_time",
    "music_on_hold": "music_on_hold",
    "enable_intro_prompt": "intro_is_on",
    "enable_play_full_intro": "intro_is_whole",
    "intro_prompt_file": "intro_prompt",
    "max_wait_time": "max_wait",
    "max_callers": "max_callers",
    "enable_announce_caller_position": "announces",
    "announce_caller_position_interval": "announce_interval",
}
_NO_ANSWER: Final = NoAnswer(CALL_QUEUE, Row, "the call queue")
_PROMPTS: Final = {"music_on_hold": prompts.MUSIC, "intro_prompt_file": prompts.ATTENDANTS}  # and their families
_REFUSALS: Final[Refusals] = {
    "call_queue_tenant_id_number_key": taken("queue_number"),
    DIALLED: taken("queue_number"),
}


@dataclass(frozen=True)
class QueueKey:
    """What names a call queue: its number or its id; the id is used when both are given."""

    number: str | None = None
    id: int | None = None


@dataclass(frozen=True)
class Queue:
    """A call queue: its `values` by the names of QUEUE, and its members in the order in which they are tried."""

    id: int
    values: Mapping[str, Any]
    members: Sequence[str] = ()


def page(tenant_id: int, part: Slice) -> Page:
    """Return call queues by number, as rows with `id`, `number`, `name` and `strategy`."""
    order = [key.desc() if part.descending else key.asc() for key in (fn.LENGTH(Row.number), Row.number)]
    rows = Row.page(tenant_id, order=order, limit=part.limit, offset=part.offset)
    return Page(rows, Row.count(tenant_id))


def show(tenant_id: int, key: QueueKey) -> Queue:
    """Return one call queue; where what nobody's answer leads to is gone, its value is empty. Raises NotFound."""
    row = _row(tenant_id, key)
    return Queue(row.id, _values(tenant_id, row), members.numbers(tenant_id, CallQueueMember, row.id))


def reachable(tenant_id: int, queue_ids: Collection[int]) -> set[int]:
    """Return those of `queue_ids` of whose members one at least is registered and wants calls, be it on one."""
    return members.reachable(tenant_id, CallQueueMember, queue_ids)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a call queue and return its id.

    Raises Invalid (also for an unknown member or target), FileNotThere (of no such prompt), Duplicate and Conflict (the
    tenant has as many as it may).
    """
    values = {**defaults(QUEUE), **_checked(fields)}
    missing = {name: ["Missing."] for name in ("queue_number", "name") if not values[name]}
    if missing:
        raise Invalid(missing)
    with database.writing():
        tenant_limits.of(tenant_id).require("max_call_queues", lambda: Row.count(tenant_id))
        after = _NO_ANSWER.changed(tenant_id, NOTHING, values)
        _require_prompts(tenant_id, values, {})
        with refusing(_REFUSALS):
            queue_id = Row.insert(
                tenant_id, **_columns(values), no_answer_action=NOTHING["no_answer_action"], no_answer_target=""
            )
        _NO_ANSWER.write(tenant_id, queue_id, NOTHING, after)
        members.replace(tenant_id, CallQueueMember, queue_id, values.get("members", []))
    return queue_id


def update(tenant_id: int, key: QueueKey, fields: Mapping[str, object]) -> None:
    """Change a call queue; what is not sent stays, `members` replaces the whole list.

    With an id as key, `queue_number` renames. Another action has the target that is sent with it, else none; one that
    stays as it is, is left alone, be its target gone. Raises NotFound, FileNotThere, Invalid and Duplicate.
    """
    change = _checked(fields)
    if key.id is None:
        change.pop("queue_number", None)
    with database.writing():
        row = _row(tenant_id, key)
        before = _values(tenant_id, row)
        after = _NO_ANSWER.changed(tenant_id, before, change)
        _require_prompts(tenant_id, before | change, before)
        with refusing(_REFUSALS):
            Row.update(tenant_id, _columns(change), id=row.id)
        _NO_ANSWER.write(tenant_id, row.id, {name: before[name] for name in NOTHING}, after)
        if "members" in change:
            members.replace(tenant_id, CallQueueMember, row.id, change["members"])
    if change.get("intro_prompt_file", row.intro_prompt) != row.intro_prompt:
        played_prompts.forget_unused(tenant_id, row.intro_prompt)


def destroy(tenant_id: int, key: QueueKey) -> None:
    """Delete a call queue; rules that point at it fall back to voicemail. Raises NotFound."""
    with database.writing():
        row = _row(tenant_id, key)
        Row.delete(tenant_id, id=row.id)
    played_prompts.forget_unused(tenant_id, row.intro_prompt)


def _row(tenant_id: int, key: QueueKey) -> Row:
    if key.id is not None:
        return Row.get(tenant_id, id=key.id)
    return Row.get(tenant_id, number=key.number)


def _values(tenant_id: int, row: Row) -> dict[str, Any]:
    values = {name: getattr(row, column) for name, column in _COLUMNS.items()} | _NO_ANSWER.read(tenant_id, row)
    return {name: values[name] for name in QUEUE}


def _columns(values: Mapping[str, object]) -> dict[str, object]:
    return {column: values[name] for name, column in _COLUMNS.items() if name in values}


def _require_prompts(tenant_id: int, after: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Raise FileNotThere for a prompt that is written anew and is not there."""
    for field, family in _PROMPTS.items():
        if after[field] and after[field] != before.get(field):
            prompts.require(tenant_id, family, after[field])


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    return checked(QUEUE, fields) | members.checked(fields)

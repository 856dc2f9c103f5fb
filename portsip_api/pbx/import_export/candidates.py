"""The rows of an import that keep the rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, TypeVar

import orjson

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import drafts as extension_drafts
from portsip_api.pbx.extensions import groups
from portsip_api.pbx.extensions.drafts import Change, Draft
from portsip_api.pbx.extensions.fields import NUMBER as NUMBER_KIND
from portsip_api.pbx.extensions.group_keys import DEFAULT_NAMES, NO_GROUP, GroupKey
from portsip_api.pbx.import_export.columns import GROUPS, NUMBER, REQUIRED
from portsip_api.pbx.import_export.file_reading import Row
from portsip_api.store.search import fold

_UNKNOWN: Final = 0  # no row's id
_SHARED: Final = 1_000  # objects that are remembered, for rows that have them too
_Content = TypeVar("_Content", Draft, Change)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A checked row, its secrets encrypted: a new extension, or the change of one that exists."""

    row: int
    number: str
    content: Draft | Change
    groups: frozenset[int] | None  # ids of rows; None when the file does not say


def candidate(row: Row, existing: Collection[str], group_rows: Mapping[str, int | None]) -> Candidate:
    """Check a row: it changes an extension whose number is among `existing`, else it is a new one.

    `group_rows` is what `groups.rows_by_key` returned. Raises Invalid.
    """
    if row.problem:
        raise Invalid({"row": [row.problem]})
    if row.faults:
        raise Invalid({**_others(row), **row.faults})
    number = number_of(row)
    if number is None or number not in existing:
        draft = _with_shared(extension_drafts.prepare(row.fields, REQUIRED))
        return Candidate(row.number, draft.number, draft, _groups(draft.groups, group_rows))
    change = _with_shared(extension_drafts.prepare_change(row.fields))
    extension_drafts.require_policy(change.values, number)
    extension_drafts.require_zone(change.objects)
    keys = change.values.get(GROUPS)
    return Candidate(row.number, number, change, None if keys is None else _groups(keys, group_rows))


def _others(row: Row) -> Mapping[str, Sequence[str]]:
    """Return what is wrong with the values that could be read of a row with others that could not."""
    try:
        extension_drafts.prepare_change(row.fields)
    except Invalid as error:
        return error.errors
    return {}


def _with_shared(content: _Content) -> _Content:
    """Return `content` with one copy in memory of each object that other rows have too.

    Most rows have their rules, hours and options in common; names and addresses are each one's own.
    """
    objects = {
        name: value if name == "profile" else _shared(orjson.dumps(value)) for name, value in content.objects.items()
    }
    return replace(content, objects=objects)


@lru_cache(_SHARED)
def _shared(text: bytes) -> Mapping[str, Any]:
    """Return the object that is `text` as JSON, the objects in it shared as well: rows differ in few of them."""
    values = orjson.loads(text)
    return {name: _shared(orjson.dumps(value)) if isinstance(value, dict) else value for name, value in values.items()}


def number_of(row: Row) -> str | None:
    """Return the row's extension number, or None when what stands there is not one."""
    try:
        return NUMBER_KIND.check(row.fields.get(NUMBER))
    except ValueError:
        return None


def _groups(keys: Iterable[str | GroupKey], group_rows: Mapping[str, int | None]) -> frozenset[int]:
    """Return the rows of what is named as `group_keys.find` reads it, without the default group. Raises Invalid."""
    named = [_group(key, group_rows) for key in keys if key != NO_GROUP]
    if _UNKNOWN in named:
        raise Invalid({GROUPS: [groups.UNKNOWN]})
    return frozenset(row_id for row_id in named if row_id is not None)


def _group(key: str | GroupKey, group_rows: Mapping[str, int | None]) -> int | None:
    if isinstance(key, GroupKey) and key.id is not None:
        found = group_rows.get(str(key.id), _UNKNOWN)
        return found if found in {key.id, None} else _UNKNOWN  # else it is the name of another one
    text = key if isinstance(key, str) else key.group_id or key.name or ""
    if text in DEFAULT_NAMES:
        return None
    return group_rows.get(text, group_rows.get(fold(text), _UNKNOWN))

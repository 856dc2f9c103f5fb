"""What names an extension group, and which groups a list of such names means.

Source: contract `portsip-more.md`, section 1, rows 5 and 8.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from portsip_api.pbx.access.tenants import DEFAULT_GROUP
from portsip_api.pbx.extensions import groups_sql
from portsip_api.pbx.row_ids import row_id
from portsip_api.store.search import fold

SHORT_DEFAULT: Final = "__DEFAULT__"  # what later clients call the default group
DEFAULT_NAMES: Final = frozenset({DEFAULT_GROUP, SHORT_DEFAULT, "DEFAULT"})
NO_GROUP: Final = "SYSTEM"  # what an old console sends with every extension
_LONGEST: Final = 64  # characters


@dataclass(frozen=True)
class GroupKey:
    """What names a group: its id (v12 clients), its GUID (v9 clients) or its name; the first one given decides."""

    group_id: str | None = None
    id: int | None = None
    name: str | None = None

    def where(self) -> tuple[str, int | str | None]:
        """Return the column that decides, `id` or `group_id`, and its value."""
        if self.id is not None:
            return "id", self.id
        return "group_id", _guid(self.group_id) if self.group_id else None


def read(values: object) -> list[str | GroupKey]:
    """Return what names groups in a list of texts, whole numbers and objects with `id`, `group_id` or `group_name`.

    Raises ValueError, with a sentence.
    """
    if not isinstance(values, list):
        raise ValueError("Must be an array.")
    return [_read(item) for item in values]


def _read(item: object) -> str | GroupKey:
    if isinstance(item, str) or type(item) is int:
        return str(item)
    if not isinstance(item, dict):
        raise ValueError("Must hold ids, names, or objects with `id`, `group_id` or `group_name`.")
    id_, texts = item.get("id"), [item.get(name) for name in ("group_id", "group_name")]
    is_id = id_ is None or ((type(id_) is int or isinstance(id_, str)) and row_id(id_) is not None)
    are_texts = all(text is None or (isinstance(text, str) and 1 <= len(text) <= _LONGEST) for text in texts)
    if not is_id or not are_texts or (id_ is None and texts == [None, None]):
        raise ValueError("Its objects must have a good `id`, `group_id` or `group_name`.")
    if id_ is not None:
        return GroupKey(id=row_id(id_))
    return texts[0] if texts[0] is not None else GroupKey(name=texts[1])


class NamedGroup(NamedTuple):
    """A group that was named."""

    id: int
    group_id: str
    is_default: bool
    members_count: int


class _Asked(NamedTuple):
    """What one key may be: a GUID, an id, a name."""

    guid: str | None
    id: int | None
    name: str | None


def find(tenant_id: int, keys: Iterable[str | GroupKey]) -> Collection[NamedGroup] | None:
    """Return the groups that `keys` name, or None when one of them names none; two statements at most.

    A text is a GUID, else an id in digits, else a name without case; `DEFAULT` and `__DEFAULT__` mean the default
    group, and `SYSTEM` means none and is passed over.
    """
    asked = {_asked(key) for key in keys if key != NO_GROUP}
    guids, ids = {item.guid for item in asked}, {item.id for item in asked}
    rows = groups_sql.named(tenant_id, [guid for guid in guids if guid], [id_ for id_ in ids if id_])
    found = [NamedGroup(id_, group_id, bool(is_default), count) for id_, group_id, is_default, count in rows]
    by_key: dict[object, NamedGroup] = {row.id: row for row in found} | {row.group_id: row for row in found}
    groups = {item: by_key.get(item.guid) or by_key.get(item.id) for item in asked}
    if unknown := [item for item, row in groups.items() if row is None and item.name]:
        by_name = _by_name(tenant_id, [item.name for item in unknown if item.name])
        groups |= {item: by_name.get(item.name or "") for item in unknown}
    named = {row for row in groups.values() if row is not None}
    return named if None not in groups.values() else None


def _by_name(tenant_id: int, names: Collection[str]) -> dict[str, NamedGroup]:
    """Return the groups by those of `names` that they have; of twins the one of exactly that name, else the first."""
    rows = groups_sql.of_names(tenant_id, {fold(name) for name in names})
    exact = {row[0]: NamedGroup(*row[2:]) for row in rows}
    first = {row[1]: NamedGroup(*row[2:]) for row in reversed(rows)}
    return {name: found for name in names if (found := exact.get(name) or first.get(fold(name))) is not None}


def _asked(key: str | GroupKey) -> _Asked:
    texts = (key,) if isinstance(key, str) else (key.group_id, key.name)
    if not DEFAULT_NAMES.isdisjoint(texts) and not (isinstance(key, GroupKey) and key.id is not None):
        return _Asked(DEFAULT_GROUP, None, None)
    if isinstance(key, str):
        id_ = row_id(key)
        return _Asked(_guid(key), id_ if str(id_) == key else None, key)
    return _Asked(None, key.id, key.name if key.id is None else None)


def _guid(text: str) -> str:
    if text == SHORT_DEFAULT:
        return DEFAULT_GROUP
    return text.upper() if text.isascii() else text

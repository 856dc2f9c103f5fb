"""What a user may do or has: the permissions that are built in, and the call permissions that a tenant adds.

Source: contract, section 5.3.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import tables
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.small_lists import comparable, cut
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Flag, Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

APPLICATION: Final = "APPLICATION"
CALL: Final = "CALL"
VOICEMAIL_SERVER: Final = "VOICEMAIL_SERVER"
VOICEMAIL: Final = "Voicemail"  # without it an extension has none, whatever its own setting says
EMPTY: Final = "Cannot be empty"
UNKNOWN: Final = "Names a permission that does not exist."
ORDERINGS: Final = ("name", "description", "label", "default_value")
PERMISSION: Rules = {
    "label": Text(255),
    "description": Text(1024, lines=True),
    "default_value": Flag(False),
}
_REFUSALS: Final[Refusals] = {
    "permission_tenant_id_label_key_key": lambda: Duplicate("Another permission has this label.", "label")
}
_CUSTOM_NAME: Final = re.compile(r"perm_([1-9][0-9]{0,18})")


@dataclass(frozen=True)
class Permission:
    """A permission; `default_value` holds for users for whom and for whose groups nothing was set."""

    name: str
    label: str
    description: str | None
    default_value: bool
    type: str
    built_in: bool


def _built_in(type_: str, default: bool, *names: str) -> tuple[Permission, ...]:
    return tuple(Permission(name, name, None, default, type_, built_in=True) for name in names)


BUILT_IN: Final = {
    permission.name: permission
    for permission in (
        *_built_in(APPLICATION, False, "superadmin", "rest", "dbauth-only", "group-music-on-hold"),
        *_built_in(APPLICATION, True, "tui-change-pin", "personal-auto-attendant", "music-on-hold"),
        *_built_in(APPLICATION, True, "subscribe-to-presence"),
        *_built_in(CALL, False, "900Dialing", "AutoAttendant", "RecordSystemPrompts"),
        *_built_in(CALL, True, "InternationalDialing", "LocalDialing", "LongDistanceDialing"),
        *_built_in(CALL, True, "Mobile", "TollFree", VOICEMAIL),
        *_built_in(VOICEMAIL_SERVER, True, "FreeswitchVoicemailServer"),
        *_built_in(VOICEMAIL_SERVER, False, "ExchangeUMVoicemailServer"),
    )
}


def everything(tenant_id: int) -> list[Permission]:
    """Return all permissions of a tenant: those built in, then its own in the order in which they were made."""
    return [*BUILT_IN.values(), *map(_permission, tables.Permission.page(tenant_id, order=[tables.Permission.id]))]


def page(tenant_id: int, ordering: str, part: Slice) -> Page:
    """Return permissions (`Permission`) by one of ORDERINGS, and by name where that is equal; one statement."""
    return cut(everything(tenant_id), lambda item: (comparable(getattr(item, ordering)), fold(item.name)), part)


def show(tenant_id: int, name: str) -> Permission:
    """Return one permission. Raises NotFound."""
    return BUILT_IN.get(name) or _permission(tables.Permission.get(tenant_id, id=custom_id(name)))


def create(tenant_id: int, fields: Mapping[str, object]) -> str:
    """Make a call permission of `fields` (see PERMISSION; None is as good as absent) and return its name.

    Raises Invalid and Duplicate (another one that was added has the label, in whatever case).
    """
    columns = _columns(fields)
    with database.writing(), refusing(_REFUSALS):
        return _name(tables.Permission.insert(tenant_id, **columns))


def replace(tenant_id: int, name: str, fields: Mapping[str, object]) -> None:
    """Give a permission the label, description and default of `fields`.

    Raises NotFound, Invalid, Duplicate and Conflict (a permission that is built in).
    """
    columns = _columns(fields)
    _require_own(name)
    with database.writing(), refusing(_REFUSALS):
        if not tables.Permission.update(tenant_id, columns, id=custom_id(name)):
            raise NotFound(tables.Permission.missing)


def destroy(tenant_id: int, name: str) -> None:
    """Remove a permission and what was set of it. Raises NotFound and Conflict (a permission that is built in)."""
    _require_own(name)
    with database.writing():
        if not tables.Permission.delete(tenant_id, id=custom_id(name)):
            raise NotFound(tables.Permission.missing)


def names_of(tenant_id: int, texts: Sequence[str]) -> list[str]:
    """Return the names of the permissions that `texts` name, by name or by label, each once.

    Raises Invalid (field `permissions`) for one that does not exist.
    """
    every = everything(tenant_id) if not BUILT_IN.keys() >= set(texts) else BUILT_IN.values()
    known = {fold(item.label): item.name for item in every} | {item.name: item.name for item in every}
    found = [known.get(text) or known.get(fold(text)) for text in texts]
    if None in found:
        raise Invalid({"permissions": [UNKNOWN]})
    return list(dict.fromkeys(name for name in found if name))


def custom_id(name: str) -> int | None:
    """Return the id in the name of a permission that was added; None when the name is not made like that."""
    match = _CUSTOM_NAME.fullmatch(name)
    return row_id(int(match[1])) if match else None


def _permission(row: tables.Permission) -> Permission:
    return Permission(_name(row.id), row.label, row.description, row.default_value, CALL, built_in=False)


def _name(id_: int) -> str:
    return f"perm_{id_}"


def _require_own(name: str) -> None:
    if name in BUILT_IN:
        raise Conflict("A permission that is built in can be neither changed nor removed.")


def _columns(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(PERMISSION, {name: value for name, value in fields.items() if value is not None})
    if not values.get("label", "").strip():
        raise Invalid({"label": [EMPTY]})
    columns = {"label": "", "description": None, "default_value": False} | values
    return {**columns, "label_key": fold(values["label"])}

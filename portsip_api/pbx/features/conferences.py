"""Conferences: numbers at which callers meet, each with its owner, its two PINs and how it is run.

Both APIs show the same conferences; who is in one is for the engine to tell (`pbx.calls.live_conferences`).
Source: contract `sipxcom-user.md`, section 6.5; `portsip-more.md`, section 3, `conference_room`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from peewee import JOIN, fn

from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.access.secret_purposes import MODERATOR_PIN, PARTICIPANT_PIN
from portsip_api.pbx.errors import Busy, Duplicate, Forbidden, Invalid
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.features import tables
from portsip_api.pbx.features.conference_fields import CONFERENCE, PINS, SETTINGS
from portsip_api.pbx.features.members import ids_of
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import checked, defaults
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold
from portsip_api.store.secrets import keyring

PURPOSES: Final = {"participant_pin": PARTICIPANT_PIN, "moderator_pin": MODERATOR_PIN}
NOT_THE_OWNER: Final = "User is not owner of this conference"
_COLUMNS: Final = ("number", "name", "description", "enabled")
_TRIES: Final = 5
_DEFAULTS: Final = defaults(SETTINGS)
_REFUSALS: Final = {
    "conference_tenant_id_name_key_key": lambda: Duplicate("Another conference has this name.", "name"),
    "conference_tenant_id_number_key": taken("number"),
    DIALLED: taken("number"),
}
# Where the number stands for the name too.
_REFUSALS_UNNAMED: Final[Refusals] = _REFUSALS | {
    "conference_tenant_id_name_key_key": lambda: Duplicate("Another conference has this number or name.", "number"),
}


@dataclass(frozen=True)
class ConferenceKey:
    """What names a conference: its id, its number or its name; the first of these that is given is used."""

    number: str | None = None
    id: int | None = None
    name: str | None = None


@dataclass(frozen=True)
class Conference:
    """A conference; `owner` is the number of the extension whose it is, empty for nobody's, `settings` are whole."""

    id: int
    number: str
    name: str
    description: str
    enabled: bool
    owner_id: int | None
    owner: str
    settings: Mapping[str, Any]
    stored: Mapping[str, Any] = field(repr=False)  # the columns of which a change depends

    def pin(self, name: str) -> str:
        """Return `participant_pin` or `moderator_pin` in clear, empty where none is asked for."""
        blob = self.stored[name]
        return "" if blob is None else keyring.decrypt(bytes(blob), PURPOSES[name])


def page(tenant_id: int, part: Slice) -> Page:
    """Return conferences by number."""
    number = tables.Conference.number
    order = [key.desc() if part.descending else key.asc() for key in (fn.LENGTH(number), number)]
    rows = _query(tenant_id).order_by(*order).limit(part.limit).offset(part.offset)
    return Page([_conference(row) for row in rows.objects()], tables.Conference.count(tenant_id))


def of_owner(tenant_id: int, owner_id: int) -> list[Conference]:
    """Return the conferences of one extension by name."""
    rows = _query(tenant_id).where(tables.Conference.owner_id == owner_id).order_by(tables.Conference.name_key)
    return [_conference(row) for row in rows.objects()]


def show(tenant_id: int, key: ConferenceKey, owner_id: int | None = None) -> Conference:
    """Return one conference; with `owner_id`, for that extension. Raises NotFound, and Forbidden when it is not its."""
    row = tables.Conference
    if key.id is not None:
        found = row.get(tenant_id, id=key.id)
    elif key.number is not None:
        found = row.get(tenant_id, number=key.number)
    else:
        found = row.get_named(tenant_id, key.name or "")
    conference = _conference(_query(tenant_id).where(row.id == found.id).objects().first())
    if owner_id is not None and conference.owner_id != owner_id:
        raise Forbidden(NOT_THE_OWNER)
    return conference


def create(tenant_id: int, fields: Mapping[str, object], *, strictly: bool = False) -> int:
    """Make a conference of CONFERENCE's fields, of which the number is required, and return its id.

    Raises Invalid (also as `update` does), Duplicate and Conflict (the tenant has as many as it may).
    """
    values = checked(CONFERENCE, fields)
    if "number" not in values:
        raise Invalid({"number": ["Missing."]})
    refusals = _REFUSALS if "name" in values else _REFUSALS_UNNAMED
    values.setdefault("name", values["number"])
    pins = {name: values.get(name, "") for name in PINS}
    settings = _DEFAULTS | {name: values[name] for name in SETTINGS if name in values}
    _require_sound(pins, settings, strictly=strictly)
    columns = {"description": "", "enabled": True} | _columns(values) | _encrypted(pins)
    with database.writing():
        tenant_limits.of(tenant_id).require("max_conference_rooms", lambda: tables.Conference.count(tenant_id))
        columns["owner_id"] = _owner_id(tenant_id, values.get("owner", ""))
        with refusing(refusals):
            return tables.Conference.insert(tenant_id, **columns, settings=_document(settings))


def update(
    tenant_id: int,
    key: ConferenceKey,
    fields: Mapping[str, object],
    *,
    owner_id: int | None = None,
    strictly: bool = False,
) -> None:
    """Change a conference; what is not sent stays. With an id or a name as key, `number` and `name` rename.

    With `owner_id`, for that extension. The two PINs must differ, or nobody could tell who is the moderator. `strictly`
    also refuses to write a moderator's PIN without one for participants, since then all would need to be moderators,
    and a conference that waits for a moderator who has no PIN to be known by.

    Raises NotFound, Forbidden, Invalid, Duplicate, and Busy where others change it all the time.
    """
    values = checked(CONFERENCE, fields)
    if key.id is None and key.name is None:
        values.pop("number", None)
    for _ in range(_TRIES):
        before = show(tenant_id, key, owner_id)
        if _overwrite(tenant_id, before, values, strictly=strictly):
            return
    raise Busy("The conference is being changed by others; try again.")


def destroy(tenant_id: int, key: ConferenceKey) -> None:
    """Delete a conference and free its number; what points at it is left empty. Raises NotFound."""
    with database.writing():
        tables.Conference.delete(tenant_id, id=show(tenant_id, key).id)


def _overwrite(tenant_id: int, before: Conference, values: Mapping[str, Any], *, strictly: bool) -> bool:
    """Write `values` over a conference, unless it has changed meanwhile; tell whether that was done."""
    old = {name: before.pin(name) for name in PINS}
    pins = old | {name: values[name] for name in PINS if name in values}
    settings = {**before.settings, **{name: values[name] for name in SETTINGS if name in values}}
    is_as_before = pins == old and settings["quickstart"] == before.settings["quickstart"]
    _require_sound(pins, settings, strictly=strictly and not is_as_before)
    columns = _columns(_renamed(before, values))
    columns |= _encrypted({name: pin for name, pin in pins.items() if pin != old[name]})
    if settings != before.settings:
        columns["settings"] = _document(settings)
    with database.writing():
        if "owner" in values and values["owner"] != before.owner:
            columns["owner_id"] = _owner_id(tenant_id, values["owner"])
        with refusing(_REFUSALS if "name" in values else _REFUSALS_UNNAMED):
            return bool(tables.Conference.update(tenant_id, columns, id=before.id, **before.stored))


def _renamed(before: Conference, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` with a new number also as the name, where nobody has given another one."""
    if "name" not in values and "number" in values and before.name == before.number:
        return {**values, "name": values["number"]}
    return dict(values)


def _require_sound(pins: Mapping[str, str], settings: Mapping[str, Any], *, strictly: bool) -> None:
    participants, moderator = pins["participant_pin"], pins["moderator_pin"]
    if moderator and moderator == participants:
        raise Invalid({"moderator_pin": ["Must differ from the PIN of participants."]})
    if strictly and moderator and not participants:
        raise Invalid({"moderator_pin": ["Needs a PIN of participants beside it."]})
    if strictly and not settings["quickstart"] and not moderator:
        raise Invalid({"quickstart": ["Must be true where there is no PIN of a moderator, who would have to begin."]})


def _owner_id(tenant_id: int, number: str) -> int | None:
    if not number:
        return None
    found = ids_of(tenant_id, [number])
    if not found:
        raise Invalid({"owner": ["Must be the number of an extension, or empty."]})
    return found[number]


def _encrypted(pins: Mapping[str, str]) -> dict[str, bytes | None]:
    blobs = keyring.encrypt_all({PURPOSES[name]: pin for name, pin in pins.items() if pin})
    return {name: blobs.get(PURPOSES[name]) for name in pins}


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: values[name] for name in _COLUMNS if name in values}
    return columns | ({"name_key": fold(values["name"])} if "name" in values else {})


def _document(settings: Mapping[str, Any]) -> str:
    return orjson.dumps(settings).decode()


def _query(tenant_id: int) -> Any:
    row = tables.Conference
    joined = row.select(tenant_id, row, Extension.number.alias("owner"))
    return joined.join(Extension, JOIN.LEFT_OUTER, on=Extension.id == row.owner_id)


def _conference(row: Any) -> Conference:
    stored = {name: getattr(row, name) for name in ("owner_id", "settings", *PINS)}
    settings = {**_DEFAULTS, **orjson.loads(row.settings)}
    return Conference(
        row.id, row.number, row.name, row.description, row.enabled, row.owner_id, row.owner or "", settings, stored
    )

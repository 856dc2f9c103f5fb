"""Phones: what stands on desks, known by serial number and model, with lines and groups.

Source: contract, sections 5.8 and 6.3 (P).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx import trail
from portsip_api.pbx.devices import credentials, lines, tables
from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices.groups import PhoneGroup
from portsip_api.pbx.devices.keys import by_serials, clean_serial, phone_id
from portsip_api.pbx.devices.lines import Line
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.device_models import PhoneModel, phone_model
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.dialect import one_of
from portsip_api.store.paging import Slice

MOST_ADDED: Final = 1_000
MOST_GROUPS: Final = 100
BLOCK: Final = 500  # phones that are read at once
PHONE: Rules = {"serial": Text(64, 1), "description": Text(255, lines=True), "model_id": Text(128)}
_TAKEN: Final = "Another phone has this serial number."
_REFUSALS: Refusals = {"phone_tenant_id_serial_key": lambda: Duplicate(_TAKEN, "serial")}


@dataclass(frozen=True)
class Phone:
    """A phone: its serial number in lower case, its firmware among the versions of its model, its lines and groups."""

    id: int
    serial: str
    device_version: str | None
    description: str | None
    model_id: str
    lines: Sequence[Line] = ()
    groups: Sequence[PhoneGroup] = ()


@dataclass(frozen=True)
class Skipped:
    """A phone of a list that was not added, by its place in the list, and why."""

    place: int
    reason: str


def page(tenant_id: int, part: Slice | None = None) -> Sequence[Phone]:
    """Return phones by id, with lines and groups, in three statements: a part of the list, or all of it."""
    rows = _rows(tenant_id)
    return _assembled(tenant_id, rows.limit(part.limit).offset(part.offset) if part else rows)


def everything(tenant_id: int) -> Iterator[Sequence[Phone]]:
    """Yield all phones by id, in blocks of BLOCK that are read as they are asked for, each in three statements."""
    last = 0
    while True:
        block = _assembled(tenant_id, _rows(tenant_id).where(tables.Phone.id > last).limit(BLOCK))
        if not block:
            return
        yield block
        last = block[-1].id


def with_line(tenant_id: int, text: str) -> Sequence[Phone]:
    """Return the phones with a line in whose user name, extension or address `text` stands, by id."""
    found = tables.Phone.id.in_(one_of(lines.phones_with(tenant_id, text)))
    return _assembled(tenant_id, _rows(tenant_id).where(found))


def of_user(tenant_id: int, user_id: int) -> Sequence[Phone]:
    """Return the phones with a line of a user, by id; none for a user that does not exist."""
    line = tables.PhoneLine
    theirs = line.select(tenant_id, line.phone_id).where(line.extension_id == row_id(user_id))
    return _assembled(tenant_id, _rows(tenant_id).where(tables.Phone.id.in_(theirs)))


def show(tenant_id: int, key: int | str) -> Phone:
    """Return the phone that `key` names: an id, or a text that is an id in digits or a serial number.

    Raises NotFound.
    """
    return _one(tenant_id, tables.Phone.id == phone_id(tenant_id, key))


def find_by_serial(tenant_id: int, serial: str) -> Phone:
    """Return the phone with that serial number, also when its digits are another phone's id. Raises NotFound."""
    return _one(tenant_id, tables.Phone.serial == clean_serial(serial))


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a phone of `serial`, `model_id`, `description` and `device_version`, with a credential; return its id.

    A version that the model does not have is like none. `groups`, names, are joined and made when missing. Raises
    NotFound (no such model), Invalid and Duplicate (the serial number is taken).
    """
    model_id = fields.get("model_id")
    if not isinstance(model_id, str):
        raise NotFound("No such phone model defined.")
    model = phone_model(model_id)
    columns = _checked(model, fields) | {"device_version": _version(model, fields)}
    credential = credentials.new()
    with database.writing(), refusing(_REFUSALS):
        id_ = tables.Phone.insert(tenant_id, model_id=model.model_id, **columns)
        credentials.insert_all(tenant_id, [id_], [credential])
        _join(tenant_id, id_, fields)
    return id_


def replace(tenant_id: int, key: int | str, fields: Mapping[str, object]) -> int:
    """Give a phone a new serial number, description and version (None when not sent) and return its id.

    Its model and lines stay; `groups`, names, are joined beside those it is in. Raises NotFound, Invalid and Duplicate.
    """
    with database.writing(), refusing(_REFUSALS):
        before = show(tenant_id, key)
        model = phone_model(before.model_id)
        columns = _checked(model, fields) | {"device_version": _version(model, fields)}
        tables.Phone.update(tenant_id, columns, id=before.id)
        _join(tenant_id, before.id, fields)
    return before.id


def destroy(tenant_id: int, key: int | str) -> None:
    """Delete a phone with its lines and settings. Raises NotFound."""
    with database.writing():
        tables.Phone.delete(tenant_id, id=phone_id(tenant_id, key))


def add_many(tenant_id: int, items: Sequence[Mapping[str, object]]) -> Sequence[Skipped]:
    """Make phones of `serial`, `model`, `description` and `version`; return those that could not be made, and why.

    A version is a part of the name of one of the model's; without one the phone has the model's default. Raises
    Invalid when there are more than MOST_ADDED. Source: contract, section 5.8.
    """
    if len(items) > MOST_ADDED:
        raise Invalid({"phones": [f"Must have at most {MOST_ADDED} phones."]})
    skipped, made = {}, {}
    for place, item in enumerate(items):
        try:
            made[place] = _draft(item)
        except (NotFound, Invalid) as error:
            skipped[place] = str(error)
    drafts = [credentials.new() for _ in made]
    with database.writing():
        serials = set(by_serials(tenant_id, (columns["serial"] for columns in made.values())))
        for place, columns in list(made.items()):
            if columns["serial"] in serials:
                skipped[place] = _TAKEN
                del made[place]
            serials.add(columns["serial"])
        tables.Phone.insert_all(tenant_id, list(made.values()))
        ids = by_serials(tenant_id, (columns["serial"] for columns in made.values()))
        credentials.insert_all(tenant_id, list(ids.values()), drafts[: len(ids)])
    return [Skipped(place, reason) for place, reason in sorted(skipped.items())]


def _draft(item: Mapping[str, object]) -> dict[str, Any]:
    model = phone_model(str(item.get("model")))
    wanted = item.get("version")
    version = _version(model, {"device_version": model.default_version})
    if model.versions and wanted:
        version = next((name for name in model.versions if str(wanted) in name), None)
        if version is None:
            raise Invalid({"version": ["Must be a part of the name of a version of the model."]})
    return _checked(model, item) | {"model_id": model.model_id, "device_version": version}


def _join(tenant_id: int, id_: int, fields: Mapping[str, object]) -> None:
    names = fields.get("groups") or []
    if not isinstance(names, list):
        raise Invalid({"groups": ["Must be an array of names of phone groups."]})
    if len(names) > MOST_GROUPS:
        raise Invalid({"groups": [f"Must be at most {MOST_GROUPS} at a time."]})
    for name in names:
        phone_groups.add_phone(tenant_id, id_, name)


def _version(model: PhoneModel, fields: Mapping[str, object]) -> str | None:
    version = fields.get("device_version")
    return version if isinstance(version, str) and version in (model.versions or ()) else None


def _checked(model: PhoneModel, fields: Mapping[str, object]) -> dict[str, Any]:
    """Return the serial number and the description. Raises Invalid."""
    values = checked(PHONE, {name: value for name, value in fields.items() if value is not None})
    serial = clean_serial(values.get("serial", ""))
    if not re.fullmatch(model.serial_pattern, serial, re.ASCII):
        raise Invalid({"serial": ["Must be a serial number of this model, mostly a MAC address of 12 digits."]})
    return {"serial": serial, "description": values.get("description")}


def _rows(tenant_id: int) -> Any:
    """Return a query of phones by id, each as a mapping of what a Phone is made of beside lines and groups."""
    phone = tables.Phone
    fields = (phone.id, phone.serial, phone.device_version, phone.description, phone.model_id)
    return phone.select(tenant_id, *fields).order_by(phone.id).dicts()


def _one(tenant_id: int, condition: peewee.Expression) -> Phone:
    found = _assembled(tenant_id, _rows(tenant_id).where(condition))
    if not found:
        raise NotFound(tables.Phone.missing)
    trail.about(found[0].id)
    return found[0]


def _assembled(tenant_id: int, query: Any) -> Sequence[Phone]:
    rows = list(query)
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    all_lines, all_groups = lines.of_phones(tenant_id, ids), phone_groups.of_phones(tenant_id, ids)
    return [Phone(**row, lines=all_lines.get(row["id"], ()), groups=all_groups.get(row["id"], ())) for row in rows]

"""Phones: what stands on desks, known by serial number and model, with lines and groups.

Source: contract, sections 5.8 and 6.3 (P).
"""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import lines
from portsip_api.pbx.devices.groups import PhoneGroup
from portsip_api.pbx.devices.keys import clean_serial, phone_id
from portsip_api.pbx.devices.lines import Line
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.settings.device_models import PhoneModel, phone_model
from portsip_api.pbx.values import Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.paging import Slice

MOST_ADDED: Final = 1_000
MOST_GROUPS: Final = 100
BLOCK: Final = 500  # phones that are read at once
PHONE: Rules = {"serial": Text(64, 1), "description": Text(255, lines=True), "model_id": Text(128)}
_COLUMNS: Final = "id, serial, device_version, description, model_id"


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
    limit, offset = (part.limit, part.offset) if part else (-1, 0)
    rows = database.fetch_all(
        f"SELECT {_COLUMNS} FROM phone WHERE id IN (SELECT id FROM phone INDEXED BY phone_tenant WHERE tenant_id = ?"
        " ORDER BY id LIMIT ? OFFSET ?) ORDER BY id",
        (tenant_id, limit, offset),
    )
    return _assembled(tenant_id, rows)


def everything(tenant_id: int) -> Iterator[Sequence[Phone]]:
    """Yield all phones by id, in blocks of BLOCK that are read as they are asked for, each in three statements."""
    last = 0
    while True:
        rows = database.fetch_all(
            f"SELECT {_COLUMNS} FROM phone WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?", (tenant_id, last, BLOCK)
        )
        if not rows:
            return
        yield _assembled(tenant_id, rows)
        last = rows[-1][0]


def with_line(tenant_id: int, text: str) -> Sequence[Phone]:
    """Return the phones with a line in whose user name, extension or address `text` stands, by id."""
    rows = database.fetch_all(
        f"SELECT {_COLUMNS} FROM phone WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(lines.phones_with(tenant_id, text)),),
    )
    return _assembled(tenant_id, rows)


def show(tenant_id: int, key: int | str) -> Phone:
    """Return the phone that `key` names: an id, or a text that is an id in digits or a serial number.

    Raises NotFound.
    """
    row = database.fetch_row(f"SELECT {_COLUMNS} FROM phone WHERE id = ?", (phone_id(tenant_id, key),))
    if row is None:  # it has just gone
        raise NotFound("There is no such phone.")
    return _assembled(tenant_id, [row])[0]


def find_by_serial(tenant_id: int, serial: str) -> Phone:
    """Return the phone with that serial number, also when its digits are another phone's id. Raises NotFound."""
    row = database.fetch_row(
        f"SELECT {_COLUMNS} FROM phone WHERE tenant_id = ? AND serial = ?", (tenant_id, clean_serial(serial))
    )
    if row is None:
        raise NotFound("There is no such phone.")
    return _assembled(tenant_id, [row])[0]


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a phone of `serial`, `model_id`, `description` and `device_version` and return its id.

    A version that the model does not have is like none. `groups`, names, are joined and made when missing. Raises
    NotFound (no such model), Invalid and Duplicate (the serial number is taken).
    """
    model_id = fields.get("model_id")
    if not isinstance(model_id, str):
        raise NotFound("No such phone model defined.")
    model = phone_model(model_id)
    values = _checked(model, fields)
    with database.writing():
        id_ = _insert(tenant_id, model, values, _version(model, fields))
        _join(tenant_id, id_, fields)
    return id_


def replace(tenant_id: int, key: int | str, fields: Mapping[str, object]) -> int:
    """Give a phone a new serial number, description and version (None when not sent) and return its id.

    Its model and lines stay; `groups`, names, are joined beside those it is in. Raises NotFound, Invalid and Duplicate.
    """
    with database.writing():
        before = show(tenant_id, key)
        model = phone_model(before.model_id)
        values = _checked(model, fields)
        try:
            database.execute(
                "UPDATE phone SET serial = ?, description = ?, device_version = ? WHERE id = ?",
                (values["serial"], values.get("description"), _version(model, fields), before.id),
            )
        except peewee.IntegrityError as error:
            raise _taken() from error
        _join(tenant_id, before.id, fields)
    return before.id


def destroy(tenant_id: int, key: int | str) -> None:
    """Delete a phone with its lines and settings. Raises NotFound."""
    with database.writing():
        database.execute("DELETE FROM phone WHERE id = ?", (phone_id(tenant_id, key),))


def add_many(tenant_id: int, items: Sequence[Mapping[str, object]]) -> Sequence[Skipped]:
    """Make phones of `serial`, `model`, `description` and `version`; return those that could not be made, and why.

    A version is a part of the name of one of the model's; without one the phone has the model's default. Raises
    Invalid when there are more than MOST_ADDED. Source: contract, section 5.8.
    """
    if len(items) > MOST_ADDED:
        raise Invalid({"phones": [f"Must have at most {MOST_ADDED} phones."]})
    skipped = []
    with database.writing():
        for place, item in enumerate(items):
            try:
                _add(tenant_id, item)
            except (NotFound, Invalid, Duplicate) as error:
                skipped.append(Skipped(place, str(error)))
    return skipped


def _add(tenant_id: int, item: Mapping[str, object]) -> None:
    model = phone_model(str(item.get("model")))
    wanted = item.get("version")
    version = _version(model, {"device_version": model.default_version})
    if model.versions and wanted:
        version = next((name for name in model.versions if str(wanted) in name), None)
        if version is None:
            raise Invalid({"version": ["Must be a part of the name of a version of the model."]})
    _insert(tenant_id, model, _checked(model, item), version)


def _insert(tenant_id: int, model: PhoneModel, values: Mapping[str, Any], version: str | None) -> int:
    try:
        return database.insert(
            "INSERT INTO phone (tenant_id, serial, device_version, description, model_id) VALUES (?, ?, ?, ?, ?)",
            (tenant_id, values["serial"], version, values.get("description"), model.model_id),
        )
    except peewee.IntegrityError as error:
        raise _taken() from error


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
    values = checked(PHONE, {name: value for name, value in fields.items() if value is not None})
    serial = clean_serial(values.get("serial", ""))
    if not re.fullmatch(model.serial_pattern, serial, re.ASCII):
        raise Invalid({"serial": ["Must be a serial number of this model, mostly a MAC address of 12 digits."]})
    return {**values, "serial": serial}


def _assembled(tenant_id: int, rows: Sequence[Any]) -> Sequence[Phone]:
    phones = [Phone(*row) for row in rows]
    ids = [phone.id for phone in phones]
    all_lines, all_groups = lines.of_phones(tenant_id, ids), phone_groups.of_phones(tenant_id, ids)
    return [
        dataclasses.replace(phone, lines=all_lines.get(phone.id, ()), groups=all_groups.get(phone.id, ()))
        for phone in phones
    ]


def _taken() -> Duplicate:
    return Duplicate("Another phone has this serial number.", "serial")

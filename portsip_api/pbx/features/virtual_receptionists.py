"""Virtual receptionists: attendants that have a number, with their prompt and their menu.

They are the same attendants that sipXcom's special and live modes know (`attendants`).
Source: contract `portsip-more.md`, section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from peewee import fn

from portsip_api.pbx.errors import Conflict, Duplicate, Invalid
from portsip_api.pbx.features import attendant_menus, attendants, played_prompts, tables
from portsip_api.pbx.features.attendant_menus import MENU, Menu
from portsip_api.pbx.features.played_prompts import PromptName
from portsip_api.pbx.media import prompts
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Rules, Text, Whole, checked
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

NUMBER: Final = Text(20, 1, pattern=r"[0-9A-Za-z*#+]+", meaning="made of digits, letters, *, # and +")
NAME: Final = Text(64, 1)
PROMPT: Final = PromptName()
LANGUAGE: Final = Text(35, 1, default="en_US")
GAP_TIME: Final = Whole(1, 30, 3)  # seconds
RECEPTIONIST: Final[Rules] = {
    "virtual_receptionist_number": NUMBER,
    "name": NAME,
    "prompt": PROMPT,
    "language": LANGUAGE,
    "gap_time": GAP_TIME,
}
KEPT: Final[Rules] = {"call_transfer_fileid": Text(255)}
_MOST_KEPT: Final = 16 << 10  # bytes
_COLUMNS: Final = {
    "virtual_receptionist_number": "number",
    "name": "name",
    "prompt": "prompt",
    "language": "language",
    "gap_time": "gap_time",
}
_REFUSALS: Final[Refusals] = {
    "attendant_tenant_id_name_key_key": lambda: Duplicate("Another virtual receptionist has this name.", "name"),
    "attendant_tenant_id_number_key": taken("virtual_receptionist_number"),
    DIALLED: taken("virtual_receptionist_number"),
}


@dataclass(frozen=True)
class ReceptionistKey:
    """What names a receptionist: its number or its id; the id is used when both are given."""

    number: str | None = None
    id: int | None = None


@dataclass(frozen=True)
class Receptionist:
    """A receptionist; `gap_time` is in seconds, and `kept` is what is shown as it was sent."""

    id: int
    virtual_receptionist_number: str
    name: str
    prompt: str
    language: str
    gap_time: int
    menu: Menu
    kept: Mapping[str, Any]


def page(tenant_id: int, part: Slice) -> Page:
    """Return attendants that have a number, by it, as rows with `id`, `number` and `name`."""
    row = tables.Attendant
    order = [key.desc() if part.descending else key.asc() for key in (fn.LENGTH(row.number), row.number)]
    there = row.number.is_null(False)
    rows = row.page(tenant_id, there, order=order, limit=part.limit, offset=part.offset)
    return Page(rows, row.count(tenant_id, there))


def show(tenant_id: int, key: ReceptionistKey) -> Receptionist:
    """Return one receptionist with its menu; one named by its id may have no number. Raises NotFound."""
    row = _row(tenant_id, key)
    values: dict[str, Any] = {name: getattr(row, column) or "" for name, column in _COLUMNS.items()}
    menu = attendant_menus.read(row.menu, attendant_menus.pointing(tenant_id, row.id))
    return Receptionist(id=row.id, menu=menu, kept=orjson.loads(row.kept), **values)


def create(tenant_id: int, fields: Mapping[str, Any]) -> int:
    """Make a receptionist and return its id.

    `fields` are those of RECEPTIONIST (number and name are required), of MENU and of KEPT, and `urlactions`, whatever
    it is. Raises Invalid, FileNotThere (of no such prompt), Duplicate and Conflict (the tenant has as many as it may).
    """
    values, menu, kept = _checked(fields)
    missing = {name: ["Missing."] for name in ("virtual_receptionist_number", "name") if name not in values}
    if missing:
        raise Invalid(missing)
    with database.writing():
        attendants.require_room(tenant_id)
        _require_prompt(tenant_id, values)
        with refusing(_REFUSALS):
            receptionist_id = tables.Attendant.insert(
                tenant_id, **_columns(values), live=False, kept=orjson.dumps(kept).decode()
            )
        _set_menu(tenant_id, receptionist_id, "{}", menu)
    return receptionist_id


def update(tenant_id: int, key: ReceptionistKey, fields: Mapping[str, Any]) -> None:
    """Change a receptionist; what is not sent stays.

    With an id as key, `virtual_receptionist_number` renames, and gives a number to an attendant that has none.
    Raises NotFound, FileNotThere (of no such prompt), Invalid and Duplicate.
    """
    values, menu, kept = _checked(fields)
    if key.id is None:
        values.pop("virtual_receptionist_number", None)
    with database.writing():
        row = _row(tenant_id, key)
        before = row.prompt
        if values.get("prompt", before) != before:
            _require_prompt(tenant_id, values)
        columns = _columns(values) | ({"kept": orjson.dumps(orjson.loads(row.kept) | kept).decode()} if kept else {})
        with refusing(_REFUSALS):
            tables.Attendant.update(tenant_id, columns, id=row.id)
        _set_menu(tenant_id, row.id, row.menu, menu)
    played_prompts.forget_unused(tenant_id, before)


def destroy(tenant_id: int, key: ReceptionistKey) -> None:
    """Delete a receptionist and free its number; what points at it is left empty.

    Raises NotFound and Conflict (a built-in attendant stays, and so does the one that special mode has put in place of
    all).
    """
    with database.writing():
        row = _row(tenant_id, key)
        attendants.destroy(tenant_id, row.system_id or attendants.key_of(row.id))
    played_prompts.forget_unused(tenant_id, row.prompt)


def add_prompt(tenant_id: int, name: str, content: bytes) -> str:
    """Store a WAV file as a prompt that receptionists can name, and return its name.

    Raises Conflict (there is one of this name, or no room), Invalid, Unsupported and TooLarge.
    """
    try:
        return prompts.add(tenant_id, prompts.ATTENDANTS, name, content).name
    except Duplicate:
        raise Conflict("A prompt of this name is there: name it in `prompt`, or send one of another name.") from None


def has_prompt(tenant_id: int, name: str) -> bool:
    """Tell whether receptionists can name that prompt."""
    return prompts.exists(tenant_id, prompts.ATTENDANTS, name)


def _row(tenant_id: int, key: ReceptionistKey) -> tables.Attendant:
    if key.id is not None:
        return tables.Attendant.get(tenant_id, id=key.id)
    return tables.Attendant.get(tenant_id, number=key.number)


def _checked(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the values, the steps of the menu, and what is kept. Raises Invalid."""
    kept = checked(KEPT, fields) | {name: fields[name] for name in ("urlactions",) if name in fields}
    if len(orjson.dumps(kept)) > _MOST_KEPT:
        raise Invalid({"urlactions": [f"Must have at most {_MOST_KEPT >> 10} KiB as JSON."]})
    return checked(RECEPTIONIST, fields), checked(MENU, fields), kept


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = {column: values[name] for name, column in _COLUMNS.items() if name in values}
    return columns | ({"name_key": fold(values["name"])} if "name" in values else {})


def _require_prompt(tenant_id: int, values: Mapping[str, Any]) -> None:
    if values.get("prompt"):
        prompts.require(tenant_id, prompts.ATTENDANTS, values["prompt"])


def _set_menu(tenant_id: int, receptionist_id: int, document: str, steps: Mapping[str, Any]) -> None:
    if steps:
        written = attendant_menus.write(tenant_id, receptionist_id, document, steps)
        tables.Attendant.update(tenant_id, {"menu": written}, id=receptionist_id)

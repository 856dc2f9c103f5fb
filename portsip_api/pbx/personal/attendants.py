"""Personal attendants: what callers hear in a user's voicemail, and where the keys lead that they press there.

A number of the tenant is pointed at, and so follows a change of it. Who is reached by `operator` is so at the key 0,
unless the menu has one. Source: contract sipxcom-user.md, section 6.2 (`/my/voicemail/attendant`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Forbidden, Invalid
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.numbers import references
from portsip_api.pbx.numbers.references import PERSONAL_ATTENDANT, Place
from portsip_api.pbx.personal import preferences
from portsip_api.pbx.personal.preferences import RULES, Part
from portsip_api.pbx.personal.tables import PersonalAttendantKey
from portsip_api.pbx.routing.presses import KEYS, OPERATOR, PERMISSION
from portsip_api.pbx.values import Text, checked, defaults
from portsip_api.store import database

LANGUAGES: Final = ("en",)  # of the voice that comes with the PBX
_TARGET: Final = Text(128)
_USUAL: Final = defaults(RULES[Part.ATTENDANT])
_NO_NUMBER: Final = "Must be a number that can be dialled."


@dataclass(frozen=True)
class PersonalAttendant:
    """A user's attendant: the values of `Part.ATTENDANT`, and numbers, of which one that is gone is empty.

    `operator` is None where there is none; `permitted` tells whether the user may have one at all.
    """

    values: Mapping[str, Any]
    operator: str | None
    menu: Mapping[str, str]
    permitted: bool


@dataclass(frozen=True)
class Voice:
    """What callers hear in a user's voicemail: whether they are told how to leave a message, and may, in a language.

    `deletes_mailed` tells that a message is deleted once it was sent to the user by e-mail, with its audio.
    """

    language: str
    tells_options: bool
    takes_messages: bool
    deletes_mailed: bool


def show(tenant_id: int, user_id: int) -> PersonalAttendant:
    """Return the attendant of a user, in four statements. Raises NotFound."""
    find_id(tenant_id, ExtensionKey(id=user_id))
    targets = _targets(tenant_id, user_id)
    operator = targets.pop(OPERATOR, None)
    menu = {key: targets[key] for key in KEYS if key in targets}
    permitted = permission_values.has(tenant_id, user_id, PERMISSION)
    return PersonalAttendant(preferences.show(tenant_id, user_id, Part.ATTENDANT), operator, menu, permitted)


def update(tenant_id: int, user_id: int, fields: Mapping[str, Any]) -> None:
    """Set what `fields` names: values of `Part.ATTENDANT`, the `operator` (empty: none), and the whole `menu`.

    A number is one of the tenant, an address of its domain, or one to dial outside, where the user's own rights hold
    when it is pressed. What stays as it is, is left alone, be its target gone. Raises Invalid, NotFound, and Forbidden
    for a user who may have no attendant.
    """
    values = {name: value for name, value in fields.items() if name not in {"menu", OPERATOR}}
    wanted = _wanted(fields)
    with database.writing():
        preferences.update(tenant_id, user_id, Part.ATTENDANT, values)
        if not permission_values.has(tenant_id, user_id, PERMISSION):
            raise Forbidden("You may have no personal attendant.")
        before = _targets(tenant_id, user_id)
        changed = {key: text for key, text in wanted.items() if text != before.get(key)}
        _require_numbers(tenant_id, changed)
        for key, text in changed.items():
            _set(tenant_id, user_id, key, text)


def takes_messages(tenant_id: int, user_id: int) -> bool:
    """Tell whether callers may leave a message in a user's voicemail; one or two statements."""
    return voice(tenant_id, user_id).takes_messages


def voice(tenant_id: int, user_id: int) -> Voice:
    """Return what callers hear in a user's voicemail; one statement, or two where something was set."""
    return read_voice(tenant_id, user_id, preferences.show(tenant_id, user_id, Part.ATTENDANT))


def read_voice(tenant_id: int, user_id: int, given: Mapping[str, Any]) -> Voice:
    """Return the same of what a user has set of `Part.ATTENDANT`; no statement, or one where something was set."""
    values = {**_USUAL, **given}
    if values != _USUAL and not permission_values.has(tenant_id, user_id, PERMISSION):
        values = _USUAL
    return Voice(values["language"], values["play_options"], values["deposit"], values["forward_delete"])


def _targets(tenant_id: int, user_id: int) -> dict[str, str]:
    table = PersonalAttendantKey
    rows = table.page(tenant_id, table.extension_id == user_id, order=[table.key])
    pointed = references.texts(tenant_id, PERSONAL_ATTENDANT, [user_id])
    return {row.key: pointed.get((user_id, row.key), row.number) for row in rows}


def _wanted(fields: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the number that each key is to have that `fields` names, None for none. Raises Invalid."""
    wanted: dict[str, str | None] = {}
    if "menu" in fields:
        given: Mapping[str, Any] = fields["menu"]
        if unknown := [key for key in given if key not in KEYS]:
            raise Invalid({"menu": [f"Must have no other keys than {' '.join(KEYS)}; it has {len(unknown)}."]})
        menu = {key: text for key, text in given.items() if text is not None}
        wanted |= dict.fromkeys(KEYS) | checked(dict.fromkeys(KEYS, _TARGET), menu, "menu.")
    if OPERATOR in fields:
        wanted[OPERATOR] = checked({OPERATOR: _TARGET}, {OPERATOR: fields[OPERATOR]})[OPERATOR] or None
    return wanted


def _require_numbers(tenant_id: int, changed: Mapping[str, str | None]) -> None:
    errors = {
        key if key == OPERATOR else f"menu.{key}": [_NO_NUMBER]
        for key, text in changed.items()
        if text is not None and not references.can_be_dialled(tenant_id, text)
    }
    if errors:
        raise Invalid(errors)


def _set(tenant_id: int, user_id: int, key: str, text: str | None) -> None:
    place = Place(PERSONAL_ATTENDANT, user_id, key)
    references.release(tenant_id, place)
    PersonalAttendantKey.delete(tenant_id, extension_id=user_id, key=key)
    if text is not None:
        number = references.point(tenant_id, place, text)
        PersonalAttendantKey.insert(tenant_id, extension_id=user_id, key=key, number=number)

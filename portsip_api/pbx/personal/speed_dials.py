"""Speed dials: the buttons of a user's phones. A number of the tenant is pointed at, and so follows a change of it.

Source: contract sipxcom-user.md, section 6.4 (`/my/speeddial`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Forbidden, Invalid
from portsip_api.pbx.extensions import permission_values, user_directory
from portsip_api.pbx.numbers import references
from portsip_api.pbx.personal import preferences
from portsip_api.pbx.personal.tables import SpeedDial, UserPreferences
from portsip_api.pbx.replacements import objects
from portsip_api.pbx.values import Flag, Rules, Text
from portsip_api.store import database

PERMISSION: Final = "subscribe-to-presence"
MOST_BUTTONS: Final = 100
BUTTON: Rules = {"label": Text(64), "number": Text(128), "blf": Flag(False)}
_USERS: Final = {"EXTENSION", "ALIAS"}
_NO_NUMBER: Final = "Must be a number that can be dialled."


@dataclass(frozen=True)
class Button:
    """A number under a label; with `blf` it shows whether the number is busy."""

    label: str
    number: str
    blf: bool


@dataclass(frozen=True)
class SpeedDials:
    """A user's buttons. Who has none of the user's own has those of groups, which have none so far."""

    own: bool
    buttons: Sequence[Button]
    can_watch: bool


def show(tenant_id: int, user_id: int) -> SpeedDials:
    """Return the speed dials of a user, in four statements."""
    row = UserPreferences.find(tenant_id, extension_id=user_id)
    can_watch = permission_values.has(tenant_id, user_id, PERMISSION)
    if row is None or not row.own_speed_dials:
        return SpeedDials(own=False, buttons=[], can_watch=can_watch)
    return SpeedDials(own=True, buttons=buttons(tenant_id, user_id), can_watch=can_watch)


def buttons(tenant_id: int, user_id: int) -> list[Button]:
    """Return the buttons of a user; a number that is gone is empty."""
    rows = SpeedDial.page(tenant_id, SpeedDial.extension_id == user_id, order=[SpeedDial.position])
    pointed = references.texts(tenant_id, references.SPEED_DIAL, [user_id])
    return [Button(row.label, pointed.get((user_id, str(row.position)), row.number), row.blf) for row in rows]


def replace(tenant_id: int, user_id: int, fields: Mapping[str, object]) -> None:
    """Give a user the `buttons` of `fields`, each a mapping of BUTTON, in their order.

    A number is one of the tenant, an address of its domain, or one to dial outside; what is stored and none of these,
    as the empty number of what is gone, may be sent back. A button with `blf` is for another user, and new ones need
    the permission. Raises Invalid, NotFound and Forbidden.
    """
    given = objects(fields, "buttons", MOST_BUTTONS, BUTTON, ("number",))
    with database.writing():
        before = buttons(tenant_id, user_id)
        _require_numbers(tenant_id, given, before)
        _require_watched(tenant_id, user_id, given, before)
        preferences.write(tenant_id, user_id, {"own_speed_dials": True})
        _set(tenant_id, user_id, given)


def inherit(tenant_id: int, user_id: int) -> None:
    """Let a user have those of the groups, and none of the user's own. Raises NotFound."""
    with database.writing():
        preferences.write(tenant_id, user_id, {"own_speed_dials": False})
        _set(tenant_id, user_id, [])


def _require_numbers(tenant_id: int, given: Sequence[Mapping[str, Any]], before: Sequence[Button]) -> None:
    left = Counter(button.number for button in before)
    left.subtract(button["number"] for button in given)
    errors = {
        f"buttons.{index}.number": [_NO_NUMBER]
        for index, button in enumerate(given)
        if left[button["number"]] < 0 and not references.can_be_dialled(tenant_id, button["number"])
    }
    if errors:
        raise Invalid(errors)


def _require_watched(
    tenant_id: int, user_id: int, given: Sequence[Mapping[str, Any]], before: Sequence[Button]
) -> None:
    watched = {button.number for button in before if button.blf}
    new = [(index, button) for index, button in enumerate(given) if button["blf"] and button["number"] not in watched]
    if not new:
        return
    if not permission_values.has(tenant_id, user_id, PERMISSION):
        raise Forbidden("You may not watch whether others are busy.")
    errors = {}
    for index, button in new:
        found = references.named(tenant_id, button["number"])
        if found.kind not in _USERS or user_directory.find(tenant_id, found.number) == user_id:
            errors[f"buttons.{index}.blf"] = ["Must be false: only other users can be watched."]
    if errors:
        raise Invalid(errors)


def _set(tenant_id: int, user_id: int, given: Sequence[Mapping[str, Any]]) -> None:
    SpeedDial.delete(tenant_id, extension_id=user_id)
    references.release_all(tenant_id, references.SPEED_DIAL, user_id)
    places = [references.Place(references.SPEED_DIAL, user_id, str(position)) for position in range(len(given))]
    rows = [
        {
            "extension_id": user_id,
            "position": position,
            "label": button["label"],
            "number": button["number"] and references.point(tenant_id, places[position], button["number"]),
            "blf": button["blf"],
        }
        for position, button in enumerate(given)
    ]
    SpeedDial.insert_all(tenant_id, rows)

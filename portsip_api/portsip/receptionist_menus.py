"""What clients send for a key of a virtual receptionist: an object, or as older consoles do an array.

Source: contract `portsip-more.md`, section 3, `virtual_receptionist`, and section 1.2.
"""

from typing import Any, Final

import orjson
from marshmallow import ValidationError

from portsip_api.pbx.features.attendant_menus import MENU
from portsip_api.pbx.values import Kind, Rules
from portsip_api.portsip.core.fields import Request, Ruled, RuledObject
from portsip_api.portsip.core.wire import WireText

# What whole numbers from 1 stand for; 0 means that the action was not sent.
CODES: Final = (
    "DISCONNECT",
    "CONNECT_TO_ANOTHER_EXTENSION",
    "CONNECT_TO_RING_GROUP",
    "CONNECT_TO_CALL_QUEUE",
    "CONNECT_TO_VIRTUAL_RECEPTIONIST",
    "CONNECT_TO_VOICE_MAIL",
    "REPEAT",
)
_TOLD: Final = {
    "timeout": "What follows when nothing is pressed for `seconds`.",
    "failure": "What follows when what was pressed leads nowhere.",
}


class MenuStep(RuledObject):
    """An action and its target, as an object or as an array of both; in a form as the JSON of either."""

    def __init__(self, name: str, rules: Rules) -> None:
        """Keep the names of the parts, in the order in which an array has them."""
        parts = {
            part: Ruled(kind, codes=CODES if part == "action" else ())
            for part, kind in rules.items()
            if isinstance(kind, Kind)
        }
        super().__init__(type(f"Receptionist{name.title()}", (Request,), dict(parts)), rules)
        self.parts = tuple(parts)
        told = _TOLD.get(name, f"What follows when {name[-1]} is pressed; with an empty `action`, nothing does.")
        array = ", ".join(f"`{part}`" for part in self.parts)
        self.metadata = {"description": f"{told} It may also be sent as an array of {array}."}

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        """Return the parts that were sent, checked. Raises ValidationError."""
        return super().deserialize(self._as_object(value), attr, data, **options)

    def _as_object(self, value: object) -> object:
        if isinstance(value, WireText):
            try:
                value = orjson.loads(str(value))
            except orjson.JSONDecodeError:
                raise ValidationError("Must be an object or an array, as JSON.") from None
        if not isinstance(value, list):
            return value
        if len(value) > len(self.parts):
            raise ValidationError(f"Must be an array of {', '.join(self.parts)}.")
        return dict(zip(self.parts, value, strict=False))


def fields() -> dict[str, MenuStep]:
    """Return a field for each step of a menu."""
    return {name: MenuStep(name, rules) for name, rules in MENU.items() if isinstance(rules, dict)}

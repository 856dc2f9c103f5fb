"""`/rest/auto-attendant`: auto attendants, the special mode, and live mode.

Source: sipXcom REST API, "Auto Attendant"; contract `sipxcom-admin.md`, section 5.1.
"""

from typing import Any, Final

from portsip_api.pbx.features import attendants as pbx_attendants
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, Resources
from portsip_api.sipxcom.core.records import FLAG, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import REST

attendants = Resources("auto attendants", __name__, REST, "Auto attendants", objects=True)
live_modes = Resources("live modes", __name__, REST, "Live mode of auto attendants")

_ATTENDANT: Final = Record(
    "autoAttendant",
    (
        Leaf("name"),
        Leaf("systemId", meaning="`operator` or `afterhour`; a custom attendant has none."),
        Leaf("specialSelected", FLAG, "Whether special mode puts it in the place of all."),
    ),
    "AutoAttendant",
)
_ATTENDANTS: Final = Record("autoAttendants", (Many("autoAttendants", _ATTENDANT, bare=True),), "AutoAttendants")
_MODE: Final = Record("specialAttendant", (Leaf("specialMode", FLAG),), "SpecialMode")
_BASE: Final = "/rest/auto-attendant"
_NAMES_NOTE: Final = "The attendant is `operator`, `afterhour`, or `xcf-` and the id of a custom one; another: 400."
_BODY_NOTE: Final = "A body is not needed, and not looked at."


@attendants.route(_BASE)
@attendants.allowed(Access.PROMPTS)
@attendants.answers(_ATTENDANTS)
def list_attendants() -> dict[str, Any]:
    """List auto attendants, the two built-in ones first."""
    found = pbx_attendants.list_all(current_tenant())
    return {
        "autoAttendants": [
            {"name": item.name, "systemId": item.system_id, "specialSelected": item.special} for item in found
        ]
    }


@attendants.route(f"{_BASE}/specialmode")
@attendants.allowed(Access.PROMPTS)
@attendants.answers(_MODE)
def show_special_mode() -> dict[str, Any]:
    """Show whether special mode is on."""
    return {"specialMode": pbx_attendants.special_mode(current_tenant())}


@attendants.route(f"{_BASE}/specialmode", methods=["PUT"])
@attendants.reads(IGNORED)
@attendants.allowed(Access.PROMPTS)
@attendants.answers(NOTHING, status=204, note=f"Where none is selected, `afterhour` is. {_BODY_NOTE}")
def enable_special_mode() -> None:
    """Put the selected attendant in the place of all."""
    pbx_attendants.enable_special_mode(current_tenant())


@attendants.route(f"{_BASE}/specialmode", methods=["DELETE"])
@attendants.reads(IGNORED)
@attendants.allowed(Access.PROMPTS)
@attendants.answers(NOTHING, status=204)
def disable_special_mode() -> None:
    """Let each attendant answer for itself, and select none."""
    pbx_attendants.disable_special_mode(current_tenant())


@attendants.route(f"{_BASE}/<name:attendant>/special", methods=["PUT"])
@attendants.reads(IGNORED)
@attendants.allowed(Access.PROMPTS)
@attendants.answers(NOTHING, status=204, note=f"{_NAMES_NOTE} {_BODY_NOTE}")
def select_attendant(attendant: str) -> None:
    """Select the attendant that special mode puts in the place of all."""
    pbx_attendants.select(current_tenant(), attendant)


@attendants.route(f"{_BASE}/<name:attendant>/special", methods=["DELETE"])
@attendants.reads(IGNORED)
@attendants.allowed(Access.PROMPTS)
@attendants.answers(NOTHING, status=204, errors=(409,), note=f"{_NAMES_NOTE} While special mode is on: 409.")
def deselect_attendant(attendant: str) -> None:
    """Drop the selection of an attendant."""
    pbx_attendants.deselect(current_tenant(), attendant)


@live_modes.route(f"{_BASE}/livemode/<name:code>", methods=["PUT"])
@live_modes.reads(IGNORED)
@live_modes.allowed(Access.ADMINISTRATION)
@live_modes.answers(NOTHING, errors=(404,), note=_BODY_NOTE)
def enable_live_mode(code: str) -> None:
    """Let a person answer in the place of the attendant with this live code."""
    pbx_attendants.enable_live_mode(current_tenant(), code)


@live_modes.route(f"{_BASE}/livemode/<name:code>", methods=["DELETE"])
@live_modes.reads(IGNORED)
@live_modes.allowed(Access.ADMINISTRATION)
@live_modes.answers(
    NOTHING,
    errors=(404,),
    note="Live mode comes back after the attendant's hours, else when its schedule next begins, else not by itself.",
)
def disable_live_mode(code: str) -> None:
    """Let the attendant with this live code answer."""
    pbx_attendants.disable_live_mode(current_tenant(), code)

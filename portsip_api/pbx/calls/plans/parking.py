"""What becomes of a call to a park orbit: who is transferred there is parked, and who dials it talks to who is."""

from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.calls.plans.kinds import Call, Plan, Refuse
from portsip_api.pbx.features import park_orbits

_TIMES_OUT, _SECONDS = "general/enableTimeout", "general/parkTimeout"
_RETURNS_BY_KEY, _KEY = "general/allowTransfer", "general/transferKey"
_SEVERAL: Final = "general/multipleCalls"
_ON: Final = "1"


@dataclass(frozen=True)
class Park(Plan):
    """The call waits at an orbit, with a prompt as its music, until somebody dials that.

    It goes back to the number `parker` after `seconds`, None for never, and when the caller presses `key`, if that is
    not empty; at once where another call is parked there, unless `several` may be. A parker who is not known is
    nothing.
    """

    tenant_id: int
    number: str
    music: str
    parker: str
    seconds: int | None
    key: str
    several: bool = False


@dataclass(frozen=True)
class Retrieve(Plan):
    """The caller is connected with who is parked at an orbit, if somebody is; of several with who came first."""

    number: str
    several: bool = False


def plan(call: Call, number: str) -> Plan:
    """Return what becomes of a call to the number of a park orbit."""
    orbit = park_orbits.at(call.tenant_id, number)
    if not orbit.enabled:
        return Refuse(480, "the park orbit is disabled")
    values = {value.setting.path: value.value for value in park_orbits.settings_of(call.tenant_id, orbit.id).all()}
    several = values[_SEVERAL] == _ON
    if not call.is_transferred:
        return Retrieve(number, several) if call.caller else Refuse(480, "nobody is parked from outside")
    seconds = int(values[_SECONDS] or 0) if values[_TIMES_OUT] == _ON and call.causer else None
    key = (values[_KEY] or "") if values[_RETURNS_BY_KEY] == _ON and call.causer else ""
    return Park(call.tenant_id, number, orbit.music, call.causer, seconds, key, several)

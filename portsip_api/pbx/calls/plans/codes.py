"""Codes that are dialled before a number: to take the call that rings there, or the one that is parked there.

Source: sipXcom REST API, settings of the service `registrar`.
"""

from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.calls.plans.kinds import Call, Plan, Refuse
from portsip_api.pbx.calls.plans.parking import Retrieve
from portsip_api.pbx.settings.values import service_settings

_GROUP: Final = "call-pick-up"
_PICK_UP: Final = "call-pick-up/SIP_REDIRECT.100-PICKUP.DIRECTED_CALL_PICKUP_CODE"
_RETRIEVE: Final = "call-pick-up/SIP_REDIRECT.100-PICKUP.CALL_RETRIEVE_CODE"


@dataclass(frozen=True)
class PickUp(Plan):
    """The caller takes the call that rings at an extension."""

    number: str


def plan(call: Call, dialled: str) -> Plan | None:
    """Return what becomes of a call to a code with a number behind it; None where there is none of these."""
    if not call.caller or dialled[:1] not in {"*", "#"}:
        return None
    codes = {value.setting.path: value.value for value in service_settings(call.tenant_id, "registrar").below(_GROUP)}
    for path, kind in ((_PICK_UP, "EXTENSION"), (_RETRIEVE, "PARK_ORBIT")):
        code = codes.get(path)
        if code and dialled.startswith(code):
            number, found = call.kind_of(call.tenant_id, dialled[len(code) :])
            if found == kind:
                return PickUp(number) if kind == "EXTENSION" else _retrieve(call, number)
    return None


def _retrieve(call: Call, number: str) -> Plan:
    found = call.onto(number)
    return found if isinstance(found, Retrieve | Refuse) else Refuse(480, "nobody is transferred to a code")

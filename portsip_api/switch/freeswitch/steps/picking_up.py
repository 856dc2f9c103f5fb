"""How FreeSWITCH lets somebody take a call that rings at an extension."""

import time

from portsip_api.pbx.calls.plans.codes import PickUp
from portsip_api.pbx.calls.plans.kinds import Refuse
from portsip_api.switch.freeswitch import access
from portsip_api.switch.freeswitch.engine import leg_called, table
from portsip_api.switch.freeswitch.event_socket import EventSocket
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written, refusal

_WAITS = (0.0, 0.2, 0.3, 0.5)  # seconds; FreeSWITCH waits two for an answer
_NOTHING = Refuse(480, "nothing rings at the extension")


def pick_up(writing: Writing, plan: PickUp) -> Written:
    """Connect the caller with who calls the extension, if somebody does. Raises SwitchUnavailable."""
    ringing = _ringing(f"{plan.number}@{writing.caller.domain}")
    if not ringing:
        return Written([*refusal(writing, _NOTHING)])
    return Written([Step("set", "intercept_unanswered_only=true"), Step("intercept", ringing)])


def _ringing(address: str) -> str:
    """Return the leg of who calls the phones of an address, empty for nobody; of several the first.

    FreeSWITCH tells of a leg a moment after it has begun to ring.
    """
    with EventSocket(access.door()) as client:
        for wait in _WAITS:
            time.sleep(wait)
            for row in table(client, "channels"):
                leg = leg_called(client, str(row.get("uuid", ""))) if row.get("presence_id") == address else {}
                if leg.get("Answer-State") == "ringing" and leg.get("variable_originating_leg_uuid"):
                    return str(leg["variable_originating_leg_uuid"])
    return ""

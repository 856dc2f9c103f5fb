"""What becomes of a call back to whoever made an emergency call: it rings there, whatever was said about calls.

Do not disturb, office hours and forwards are for other calls; they count where nobody answers. All of this is ours.
"""

from typing import Final

from portsip_api.pbx.calls.plans.kinds import Call, Leg, Plan, Ring

RING_SECONDS: Final = 60


def plan(call: Call, number: str) -> Plan:
    """Return what becomes of a call back to an extension."""
    return Ring((Leg(number, RING_SECONDS),), {}, call.onto(number))

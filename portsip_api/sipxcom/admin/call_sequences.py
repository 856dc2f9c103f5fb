"""`/rest/my/callfwd`: the numbers that ring besides or after a user's own phones, each perhaps by a schedule.

Source: sipXcom REST API, "View or modify call forwarding (with schedules)"; contract `sipxcom-user.md`, section 6.1.
"""

from typing import Any, Final

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.routing import call_sequences as pbx_sequences
from portsip_api.sipxcom.admin.rings import RING_KIND
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import REST_JSON

call_sequences = Resources("call sequences", __name__, REST_JSON, "Call sequences of users")

# The wire's name of each part, in its order: ours.
_NAMES: Final = {
    "expiration": "expiration",
    "type": "kind",
    "enabled": "enabled",
    "number": "number",
    "scheduleId": "schedule_id",
}
_RING: Final = Record(
    "ring",
    (
        Leaf("expiration", WHOLE, "Seconds; 30 when absent."),
        Leaf("type", RING_KIND, "`If no response` when absent."),
        Leaf("enabled", FLAG),
        Leaf("number", required=True),
        Leaf("scheduleId", WHOLE, "Null: at any time."),
    ),
    "CallSequenceRing",
)
_SEQUENCE: Final = Record(
    "call-sequence",
    (
        Many("rings", _RING),
        Leaf("withVM", FLAG, "Whether the user has voicemail.", ignored=True),
        Leaf("expiration", WHOLE, "For how many seconds the own phones ring; 20 when absent."),
    ),
    "CallSequence",
)


@call_sequences.route("/rest/my/callfwd")
@call_sequences.allowed(Access.USER)
@call_sequences.answers(_SEQUENCE)
def show_call_sequence() -> dict[str, Any]:
    """Show what rings for oneself."""
    user_id = current_identity().account_id
    found = pbx_sequences.read(current_tenant(), user_id)
    return {
        "rings": [{name: getattr(ring, own) for name, own in _NAMES.items()} for ring in found.rings],
        "withVM": permission_values.has(current_tenant(), user_id, "Voicemail"),
        "expiration": found.expiration,
    }


@call_sequences.route("/rest/my/callfwd", methods=["PUT"])
@call_sequences.reads(_SEQUENCE)
@call_sequences.allowed(Access.USER)
@call_sequences.answers(NOTHING, note="`rings` is required and may be empty. Members that are unknown are passed over.")
def replace_call_sequence(given: dict[str, Any]) -> None:
    """Replace what rings for oneself."""
    if "rings" not in given:
        raise Invalid({"rings": ["Missing."]})
    rings = [{own: ring.get(name) for name, own in _NAMES.items()} for ring in given["rings"]]
    fields = {"rings": rings, "expiration": given.get("expiration")}
    pbx_sequences.replace(current_tenant(), current_identity().account_id, fields)

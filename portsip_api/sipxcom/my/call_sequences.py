"""`/rest/my/callfwd` and `/rest/my/forward`: the numbers that ring besides or after a user's own phones.

The first is JSON and knows schedules, the second is JSON and XML and knows none. Source: sipXcom REST API, "View or
modify user call forwarding" and "… (with schedules)"; contract `sipxcom-user.md`, section 6.1.
"""

from typing import Any, Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.routing import call_sequences as pbx_sequences
from portsip_api.sipxcom.core.authentication import Access, current_tenant, current_user
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.rings import RING_KIND
from portsip_api.sipxcom.core.styles import REST, REST_JSON

call_sequences = Resources("call sequences", __name__, REST_JSON, "Call sequences of users", managed=True)
forwards = Resources("forwards", __name__, REST, "Call sequences of users, without schedules", managed=True)

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


_FORWARD: Final = Record(
    "call-sequence",
    (
        Many("rings", Record("ring", _RING.fields[:4], "ForwardRing"), "None when absent."),
        Leaf("expiration", WHOLE, "For how many seconds the own phones ring; 20 when absent."),
        Leaf("withVoicemail", FLAG, "Whether the user has voicemail.", ignored=True),
    ),
    "Forward",
)


@call_sequences.route("/rest/my/callfwd", also=["/rest/callfwd"])
@call_sequences.allowed(Access.USER)
@call_sequences.answers(_SEQUENCE)
def show_call_sequence() -> dict[str, Any]:
    """Show what rings for oneself."""
    return _shown(_SEQUENCE)


@call_sequences.route("/rest/my/callfwd", methods=["PUT"], also=["/rest/callfwd"])
@call_sequences.reads(_SEQUENCE)
@call_sequences.allowed(Access.USER)
@call_sequences.answers(NOTHING, note="`rings` is required and may be empty. Members that are unknown are passed over.")
def replace_call_sequence(given: dict[str, Any]) -> None:
    """Replace what rings for oneself."""
    if "rings" not in given:
        raise Invalid({"rings": ["Missing."]})
    _replace(given)


@forwards.route("/rest/my/forward")
@forwards.allowed(Access.USER)
@forwards.answers(_FORWARD)
def show_forward() -> dict[str, Any]:
    """Show what rings for oneself, without schedules."""
    return _shown(_FORWARD)


@forwards.route("/rest/my/forward", methods=["PUT"])
@forwards.reads(_FORWARD)
@forwards.allowed(Access.USER)
@forwards.answers(NOTHING, note="What rings by a schedule rings at any time then.")
def replace_forward(given: dict[str, Any]) -> None:
    """Replace what rings for oneself by what rings at any time."""
    _replace(given)


def _shown(record: Record) -> dict[str, Any]:
    user_id = current_user()
    found = pbx_sequences.read(current_tenant(), user_id)
    has_voicemail = permission_values.has(current_tenant(), user_id, "Voicemail")
    return {
        "rings": [{name: getattr(ring, own) for name, own in _NAMES.items()} for ring in found.rings],
        "expiration": found.expiration,
        **dict.fromkeys({"withVM", "withVoicemail"} & {item.name for item in record.fields}, has_voicemail),
    }


def _replace(given: dict[str, Any]) -> None:
    rings = [{own: ring.get(name) for name, own in _NAMES.items()} for ring in given.get("rings", [])]
    fields = {"rings": rings, "expiration": given.get("expiration")}
    pbx_sequences.replace(current_tenant(), current_user(), fields)

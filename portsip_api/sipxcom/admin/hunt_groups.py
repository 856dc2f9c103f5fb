"""`/api/callgroups`: hunt groups.

Source: sipXcom REST API, "Hunt Groups"; contract `sipxcom-admin.md`, section 6.9; `sipxcom-user.md`, section 6.7.
"""

from typing import Any, Final

from portsip_api.pbx.features import hunt_groups as pbx_groups
from portsip_api.pbx.features.hunt_groups import HuntGroup
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.rings import RING_KIND
from portsip_api.sipxcom.core.styles import API

hunt_groups = Resources("hunt groups", __name__, API, "Hunt groups (call groups)")

# The wire's name of each part, in its order: ours.
_NAMES: Final = {
    "enabled": "enabled",
    "name": "name",
    "extension": "extension",
    "did": "did",
    "description": "description",
    "fallbackDestination": "fallback_destination",
    "voicemailFallback": "voicemail_fallback",
    "userForward": "user_forward",
    "useFwdTimers": "use_fwd_timers",
}
_RING_NAMES: Final = {"typeStr": "kind", "userName": "user_name", "enabled": "enabled", "expiration": "expiration"}
_RING: Final = Record(
    "ringBeans",
    (
        Leaf("typeStr", RING_KIND, "`If no response` when absent; of the first one null."),
        Leaf("userName", required=True),
        Leaf("enabled", FLAG),
        Leaf("expiration", WHOLE, "Seconds; 30 when absent."),
    ),
    "HuntGroupRing",
)
_FIELDS: Final = (
    Leaf("enabled", FLAG),
    Leaf("name", required=True),
    Leaf("extension", required=True),
    Leaf("did", meaning="A number that callers from outside dial."),
    Leaf("description"),
    Leaf("fallbackDestination"),
    Leaf("voicemailFallback", FLAG, "True when absent."),
    Leaf("userForward", FLAG, "True when absent."),
    Leaf("useFwdTimers", FLAG),
    Many("ringBeans", _RING, bare=True),
)
_GROUP: Final = Record("CallGroup", _FIELDS, "HuntGroup")
_GIVEN: Final = Record("CallGroup", (Leaf("id", WHOLE, "Ignored.", ignored=True), *_FIELDS), "HuntGroupGiven")
_GROUPS: Final = Record("CallGroups", (Many("callGroups", _GROUP, bare=True),), "HuntGroups")
_STRINGS: Final = Record("Strings", (Many("strings", Leaf("strings"), bare=True),), "Extensions")
_ONE: Final = "/api/callgroups/<name('rotate'):extension>"
_BELOW: Final = "/api/callgroups/<name:extension>"


@hunt_groups.route("/api/callgroups")
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(_GROUPS)
def list_hunt_groups() -> dict[str, Any]:
    """List hunt groups by extension."""
    return _listed("")


@hunt_groups.route("/api/callgroups", methods=["POST"])
@hunt_groups.reads(_GIVEN)
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(BARE_ID, errors=(409,), note="A ring of an unknown user is 400, and nothing is made.")
def create_hunt_group(given: dict[str, Any]) -> int:
    """Make a hunt group."""
    return pbx_groups.create(current_tenant(), _fields(given))


@hunt_groups.route("/api/callgroups/prefix/<name:prefix>")
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(_GROUPS)
def list_hunt_groups_with_prefix(prefix: str) -> dict[str, Any]:
    """List the hunt groups whose extension begins with a prefix."""
    return _listed(prefix)


@hunt_groups.route("/api/callgroups/rotate", methods=["POST"])
@hunt_groups.reads(_STRINGS)
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(
    NOTHING,
    note="As long as no call is recorded, the first ring becomes the last. Extensions of no hunt group do nothing.",
)
def rotate_hunt_groups(given: dict[str, Any]) -> None:
    """Turn the rings of several hunt groups so that who answered last rings last."""
    pbx_groups.rotate_many(current_tenant(), given.get("strings", []))


@hunt_groups.route(_ONE)
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(_GROUP, errors=(404,), note="It may be named by extension, DID or name. An unknown one is 404.")
def show_hunt_group(extension: str) -> dict[str, Any]:
    """Show a hunt group."""
    return _shown(pbx_groups.find(current_tenant(), extension))


@hunt_groups.route(_ONE, methods=["PUT"])
@hunt_groups.reads(_GIVEN)
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(BARE_ID, errors=(404, 409), note="It is named by its extension. An unknown one is 404.")
def replace_hunt_group(given: dict[str, Any], extension: str) -> int:
    """Replace a hunt group with its rings; what is not sent takes its default."""
    return pbx_groups.replace(current_tenant(), extension, _fields(given))


@hunt_groups.route(_ONE, methods=["DELETE"])
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(NOTHING, errors=(404,), note="It is named by its extension. An unknown one is 404.")
def destroy_hunt_group(extension: str) -> None:
    """Remove a hunt group."""
    pbx_groups.destroy(current_tenant(), extension)


@hunt_groups.route(f"{_BELOW}/duplicate/<name:new_extension>", methods=["POST"])
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(BARE_ID, errors=(404, 409), note="The reply is the id of the original, not of the copy.")
def duplicate_hunt_group(extension: str, new_extension: str) -> int:
    """Copy a hunt group to another extension; the copy is disabled and has no DID."""
    id_ = pbx_groups.find(current_tenant(), extension).id
    pbx_groups.duplicate(current_tenant(), extension, new_extension)
    return id_


@hunt_groups.route(f"{_BELOW}/rotate/<name:ring_extension>", methods=["POST"])
@hunt_groups.allowed(Access.ADMINISTRATION)
@hunt_groups.answers(BARE_ID, errors=(404,), note="The reply is the id, also when the user rings last already.")
def rotate_hunt_group(extension: str, ring_extension: str) -> int:
    """Turn the rings of a hunt group so that a user rings last."""
    id_ = pbx_groups.find(current_tenant(), extension).id
    pbx_groups.rotate(current_tenant(), extension, ring_extension)
    return id_


def _listed(prefix: str) -> dict[str, Any]:
    return {"callGroups": [_shown(group) for group in pbx_groups.list_all(current_tenant(), prefix)]}


def _shown(group: HuntGroup) -> dict[str, Any]:
    values = {name: getattr(group, own) for name, own in _NAMES.items()}
    texts = {name: values[name] or None for name in ("did", "description", "fallbackDestination")}
    rings = [{name: getattr(ring, own) for name, own in _RING_NAMES.items()} for ring in group.rings]
    return {**values, **texts, "ringBeans": rings}


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    rings = [{own: ring.get(name) for name, own in _RING_NAMES.items()} for ring in given.get("ringBeans", [])]
    return {own: given.get(name) for name, own in _NAMES.items()} | {"rings": rings}

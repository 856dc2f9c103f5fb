"""`/api/gateways`: gateways, their settings and the dialling rules that they have joined.

Source: sipXcom REST API, "Gateways"; contract `sipxcom-admin.md`, section 6.2; `sipxcom.md`, decision 1.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from portsip_api import switch
from portsip_api.pbx.devices import settings as device_settings
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import branches
from portsip_api.pbx.extensions.branches import Branch
from portsip_api.pbx.settings.device_models import gateway_model, gateway_models
from portsip_api.pbx.settings.values import Settings
from portsip_api.pbx.trunks import dialling_rules
from portsip_api.pbx.trunks import gateways as pbx_gateways
from portsip_api.pbx.trunks.gateways import Gateway
from portsip_api.sipxcom.admin import setting_family
from portsip_api.sipxcom.admin.branches import BRANCH
from portsip_api.sipxcom.admin.branches import shown as shown_branch
from portsip_api.sipxcom.admin.device_models import MODEL, MODELS, given_model, shown_model, shown_models
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Many, Nested, Record
from portsip_api.sipxcom.core.styles import API
from portsip_api.store.paging import Slice

gateways = Resources("gateways", __name__, API, "Gateways")

# The wire's names: ours.
_PLAIN: Final = {
    "name": "name",
    "description": "description",
    "enabled": "enabled",
    "address": "address",
    "addressPort": "address_port",
    "outboundAddress": "outbound_address",
    "outboundPort": "outbound_port",
    "addressTransport": "address_transport",
    "prefix": "prefix",
    "shared": "shared",
    "useInternalBridge": "use_internal_bridge",
}
_CALLER: Final = {
    "defaultCallerAlias": "default_caller_alias",
    "anonymous": "anonymous",
    "ignoreUserInfo": "ignore_user_info",
    "transformUserExtension": "transform_user_extension",
    "addPrefix": "add_prefix",
    "keepDigits": "keep_digits",
    "displayName": "display_name",
    "urlParameters": "url_parameters",
}
_NAMES: Final = _PLAIN | {f"callerAliasInfo.{name}": own for name, own in _CALLER.items()}
_WHOLES: Final = {"addressPort", "outboundPort", "keepDigits"}
_FLAGS: Final = {"enabled", "shared", "useInternalBridge", "anonymous", "ignoreUserInfo", "transformUserExtension"}


def _leaf(name: str, *, required: bool = False) -> Leaf:
    return Leaf(name, WHOLE if name in _WHOLES else FLAG, required=required) if name in _WHOLES | _FLAGS else Leaf(name)


_GATEWAY: Final = Record(
    "Gateway",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("name", required=True),
        Leaf("serialNo", meaning="Always null.", ignored=True),
        Leaf("deviceVersion", meaning="One of the model's versions; another text is like none."),
        Leaf("description"),
        Nested("model", MODEL, "In a request its modelId decides; it cannot be changed.", xml="Model"),
        *(_leaf(name) for name in ("enabled", "address", "addressPort", "outboundAddress", "outboundPort")),
        Leaf("addressTransport", meaning="none, udp, tcp or tls."),
        *(_leaf(name) for name in ("prefix", "shared", "useInternalBridge")),
        Nested("branch", BRANCH, "In a request its name decides; the rest of it is not used.", xml="Branch"),
        Nested(
            "callerAliasInfo",
            Record("CallerAliasInfo", tuple(_leaf(name) for name in _CALLER), "CallerAliasInfo"),
            xml="CallerAliasInfo",
        ),
    ),
    "Gateway",
)
_GATEWAYS: Final = Record("Gateways", (Many("gateways", _GATEWAY, bare=True),), "Gateways")
_RULES: Final = Record(
    "Rules",
    (
        Many(
            "rules",
            Record(
                "Rule",
                (Leaf("id", WHOLE), Leaf("name"), Leaf("description"), Leaf("enabled", FLAG), Leaf("type")),
                "DiallingRule",
            ),
            bare=True,
        ),
    ),
    "DiallingRules",
)
_ID: Final = '<name("models"):id>'
_EVERY: Final = 2**31


@gateways.route("/api/gateways")
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(_GATEWAYS)
def list_gateways() -> dict[str, Any]:
    """List gateways."""
    rows = pbx_gateways.page(current_tenant())
    at = _branches_of(rows)
    return {"gateways": [_shown(row, at) for row in rows]}


@gateways.route("/api/gateways", methods=["POST"])
@gateways.reads(_GATEWAY)
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(BARE_ID, errors=(404, 409), note="What is not sent becomes false, 0 or null. Without a model 404.")
def create_gateway(given: dict[str, Any]) -> int:
    """Make a gateway."""
    return _created(given)


@gateways.route("/api/gateways/models")
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(MODELS)
def list_gateway_models() -> dict[str, Any]:
    """List the models of gateways."""
    return shown_models(gateway_models())


@gateways.route(f"/api/gateways/{_ID}")
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(_GATEWAY, errors=(404,))
def show_gateway(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a gateway."""
    found = pbx_gateways.show(current_tenant(), id)
    return _shown(found, _branches_of([found]))


@gateways.route(f"/api/gateways/{_ID}", methods=["PUT"])
@gateways.reads(_GATEWAY)
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(
    BARE_ID,
    errors=(404, 409),
    note="Every field gets a new value: what is not sent becomes false, 0 or null. Another model than the gateway's"
    " is 409: its settings and ports would be others.",
)
def replace_gateway(given: dict[str, Any], id: str) -> int:  # noqa: A002 — the wire's word
    """Replace a gateway."""
    model_id = given.get("model", {}).get("modelId")
    fields = _fields(given) | ({"model_id": model_id} if model_id else {})
    with wire_names(_NAMES):
        replaced = pbx_gateways.replace(current_tenant(), id, fields)
    _tell_switch()
    return replaced


@gateways.route(f"/api/gateways/{_ID}", methods=["POST"])
@gateways.reads(_GATEWAY)
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(
    BARE_ID,
    errors=(404, 409),
    note="The page says that the new gateway has the id of the path. Here the server gives ids: the path's is ignored,"
    " as POST to `/api/gateways` would.",
)
def create_gateway_by_id(given: dict[str, Any], id: str) -> int:  # noqa: A002, ARG001 — the wire's word
    """Make a gateway, whose id the reply says."""
    return _created(given)


@gateways.route(f"/api/gateways/{_ID}", methods=["DELETE"])
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(NOTHING, errors=(404,))
def destroy_gateway(id: str) -> None:  # noqa: A002 — the wire's word
    """Remove a gateway with its ports and settings."""
    pbx_gateways.destroy(current_tenant(), id)
    _tell_switch()


@gateways.route("/api/gateways/<name:id>/availablerules")
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(_RULES, errors=(404,), note="What a rule consists of is ours.")
def list_available_rules(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """List the dialling rules that a gateway has not joined."""
    found = dialling_rules.available(current_tenant(), id)
    return {"rules": [{**vars(rule), "type": rule.kind} for rule in found]}


@gateways.route("/api/gateways/<name:id>/rules/<name:rule_id>", methods=["PUT"])
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(NOTHING, errors=(404,))
def join_rule(id: str, rule_id: str) -> None:  # noqa: A002 — the wire's word
    """Let a gateway carry the calls of a dialling rule."""
    dialling_rules.join(current_tenant(), rule_id, id)


@gateways.route("/api/gateways/<name:id>/rules/<name:rule_id>", methods=["DELETE"])
@gateways.allowed(Access.ADMINISTRATION)
@gateways.answers(NOTHING, errors=(404,))
def leave_rule(id: str, rule_id: str) -> None:  # noqa: A002 — the wire's word
    """Let a gateway carry the calls of a dialling rule no more."""
    dialling_rules.leave(current_tenant(), rule_id, id)


def _settings_of(id: str) -> Settings:  # noqa: A002 — the wire's word
    return device_settings.of_gateway(current_tenant(), id)


def _tell_switch() -> None:
    switch.switch.trunks_changed()


setting_family.register(gateways, "/api/gateways/<name:id>/settings", "a gateway", _settings_of, changed=_tell_switch)


def _created(given: dict[str, Any]) -> int:
    fields = _fields(given) | {"model_id": given_model(given)}
    with wire_names(_NAMES):
        created = pbx_gateways.create(current_tenant(), fields)
    _tell_switch()
    return created


def _branches_of(rows: Sequence[Gateway]) -> Mapping[int, Branch]:
    """Return the branches by id, in one statement, or in none when no gateway is at one."""
    if all(row.branch_id is None for row in rows):
        return {}
    return {branch.id: branch for branch in branches.page(current_tenant(), "name", Slice(0, _EVERY)).rows}


def _shown(gateway: Gateway, at: Mapping[int, Branch]) -> dict[str, Any]:
    branch = None if gateway.branch_id is None else at.get(gateway.branch_id)
    return {
        "id": gateway.id,
        "deviceVersion": gateway.device_version,
        "model": shown_model(gateway_model(gateway.model_id)),
        **{name: getattr(gateway, own) for name, own in _PLAIN.items()},
        "branch": shown_branch(branch) if branch else None,
        "callerAliasInfo": {name: getattr(gateway, own) for name, own in _CALLER.items()},
    }


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    branch, caller = given.get("branch"), given.get("callerAliasInfo", {})
    if branch and not branch.get("name"):
        raise Invalid({"branch": ["Must give the branch's name."]})
    return {
        **{own: given.get(name) for name, own in _PLAIN.items()},
        **{own: caller.get(name) for name, own in _CALLER.items()},
        "address_transport": given.get("addressTransport") or None,
        "device_version": given.get("deviceVersion"),
        "branch": branch["name"] if branch else None,
    }

"""`/api/phoneGroups`: phone groups, and what they set on their phones.

Source: sipXcom REST API, "Phone groups", whose URIs begin with the group; contract `sipxcom-admin.md`, section 6.4.
"""

from typing import Any, Final

from portsip_api.pbx.devices import groups as pbx_groups
from portsip_api.pbx.devices import settings as device_settings
from portsip_api.pbx.settings.device_models import phone_models
from portsip_api.pbx.settings.values import Settings
from portsip_api.sipxcom.admin import setting_family
from portsip_api.sipxcom.admin.device_models import MODELS, shown_models
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.setting_records import SETTINGS
from portsip_api.sipxcom.core.styles import API

phone_groups = Resources("phone groups", __name__, API, "Phone groups")

_LEAVES: Final = (
    Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
    Leaf("name", required=True),
    Leaf("description"),
    Leaf("weight", WHOLE, "The lightest group comes first; without it a new group comes last."),
    Leaf("count", WHOLE, "How many phones it has.", ignored=True),
)
GROUP: Final = Record("Group", _LEAVES, "PhoneGroup")  # in a list
GROUPS: Final = Record("Groups", (Many("groups", GROUP, bare=True),), "PhoneGroups")
_SINGLE: Final = Record("group", _LEAVES, "PhoneGroup")
_SETTINGS: Final = "/api/phoneGroups/<name:id>/model/<name:model_id>/settings"


@phone_groups.route("/api/phoneGroups")
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(GROUPS)
def list_phone_groups() -> dict[str, Any]:
    """List phone groups, the lightest first."""
    return {"groups": [vars(group) for group in pbx_groups.page(current_tenant())]}


@phone_groups.route("/api/phoneGroups", methods=["POST"])
@phone_groups.reads(_SINGLE)
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(BARE_ID, errors=(409,))
def create_phone_group(given: dict[str, Any]) -> int:
    """Make a phone group."""
    return pbx_groups.create(current_tenant(), given)


@phone_groups.route("/api/phoneGroups/<name:id>")
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(_SINGLE, errors=(404,))
def show_phone_group(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show the phone group with an id or a name."""
    return vars(pbx_groups.show(current_tenant(), id))


@phone_groups.route("/api/phoneGroups/<name:id>", methods=["PUT"])
@phone_groups.reads(_SINGLE)
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(BARE_ID, errors=(404, 409), note="Without a weight the present one stays: this is ours.")
def replace_phone_group(given: dict[str, Any], id: str) -> int:  # noqa: A002 — the wire's word
    """Replace a phone group's name, description and weight."""
    return pbx_groups.replace(current_tenant(), id, given)


@phone_groups.route("/api/phoneGroups/<name:id>", methods=["DELETE"])
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(NOTHING, errors=(404,), note="The group `administrators` stays: 403.")
def destroy_phone_group(id: str) -> None:  # noqa: A002 — the wire's word
    """Remove a phone group; its phones stay."""
    pbx_groups.destroy(current_tenant(), id)


@phone_groups.route("/api/phoneGroups/<name:id>/up", methods=["PUT"])
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(BARE_ID, errors=(404,), note="A body is not looked at.")
def move_phone_group_up(id: str) -> int:  # noqa: A002 — the wire's word
    """Exchange a phone group with the one before it."""
    return pbx_groups.move(current_tenant(), id, up=True)


@phone_groups.route("/api/phoneGroups/<name:id>/down", methods=["PUT"])
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(BARE_ID, errors=(404,), note="A body is not looked at.")
def move_phone_group_down(id: str) -> int:  # noqa: A002 — the wire's word
    """Exchange a phone group with the one after it."""
    return pbx_groups.move(current_tenant(), id, up=False)


@phone_groups.route("/api/phoneGroups/<name:id>/model/<name:model_id>/firmware/<name:version>", methods=["PUT"])
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(NOTHING, errors=(404,))
def set_firmware(id: str, model_id: str, version: str) -> None:  # noqa: A002 — the wire's word
    """Set the firmware version of a group's phones of one model."""
    pbx_groups.set_firmware(current_tenant(), id, model_id, version)


@phone_groups.route("/api/phoneGroups/<name:id>/models")
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(MODELS, errors=(404,), note="All models, whichever phones the group has.")
def list_models_of_phone_group(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """List the models on which a group can set something."""
    pbx_groups.show(current_tenant(), id)
    return shown_models(phone_models())


def _settings_of(id: str, model_id: str) -> Settings:  # noqa: A002 — the wire's word
    return device_settings.of_group_model(current_tenant(), id, model_id)


setting_family.register(phone_groups, _SETTINGS, "a model in a phone group", _settings_of)


@phone_groups.route(_SETTINGS, methods=["PUT"])
@phone_groups.reads(SETTINGS)
@phone_groups.allowed(Access.ADMINISTRATION)
@phone_groups.answers(
    NOTHING,
    errors=(404,),
    note="All or none. What is not listed stays, as does what has no value, or the value that is in force.",
)
def set_settings_of_phone_group(given: dict[str, Any], id: str, model_id: str) -> None:  # noqa: A002 — the wire's word
    """Set several settings of a model in a phone group."""
    setting_family.put_listed(_settings_of(id, model_id), given)

"""`/rest/permission`: what users may do.

Source: sipXcom REST API, "Permissions"; contract `sipxcom-admin.md`, section 5.3.
"""

from typing import Any, Final

from portsip_api.pbx.extensions import permissions as pbx_permissions
from portsip_api.pbx.extensions.permissions import Permission
from portsip_api.sipxcom.core import outcomes, paging
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import OUTCOME, Resources
from portsip_api.sipxcom.core.errors import MissingId
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import FLAG, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import REST

permissions = Resources("permissions", __name__, REST, "Permissions", objects=True)

_ORDERINGS: Final = {
    "name": "name",
    "description": "description",
    "label": "label",
    "defaultValue": "default_value",
}
_PERMISSION: Final = Record(
    "permission",
    (
        Leaf("name", meaning="Given by the server; ignored in a request.", ignored=True),
        Leaf("label", required=True),
        Leaf("description"),
        Leaf("defaultValue", FLAG, "false when it is not sent."),
        Leaf("type", meaning="APPLICATION, CALL or VOICEMAIL_SERVER; ignored in a request.", ignored=True),
        Leaf("builtIn", FLAG, "Ignored in a request.", ignored=True),
    ),
    "Permission",
)
_PERMISSIONS: Final = Record("permissions", (paging.METADATA, Many("permissions", _PERMISSION)), "Permissions")


@permissions.route("/rest/permission")
@permissions.takes(*paging.PAGED, *paging.sorted_by(_ORDERINGS))
@permissions.allowed(Access.ADMINISTRATION)
@permissions.answers(_PERMISSIONS)
def list_permissions() -> dict[str, Any]:
    """List permissions, those built in and those that were added."""
    ordering, descending = paging.order(_ORDERINGS)
    rows, metadata = paging.asked().page(
        lambda part: pbx_permissions.page(current_tenant(), ordering, part), descending=descending
    )
    return {"metadata": metadata, "permissions": [_shown(row) for row in rows]}


@permissions.route("/rest/permission", methods=["PUT"])
@permissions.reads(_PERMISSION)
@permissions.allowed(Access.ADMINISTRATION)
@permissions.answers(OUTCOME, status=201)
def create_permission(given: dict[str, Any]) -> Outcome:
    """Add a call permission."""
    return outcomes.created(note=pbx_permissions.create(current_tenant(), _fields(given)))


@permissions.route("/rest/permission", methods=["DELETE"])
@permissions.allowed(Access.ADMINISTRATION)
@permissions.answers(OUTCOME)
def destroy_all_permissions() -> Outcome:
    """Refuse to remove a permission that is not named."""
    raise MissingId("Name the permission.")


@permissions.route("/rest/permission/<name:name>")
@permissions.allowed(Access.ADMINISTRATION)
@permissions.answers(_PERMISSION)
def show_permission(name: str) -> dict[str, Any]:
    """Show a permission."""
    return _shown(pbx_permissions.show(current_tenant(), name))


@permissions.route("/rest/permission/<name:name>", methods=["PUT"])
@permissions.reads(_PERMISSION)
@permissions.allowed(Access.ADMINISTRATION)
@permissions.answers(OUTCOME, errors=(409,), note="A permission that is built in is 409.")
def replace_permission(given: dict[str, Any], name: str) -> Outcome:
    """Replace a permission that was added."""
    pbx_permissions.replace(current_tenant(), name, _fields(given))
    return outcomes.updated(note=name)


@permissions.route("/rest/permission/<name:name>", methods=["DELETE"])
@permissions.allowed(Access.ADMINISTRATION)
@permissions.answers(OUTCOME, errors=(409,), note="A permission that is built in is 409.")
def destroy_permission(name: str) -> Outcome:
    """Remove a permission that was added."""
    pbx_permissions.destroy(current_tenant(), name)
    return outcomes.deleted(note=name)


def _shown(permission: Permission) -> dict[str, Any]:
    return {
        "name": permission.name,
        "label": permission.label,
        "description": permission.description,
        "defaultValue": permission.default_value,
        "type": permission.type,
        "builtIn": permission.built_in,
    }


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": given.get("label"),
        "description": given.get("description"),
        "default_value": given.get("defaultValue"),
    }

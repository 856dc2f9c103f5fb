"""`/api/extensions/group`: extension groups.

Source: PortSIP REST API, "Retrive extension groups" and the sections after it; contract, section 4.
"""

from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.pbx.access.tenants import DEFAULT_GROUP
from portsip_api.pbx.extensions import groups as pbx_groups
from portsip_api.pbx.extensions.group_keys import SHORT_DEFAULT, GroupKey
from portsip_api.pbx.extensions.groups import ExtensionGroup, GroupSummary
from portsip_api.pbx.values import Text
from portsip_api.portsip.core import dialects, examples
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.bodies import MOST_WITH_MEMBERS
from portsip_api.portsip.core.fields import ID, Strings, TenantRequest, described, schema_of
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success

groups = ResourceBlueprint(
    "extension groups", __name__, url_prefix="/api/extensions/group", description="Extension groups"
)

_NAME: Final = {
    "description": "The default group's is `__DEFAULT__` where the token came in a header, else "
    "`__DEFAULT_EXTENSION_GROUP__`."
}


class GroupKeyRequest(TenantRequest):
    """Names a group by its GUID or its id."""

    group_id = described(
        Text(64, 1),
        "The group's GUID (v9 clients); for the default group `__DEFAULT_EXTENSION_GROUP__` or `__DEFAULT__`.",
    )
    id = described(ID, "The group's numeric id (v12 clients); it decides when both are sent.")

    keys = ("group_id", "id")


class _Members(TenantRequest):
    members = Strings(
        metadata={"description": f"Extension numbers, the whole list, at most {pbx_groups.MOST_MEMBERS}."}
    )


class GroupCreate(
    schema_of("GroupFields", pbx_groups.GROUP, _Members, required=("group_name",))  # type: ignore[misc]
):
    """A new group; its members may not do what is not sent."""


class GroupChange(GroupKeyRequest, schema_of("GroupFields", pbx_groups.GROUP, _Members)):  # type: ignore[misc]
    """What changes in a group."""


class GroupRow(Schema):
    """A group as lists show it."""

    group_id = ma.String(required=True)
    id = ma.Integer(required=True)
    group_name = ma.String(required=True, metadata=_NAME)
    members_count = ma.Integer(required=True)


class GroupCreated(Schema):
    """The keys of a new group."""

    group_id = ma.String(required=True)
    id = ma.Integer(required=True)
    group_name = ma.String(required=True)


class GroupReply(Schema):
    """A group with its members."""

    group_id = ma.String(required=True)
    id = ma.Integer(required=True)
    group_name = ma.String(required=True, metadata=_NAME)
    group_description = ma.String(required=True)
    enable_intercom = ma.Boolean(required=True)
    enable_external_call = ma.Boolean(required=True)
    enable_management_console_access = ma.Boolean(required=True)
    members = ma.List(ma.String(), required=True)


_LISTING: Final = Listing("groups", ("DEFAULT", "NAME"))
_CREATED: Final = {"group_id": examples.GROUP_ID, "id": 2, "group_name": "Sales"}


@groups.route("/list")
@groups.arguments(ListRequest)
@groups.allowed(*MANAGERS)
@groups.answers(
    _LISTING.schema("GroupList", GroupRow), example={**examples.PAGE, "groups": [{**_CREATED, "members_count": 3}]}
)
def list_groups(given: dict[str, Any]) -> dict[str, Any]:
    """List extension groups by name; the reserved default group is the last one."""
    page = pbx_groups.page(current_tenant(), _LISTING.asked(given)[1])
    rows = [
        {"group_id": row.group_id, "id": row.id, "group_name": _name(row), "members_count": row.members_count}
        for row in page.rows
    ]
    return _LISTING.reply(given, page, rows)


@groups.route("/show")
@groups.arguments(GroupKeyRequest)
@groups.allowed(*MANAGERS)
@groups.answers(GroupReply, example={**_CREATED, **examples.CREATE_GROUP})
def show_group(given: dict[str, Any]) -> dict[str, Any]:
    """Show an extension group with its members."""
    group = pbx_groups.show(current_tenant(), _key_of(given))
    return {
        "group_id": group.group_id,
        "id": group.id,
        "group_name": _name(group),
        "group_description": group.description,
        **group.permissions,
        "members": group.members,
    }


@groups.route("/create", methods=["POST"])
@groups.arguments(GroupCreate, example=examples.CREATE_GROUP)
@groups.limits(unknown=MOST_WITH_MEMBERS)
@groups.allowed(*MANAGERS)
@groups.answers(GroupCreated, example=_CREATED, errors=("403.3",))
def create_group(given: dict[str, Any]) -> dict[str, Any]:
    """Create an extension group."""
    group = pbx_groups.create(current_tenant(), given)
    return {"group_id": group.group_id, "id": group.id, "group_name": group.name}


@groups.route("/update", methods=["POST"])
@groups.arguments(GroupChange, example={"group_id": examples.GROUP_ID, "members": ["105"]})
@groups.limits(unknown=MOST_WITH_MEMBERS)
@groups.allowed(*MANAGERS)
@groups.answers(Success, example=SUCCESS, errors=("403.3", "409.1"))
def update_group(given: dict[str, Any]) -> dict[str, str]:
    """Change an extension group; what is not sent stays as it is."""
    pbx_groups.update(current_tenant(), _key_of(given), given)
    return SUCCESS


@groups.route("/destroy", methods=["POST"], aliases=["/remove"])
@groups.arguments(GroupKeyRequest, example={"group_id": examples.GROUP_ID})
@groups.allowed(*MANAGERS)
@groups.answers(Success, example=SUCCESS, errors=("409.1",))
def destroy_group(given: dict[str, Any]) -> dict[str, str]:
    """Remove an extension group; its members stay as extensions."""
    pbx_groups.destroy(current_tenant(), _key_of(given))
    return SUCCESS


def _name(group: GroupSummary | ExtensionGroup) -> str:
    """Return a group's name as this request's dialect has it."""
    is_short = group.group_id == DEFAULT_GROUP and dialects.current() is dialects.Dialect.V12
    return SHORT_DEFAULT if is_short else group.name


def _key_of(given: dict[str, Any]) -> GroupKey:
    return GroupKey(given.get("group_id"), given.get("id"))

"""`/rest/user-permission` and `/rest/user-group-permission`: what users and groups may do.

Source: sipXcom REST API, "Users" and "User Groups"; contract `sipxcom-admin.md`, sections 5.5 and 5.7.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import permission_values as pbx_values
from portsip_api.pbx.extensions import permissions as pbx_permissions
from portsip_api.pbx.extensions import user_directory, user_groups
from portsip_api.pbx.extensions.permissions import Permission
from portsip_api.pbx.extensions.user_directory import User
from portsip_api.pbx.extensions.user_groups import UserGroup
from portsip_api.sipxcom.admin.user_groups import ORDERINGS as GROUP_ORDERINGS
from portsip_api.sipxcom.admin.user_groups import asked_groups
from portsip_api.sipxcom.admin.users import FILTERS, asked_users
from portsip_api.sipxcom.core import outcomes, paging, superadmins
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import OUTCOME, Resources, whole_id
from portsip_api.sipxcom.core.errors import MissingId
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Field, Leaf, Many, Record, Stream
from portsip_api.sipxcom.core.styles import REST

permission_values = Resources("permission values", __name__, REST, "Permissions of users and groups", objects=True)

_USER_ORDERINGS: Final = ("lastName", "firstName")
_ENABLED: Final = "ENABLE"
_DISABLED: Final = "DISABLE"
_SETTING: Final = Record(
    "setting",
    (
        Leaf("name", required=True),
        Leaf("label", ignored=True),
        Leaf("value", meaning=f"{_ENABLED} or {_DISABLED}, as it takes effect.", required=True),
        Leaf("defaultValue", FLAG, ignored=True),
    ),
    "PermissionValue",
)


def _record(root: str, title: str, *names: str) -> Record:
    fields: tuple[Field, ...] = tuple(Leaf(name, ignored=True) for name in names)
    values = Many("permissions", _SETTING, "Those that are not listed stay as they are.")
    return Record(root, (Leaf("id", WHOLE, "Ignored in a request.", ignored=True), *fields, values), title)


_USER: Final = _record("user", "UserPermissions", "lastName", "firstName")
_GROUP: Final = _record("group", "GroupPermissions", "name", "description")
_USERS: Final = Record("user-permission", (paging.METADATA, Many("users", _USER)), "UserPermissionsList")
_GROUPS: Final = Record("user-group-permission", (paging.METADATA, Many("groups", _GROUP)), "GroupPermissionsList")


@permission_values.route("/rest/user-permission")
@permission_values.takes(*paging.PAGED, *paging.sorted_by(_USER_ORDERINGS), *FILTERS)
@permission_values.allowed(Access.ADMINISTRATION)
@permission_values.answers(_USERS)
def list_user_permissions() -> dict[str, Any]:
    """List users with their permissions."""
    rows, metadata = asked_users(_shown_users)
    return {"metadata": metadata, "users": rows}


@permission_values.route("/rest/user-permission", methods=["PUT"])
@permission_values.allowed(Access.ADMINISTRATION)
@permission_values.answers(OUTCOME)
def replace_no_user_permissions() -> Outcome:
    """Refuse to change permissions of a user who is not named."""
    raise MissingId("Name the user.")


@permission_values.route("/rest/user-permission/<name:id>")
@permission_values.allowed(Access.ADMINISTRATION)
@permission_values.answers(_USER)
def show_user_permissions(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a user's permissions."""
    return next(_shown_users([user_directory.show(current_tenant(), whole_id(id))]))


@permission_values.route("/rest/user-permission/<name:id>", methods=["PUT"])
@permission_values.reads(_USER)
@permission_values.allowed(Access.ADMINISTRATION)
@permission_values.answers(OUTCOME)
def set_user_permissions(given: dict[str, Any], id: str) -> Outcome:  # noqa: A002 — the wire's word
    """Set the permissions of a user that are listed."""
    values = _values(given)
    superadmins.guard_permissions(values)
    pbx_values.set_of_user(current_tenant(), whole_id(id), values)
    return outcomes.updated(whole_id(id))


@permission_values.route("/rest/user-group-permission")
@permission_values.takes(*paging.PAGED, *paging.sorted_by(GROUP_ORDERINGS))
@permission_values.allowed(Access.ADMINISTRATION)
@permission_values.answers(_GROUPS)
def list_group_permissions() -> dict[str, Any]:
    """List user groups with their permissions."""
    rows, metadata = asked_groups()
    return {"metadata": metadata, "groups": Stream(_shown_groups(rows))}


@permission_values.route("/rest/user-group-permission", methods=["PUT"])
@permission_values.allowed(Access.ADMINISTRATION)
@permission_values.answers(OUTCOME)
def replace_no_group_permissions() -> Outcome:
    """Refuse to change permissions of a group that is not named."""
    raise MissingId("Name the group.")


@permission_values.route("/rest/user-group-permission/<name:id>")
@permission_values.allowed(Access.ADMINISTRATION)
@permission_values.answers(_GROUP)
def show_group_permissions(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a group's permissions."""
    return next(_shown_groups([user_groups.show(current_tenant(), whole_id(id))]))


@permission_values.route("/rest/user-group-permission/<name:id>", methods=["PUT"])
@permission_values.reads(_GROUP)
@permission_values.allowed(Access.ADMINISTRATION)
@permission_values.answers(OUTCOME)
def set_group_permissions(given: dict[str, Any], id: str) -> Outcome:  # noqa: A002 — the wire's word
    """Set the permissions of a group that are listed."""
    values = _values(given)
    superadmins.guard_permissions(values)
    pbx_values.set_of_group(current_tenant(), whole_id(id), values)
    return outcomes.updated(whole_id(id))


def _shown_users(rows: Sequence[User]) -> Iterator[dict[str, Any]]:
    every = pbx_permissions.everything(current_tenant())
    values = pbx_values.of_users(current_tenant(), [user.id for user in rows], every)
    for user in rows:
        yield {
            "id": user.id,
            "lastName": user.last_name or None,
            "firstName": user.first_name or None,
            "permissions": _settings(every, values[user.id]),
        }


def _shown_groups(rows: Sequence[UserGroup]) -> Iterator[dict[str, Any]]:
    every = pbx_permissions.everything(current_tenant())
    values = pbx_values.of_groups(current_tenant(), [group.id for group in rows], every)
    for group in rows:
        yield {
            "id": group.id,
            "name": group.name,
            "description": group.description,
            "permissions": _settings(every, values[group.id]),
        }


def _settings(every: Sequence[Permission], values: Mapping[str, bool]) -> list[dict[str, Any]]:
    return [
        {
            "name": item.name,
            "label": item.label,
            "value": _ENABLED if values[item.name] else _DISABLED,
            "defaultValue": item.default_value,
        }
        for item in every
    ]


def _values(given: dict[str, Any]) -> dict[str, bool]:
    values = {}
    for setting in given.get("permissions", []):
        value = setting["value"].upper()
        if value not in {_ENABLED, _DISABLED}:
            raise Invalid({setting["name"]: [f"Must be {_ENABLED} or {_DISABLED}."]})
        values[setting["name"]] = value == _ENABLED
    return values

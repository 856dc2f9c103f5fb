"""`/rest/user-group`: user groups, which are extension groups.

Source: sipXcom REST API, "User Groups"; contract `sipxcom-admin.md`, section 5.6.
"""

from typing import Any, Final

from portsip_api.pbx.extensions import user_groups as pbx_groups
from portsip_api.pbx.extensions.user_groups import UserGroup
from portsip_api.sipxcom.admin.branches import BRANCH
from portsip_api.sipxcom.admin.branches import shown as shown_branch
from portsip_api.sipxcom.core import outcomes, paging, superadmins
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import OUTCOME, Resources, whole_id
from portsip_api.sipxcom.core.errors import MissingId
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Nested, Record
from portsip_api.sipxcom.core.styles import REST

user_groups = Resources("user groups", __name__, REST, "User groups", objects=True)

ORDERINGS: Final = {"name": "name", "description": "description"}
_GROUP: Final = Record(
    "group",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("name", required=True),
        Leaf("description"),
        Nested("branch", BRANCH, "In a request its id decides; without it the group is at none."),
    ),
    "UserGroup",
    also=("user-group",),
)
_GROUPS: Final = Record("user-group", (paging.METADATA, Many("groups", _GROUP)), "UserGroups")


@user_groups.route("/rest/user-group")
@user_groups.takes(*paging.PAGED, *paging.sorted_by(ORDERINGS))
@user_groups.allowed(Access.ADMINISTRATION)
@user_groups.answers(_GROUPS)
def list_user_groups() -> dict[str, Any]:
    """List user groups."""
    rows, metadata = asked_groups()
    return {"metadata": metadata, "groups": [_shown(row) for row in rows]}


@user_groups.route("/rest/user-group", methods=["PUT"])
@user_groups.reads(_GROUP)
@user_groups.allowed(Access.ADMINISTRATION)
@user_groups.answers(OUTCOME, status=201)
def create_user_group(given: dict[str, Any]) -> Outcome:
    """Make a user group."""
    return outcomes.created(pbx_groups.create(current_tenant(), _fields(given)))


@user_groups.route("/rest/user-group", methods=["DELETE"])
@user_groups.allowed(Access.ADMINISTRATION)
@user_groups.answers(OUTCOME)
def destroy_all_user_groups() -> Outcome:
    """Refuse to remove a group that is not named."""
    raise MissingId("Name the group.")


@user_groups.route("/rest/user-group/<name:id>")
@user_groups.allowed(Access.ADMINISTRATION)
@user_groups.answers(_GROUP)
def show_user_group(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a user group."""
    return _shown(pbx_groups.show(current_tenant(), whole_id(id)))


@user_groups.route("/rest/user-group/<name:id>", methods=["PUT"])
@user_groups.reads(_GROUP)
@user_groups.allowed(Access.ADMINISTRATION)
@user_groups.answers(OUTCOME, errors=(409,), note="The group `administrators` keeps its name: 409.")
def replace_user_group(given: dict[str, Any], id: str) -> Outcome:  # noqa: A002 — the wire's word
    """Replace a user group's name, description and branch."""
    pbx_groups.replace(current_tenant(), whole_id(id), _fields(given))
    return outcomes.updated(whole_id(id))


@user_groups.route("/rest/user-group/<name:id>", methods=["DELETE"])
@user_groups.allowed(Access.ADMINISTRATION)
@user_groups.answers(OUTCOME, errors=(409,), note="The group `administrators` stays: 409.")
def destroy_user_group(id: str) -> Outcome:  # noqa: A002 — the wire's word
    """Remove a user group; its members stay."""
    superadmins.guard_groups([whole_id(id)])
    pbx_groups.destroy(current_tenant(), whole_id(id))
    return outcomes.deleted(whole_id(id))


def asked_groups() -> tuple[Any, dict[str, int]]:
    """Return the groups that the query asks for, and the list's metadata. Raises Invalid."""
    ordering, descending = paging.order(ORDERINGS)
    return paging.asked().page(lambda part: pbx_groups.page(current_tenant(), ordering, part), descending=descending)


def _shown(group: UserGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "branch": shown_branch(group.branch) if group.branch else None,
    }


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": given.get("name"),
        "description": given.get("description"),
        "branch_id": given.get("branch", {}).get("id"),
    }

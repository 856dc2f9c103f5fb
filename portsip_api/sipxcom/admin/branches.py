"""`/rest/branch`: branches.

Source: sipXcom REST API, "Branch"; contract `sipxcom-admin.md`, section 5.2.
"""

from typing import Any, Final

from portsip_api.pbx.extensions import branches as pbx_branches
from portsip_api.pbx.extensions.branches import Branch
from portsip_api.sipxcom.core import outcomes, paging
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import OUTCOME, Resources, whole_id
from portsip_api.sipxcom.core.errors import MissingId
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Nested, Record
from portsip_api.sipxcom.core.styles import REST

branches = Resources("branches", __name__, REST, "Branches", objects=True)

# The wire's name of each part of an address: ours.
_ADDRESS: Final = {
    "street": "street",
    "city": "city",
    "country": "country",
    "state": "state",
    "zip": "zip",
    "officeDesignation": "office_designation",
}
_OTHERS: Final = {
    "name": "name",
    "description": "description",
    "phoneNumber": "phone_number",
    "faxNumber": "fax_number",
}
_ORDERINGS: Final = {
    "name": "name",
    "description": "description",
    "city": "city",
    "officeDesignation": "office_designation",
}
BRANCH: Final = Record(
    "branch",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("name", required=True),
        Leaf("description"),
        Nested(
            "address",
            Record(
                "address",
                (Leaf("id", WHOLE, "The branch's, ours.", ignored=True), *(Leaf(name) for name in _ADDRESS)),
                "Address",
            ),
        ),
        Leaf("phoneNumber"),
        Leaf("faxNumber"),
    ),
    "Branch",
)
_BRANCHES: Final = Record("branch", (paging.METADATA, Many("branches", BRANCH)), "Branches")


@branches.route("/rest/branch")
@branches.takes(*paging.PAGED, *paging.sorted_by(_ORDERINGS))
@branches.allowed(Access.ADMINISTRATION)
@branches.answers(_BRANCHES)
def list_branches() -> dict[str, Any]:
    """List branches."""
    ordering, descending = paging.order(_ORDERINGS)
    rows, metadata = paging.asked().page(
        lambda part: pbx_branches.page(current_tenant(), ordering, part), descending=descending
    )
    return {"metadata": metadata, "branches": [shown(row) for row in rows]}


@branches.route("/rest/branch", methods=["PUT"])
@branches.reads(BRANCH)
@branches.allowed(Access.ADMINISTRATION)
@branches.answers(OUTCOME, status=201)
def create_branch(given: dict[str, Any]) -> Outcome:
    """Make a branch."""
    return outcomes.created(pbx_branches.create(current_tenant(), _fields(given)))


@branches.route("/rest/branch", methods=["DELETE"])
@branches.allowed(Access.ADMINISTRATION)
@branches.answers(OUTCOME)
def destroy_all_branches() -> Outcome:
    """Refuse to remove a branch that is not named."""
    raise MissingId("Name the branch.")


@branches.route("/rest/branch/<name:id>")
@branches.allowed(Access.ADMINISTRATION)
@branches.answers(BRANCH)
def show_branch(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a branch."""
    return shown(pbx_branches.show(current_tenant(), whole_id(id)))


@branches.route("/rest/branch/<name:id>", methods=["PUT"])
@branches.reads(BRANCH)
@branches.allowed(Access.ADMINISTRATION)
@branches.answers(OUTCOME)
def replace_branch(given: dict[str, Any], id: str) -> Outcome:  # noqa: A002 — the wire's word
    """Replace a branch; what is not sent is emptied."""
    pbx_branches.replace(current_tenant(), whole_id(id), _fields(given))
    return outcomes.updated(whole_id(id))


@branches.route("/rest/branch/<name:id>", methods=["DELETE"])
@branches.allowed(Access.ADMINISTRATION)
@branches.answers(OUTCOME)
def destroy_branch(id: str) -> Outcome:  # noqa: A002 — the wire's word
    """Remove a branch; its users and groups are then at none."""
    pbx_branches.destroy(current_tenant(), whole_id(id))
    return outcomes.deleted(whole_id(id))


def shown(branch: Branch) -> dict[str, Any]:
    """Return a branch as BRANCH shows it."""
    address = {name: getattr(branch, own) for name, own in _ADDRESS.items()}
    return {
        "id": branch.id,
        **{name: getattr(branch, own) for name, own in _OTHERS.items()},
        "address": {"id": branch.id, **address},
    }


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    address = given.get("address", {})
    return {own: given.get(name) for name, own in _OTHERS.items()} | {
        own: address.get(name) for name, own in _ADDRESS.items()
    }

"""`/api/ring_groups`: numbers at which several extensions ring.

Source: the vendor's operations of that name; contract, section 4.
"""

from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.features import ring_groups as pbx_ring_groups
from portsip_api.pbx.features.members import MOST
from portsip_api.pbx.features.no_answer import NO_ANSWER
from portsip_api.pbx.features.ring_groups import RING_GROUP, WHOLE, RingGroupKey
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.bodies import MOST_WITH_MEMBERS
from portsip_api.portsip.core.fields import ID, Strings, TenantRequest, described, schema_of
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success

ring_groups = ResourceBlueprint("ring groups", __name__, url_prefix="/api/ring_groups", description="Ring groups")


class _Members(TenantRequest):
    members = Strings(metadata={"description": f"Extension numbers in the order of a hunt, at most {MOST}."})


class RingGroupKeyRequest(TenantRequest):
    """Names a ring group by its number or its id."""

    ring_group_number = described(NUMBER, "The ring group's number; with `id` as the key, the new one.")
    id = described(ID, "The ring group's numeric id; it decides when both are sent.")

    keys = ("ring_group_number", "id")


class RingGroupCreate(
    schema_of("RingGroupFields", WHOLE, _Members, required=("ring_group_number", "name"))  # type: ignore[misc]
):
    """A new ring group."""


class RingGroupChange(RingGroupKeyRequest, schema_of("RingGroupFields", WHOLE, _Members)):  # type: ignore[misc]
    """What changes in a ring group."""


class RingGroupRow(schema_of("RingGroupFields", RING_GROUP, Schema)):  # type: ignore[misc]
    """A ring group; `ring_time` is in seconds."""

    id = ma.Integer(required=True)


class RingGroupListRow(RingGroupRow):
    """A ring group as lists show it, also by the names that the vendor's clients read."""

    ring_group_name = ma.String(required=True, metadata={"description": "The same as `name`."})
    status = ma.String(
        required=True,
        metadata={
            "enum": ["ONLINE", "OFFLINE"],
            "description": "`ONLINE` where a member is registered and wants calls.",
        },
    )


class RingGroupReply(schema_of("RingGroupFields", NO_ANSWER, RingGroupRow)):  # type: ignore[misc]
    """A ring group with its members, and what follows where nobody answers; the target is empty where it is gone."""

    members = ma.List(ma.String(), required=True)


class RingGroupCreated(Schema):
    """The keys of a new ring group."""

    id = ma.Integer(required=True)
    ring_group_number = ma.String(required=True)


_LISTING: Final = Listing("groups", alias="ring_groups")
_EXAMPLE: Final = {
    "ring_group_number": "600",
    "name": "Sales",
    "ring_time": 30,
    "ring_strategy": "RING_SIMULTANEOUSLY",
    "members": ["105", "106"],
    "no_answer_action": "CONNECT_TO_VOICE_MAIL",
    "no_answer_action_value": "105",
}


@ring_groups.route("/list")
@ring_groups.arguments(ListRequest)
@ring_groups.allowed(*MANAGERS)
@ring_groups.answers(_LISTING.schema("RingGroupList", RingGroupListRow))
def list_ring_groups(given: dict[str, Any]) -> dict[str, Any]:
    """List ring groups by number."""
    tenant_id = current_tenant()
    page = pbx_ring_groups.page(tenant_id, _LISTING.asked(given)[1])
    reachable = pbx_ring_groups.reachable(tenant_id, [row.id for row in page.rows])
    rows = [
        {
            **{name: getattr(row, name) for name in ("id", *RING_GROUP)},
            "ring_group_name": row.name,
            "status": "ONLINE" if row.id in reachable else "OFFLINE",
        }
        for row in page.rows
    ]
    return _LISTING.reply(given, page, rows)


@ring_groups.route("/show")
@ring_groups.arguments(RingGroupKeyRequest)
@ring_groups.allowed(*MANAGERS)
@ring_groups.answers(RingGroupReply, example={"id": 1, **_EXAMPLE})
def show_ring_group(given: dict[str, Any]) -> pbx_ring_groups.RingGroup:
    """Show a ring group with its members."""
    return pbx_ring_groups.show(current_tenant(), _key_of(given))


@ring_groups.route("/create", methods=["POST"])
@ring_groups.arguments(RingGroupCreate, example=_EXAMPLE)
@ring_groups.limits(unknown=MOST_WITH_MEMBERS)
@ring_groups.allowed(*MANAGERS)
@ring_groups.answers(RingGroupCreated, example={"id": 1, "ring_group_number": "600"}, errors=("403.3", "409.1"))
def create_ring_group(given: dict[str, Any]) -> dict[str, Any]:
    """Create a ring group.

    `no_answer_action` is what follows where nobody answers in `ring_time`; where calls are ended, `extensions/route`
    ends at the group. `CYCLIC_HUNT` begins with another member each time, and `LEAST_WORKED_HUNT` with the one whose
    last answer is longest ago, whatever call that was of; both begin with the first member after the machine was
    started anew (ours).
    """
    group_id = pbx_ring_groups.create(current_tenant(), given)
    return {"id": group_id, "ring_group_number": given["ring_group_number"]}


@ring_groups.route("/update", methods=["POST"])
@ring_groups.arguments(RingGroupChange, example={"ring_group_number": "600", "ring_time": 20})
@ring_groups.limits(unknown=MOST_WITH_MEMBERS)
@ring_groups.allowed(*MANAGERS)
@ring_groups.answers(Success, example=SUCCESS, errors=("403.3",))
def update_ring_group(given: dict[str, Any]) -> dict[str, str]:
    """Change a ring group; what is not sent stays as it is."""
    pbx_ring_groups.update(current_tenant(), _key_of(given), given)
    return SUCCESS


@ring_groups.route("/destroy", methods=["POST"], aliases=["/remove"])
@ring_groups.arguments(RingGroupKeyRequest, example={"ring_group_number": "600"})
@ring_groups.allowed(*MANAGERS)
@ring_groups.answers(Success, example=SUCCESS)
def destroy_ring_group(given: dict[str, Any]) -> dict[str, str]:
    """Remove a ring group; rules that point at it fall back to voicemail."""
    pbx_ring_groups.destroy(current_tenant(), _key_of(given))
    return SUCCESS


def _key_of(given: dict[str, Any]) -> RingGroupKey:
    return RingGroupKey(given.get("ring_group_number"), given.get("id"))

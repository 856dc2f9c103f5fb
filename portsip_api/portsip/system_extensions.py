"""`/api/system_extensions`: the numbers at which no person answers. Source: contract `portsip-more.md`, section 3."""

from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api import switch
from portsip_api.pbx.features import system_numbers
from portsip_api.pbx.features.system_numbers import SystemNumber
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.lists import Listing, ListRequest

system_extensions = ResourceBlueprint(
    "system extensions", __name__, url_prefix="/api/system_extensions", description="Numbers that are no person's"
)
_OF_PEOPLE: Final = {"RING_GROUP", "HUNT_GROUP", "CALL_QUEUE"}  # these are as reachable as who rings there


class SystemExtension(Schema):
    """A number, in the form of an extension in lists."""

    extension_number = ma.String(required=True)
    first_name = ma.String(required=True, metadata={"description": "The name of what answers."})
    last_name = ma.String(required=True, metadata={"description": "Empty."})
    email = ma.String(required=True, metadata={"description": "Empty."})
    belong_groups = ma.List(ma.String(), required=True, metadata={"description": "Empty."})
    status = ma.String(
        required=True,
        metadata={
            "enum": ["ONLINE", "OFFLINE"],
            "description": "`ONLINE` where somebody is reachable in a group, or a SIP engine serves the number.",
        },
    )
    type = ma.String(
        required=True,
        metadata={
            "description": "Ours: `RING_GROUP`, `HUNT_GROUP`, `CALL_QUEUE`, `VIRTUAL_RECEPTIONIST`, `PAGE_GROUP`, "
            "`PARK_ORBIT`, `CONFERENCE_ROOM` or `VOICE_MAIL`."
        },
    )


_LISTING: Final = Listing("extensions")


@system_extensions.route("/list")
@system_extensions.arguments(ListRequest)
@system_extensions.allowed(*MANAGERS)
@system_extensions.answers(_LISTING.schema("SystemExtensionList", SystemExtension))
def list_system_extensions(given: dict[str, Any]) -> dict[str, Any]:
    """List the numbers at which no person answers, in the form of extensions."""
    page = system_numbers.page(current_tenant(), _LISTING.asked(given)[1])
    return _LISTING.reply(given, page, [_row(number) for number in page.rows])


def _row(found: SystemNumber) -> dict[str, Any]:
    is_served = found.is_reachable if found.kind in _OF_PEOPLE else switch.switch.is_attached
    return {
        "extension_number": found.number,
        "first_name": found.name,
        "last_name": "",
        "email": "",
        "belong_groups": [],
        "status": "ONLINE" if is_served else "OFFLINE",
        "type": found.kind,
    }

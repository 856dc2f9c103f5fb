"""`/rest/my/speeddial`: the buttons of a user's phones.

Source: sipXcom REST API, "View or modify speed dial preferences"; contract `sipxcom-user.md`, section 6.4.
"""

from typing import Any, Final

from portsip_api.pbx.devices.profiles import jobs as profile_jobs
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.personal import speed_dials as pbx_speed_dials
from portsip_api.sipxcom.core.authentication import Access, current_tenant, current_user
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.records import FLAG, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import REST_JSON

speed_dials = Resources("speed dials", __name__, REST_JSON, "Speed dials of users", managed=True)

_BUTTON: Final = Record(
    "button",
    (
        Leaf("label"),
        Leaf("number"),
        Leaf("blf", FLAG, "Whether it shows that the number, which is another user's, is busy."),
        Leaf("name", meaning="Label and number; ignored in a request.", ignored=True),
    ),
    "SpeedDialButton",
)
_SPEED_DIAL: Final = Record(
    "speeddial",
    (
        Leaf("updatePhones", FLAG, "True: the user's phones fetch their files and are restarted. Null in a reply."),
        Leaf("canSubscribeToPresence", FLAG, "Whether the user may watch whether others are busy.", ignored=True),
        Leaf("groupSpeedDial", FLAG, "True: the buttons of the user's groups, which have none, instead of own ones."),
        Many("buttons", _BUTTON, "None when absent."),
    ),
    "SpeedDial",
)


@speed_dials.route("/rest/my/speeddial")
@speed_dials.allowed(Access.USER)
@speed_dials.answers(_SPEED_DIAL)
def show_speed_dials() -> dict[str, Any]:
    """Show one's speed dials."""
    found = pbx_speed_dials.show(current_tenant(), current_user())
    return {
        "updatePhones": None,
        "canSubscribeToPresence": found.can_watch,
        "groupSpeedDial": not found.own,
        "buttons": [
            {
                "label": button.label,
                "number": button.number,
                "blf": button.blf,
                "name": f"{button.label}={button.number}",
            }
            for button in found.buttons
        ],
    }


@speed_dials.route("/rest/my/speeddial", methods=["PUT"])
@speed_dials.reads(_SPEED_DIAL)
@speed_dials.allowed(Access.USER)
@speed_dials.answers(NOTHING, note="Members that are unknown are passed over.")
def replace_speed_dials(given: dict[str, Any]) -> None:
    """Replace one's speed dials."""
    tenant_id, user_id = current_tenant(), current_user()
    if given.get("groupSpeedDial"):
        pbx_speed_dials.inherit(tenant_id, user_id)
    else:
        pbx_speed_dials.replace(tenant_id, user_id, given)
    if given.get("updatePhones"):
        profile_jobs.send_to_user(tenant_id, ExtensionKey(id=user_id), restart=True)

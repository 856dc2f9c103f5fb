"""Examples for the documentation: the objects of the vendor's page, with its field names and value types."""

from typing import Any, Final

from portsip_api.pbx.extensions.fields import OBJECTS, PHONE_PROVISIONING
from portsip_api.pbx.values import defaults, merge

OBJECTS_EXAMPLE: Final[dict[str, Any]] = merge(
    defaults(OBJECTS),
    {
        "profile": {"first_name": "Ada", "last_name": "Example", "gender": "FEMALE", "email": "example@example.com"},
        "voice_mail": {"voicemail_pin": "123456"},
        "office_hours": {"office_hours_mode": "CUSTOM"},
    },
)
CREATE_EXTENSION: Final = {
    "extension_number": "1000",
    "password": "123456",
    "web_access_password": "123456",
    **OBJECTS_EXAMPLE,
}
UPDATE_EXTENSION: Final = {"extension_number": "1000", "profile": {"mobile_phone": "123456"}}
SHOW_EXTENSION: Final = {
    "id": 1,
    "status": "OFFLINE",
    **CREATE_EXTENSION,
    "phone_provisioning": {
        **defaults(PHONE_PROVISIONING),
        "phone_model": "Desk 7",
        "phone_mac_address": "00:00:5E:00:53:01",
        "phone_provisioning_method": "LOCALLAN",
    },
    "belong_groups": ["5E7B5E37-4008-429C-85D3-183DD4D4A9D9"],
}
CARD: Final = {
    "extension_number": "1000",
    "id": 1,
    "first_name": "Ada",
    "last_name": "Example",
    "email": "example@example.com",
    "status": "OFFLINE",
    "user_agent": "",
    "phone_mac_address": "",
    "phone_model": "",
}
PAGE: Final = {"pagination": 1, "pagesize": 100, "sort_by": "DEFAULT", "page_count": 1, "count": 1, "total": 1}
STATUS: Final = {"extension_status": [{"extension_number": "1000", "status": "OFFLINE", "user_agent": ""}]}
CREATE_GROUP: Final = {
    "group_name": "Sales",
    "group_description": "Everybody who sells",
    "enable_intercom": True,
    "enable_external_call": True,
    "enable_management_console_access": False,
    "members": ["105", "106", "107"],
}
GROUP_ID: Final = "5E7B5E37-4008-429C-85D3-183DD4D4A9D9"
GREETING: Final = {
    "filename": "some_filename.wav",
    "enabled": False,
    "display_name": "Summer holidays",
    "status": "READY",
    "reason": "",
    "duration": 12.5,
    "url": "/api/extensions/greeting_file/show?link=Mg.ZxQ0bA.5n0Q9d3mJrYqVbJ0m9d1kC2cW3s",
}
GREETINGS: Final = {
    "default_file": "default.wav",
    "files": [
        {**GREETING, "filename": "default.wav", "enabled": True, "display_name": "System default", "duration": 1.0},
        GREETING,
    ],
}

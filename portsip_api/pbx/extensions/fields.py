"""What an extension is made of: every value, its rule and its default.

The schemas of the APIs, the columns of the CSV file and the checks before a write are all made from these tables.
Source: PortSIP REST API, "Create a new extension"; limits and defaults are ours where the page names none.
"""

from typing import Final

from portsip_api.pbx.access.passwords import PASSWORD, WEB_ACCESS_PASSWORD
from portsip_api.pbx.hours.week import WEEK
from portsip_api.pbx.values import Choice, Flag, Rules, Text, Whole, Zone

NUMBER: Final = Text(
    64,
    1,
    pattern=r"[0-9A-Za-z*#+_][0-9A-Za-z*#+._-]*",
    meaning="made of digits, letters, *, #, +, _, and, but for the first character, . and -",
)
VOICEMAIL_PIN: Final = Text(20, pattern=r"[0-9]*", meaning="made of digits, or empty")
EMAIL: Final = Text(254, pattern=r"|[^@\s]+@[^@\s]+", meaning="an e-mail address, or empty")
PRESENCE: Final = Choice(("AVAILABLE", "DND", "AWAY"), "AVAILABLE")

_NAME = Text(64)
_LABEL = Text(255)
_PHONE = Text(64)

PROFILE: Rules = {
    "first_name": _NAME,
    "last_name": _NAME,
    "gender": Choice(("MALE", "FEMALE", "UNSPECIFIED"), "UNSPECIFIED"),
    "email": EMAIL,
    "mobile_phone": _PHONE,
    "work_phone": _PHONE,
    "home_phone": _PHONE,
    "twitter": _LABEL,
    "facebook": _LABEL,
    "linkedin": _LABEL,
    "instagram": _LABEL,
    "description": Text(1024, lines=True),
    "company_name": _LABEL,
    "company_website": _LABEL,
}

OPTIONS: Rules = {
    "enable_audio_record_calls": Flag(False),
    "enable_video_record_calls": Flag(False),
    "enable_extension": Flag(True),
    "outbound_caller_id": _PHONE,
}

READ_OUT: Final = ("DO_NOT_READ", "READ_12_HOUR", "READ_24_HOUR")

VOICE_MAIL: Rules = {
    "enable_voicemail": Flag(True),
    "prompt_language": Text(35, default="en-us"),
    "enable_vm_pin_auth": Flag(True),
    "voicemail_pin": VOICEMAIL_PIN,
    "enable_play_caller_id": Flag(False),
    "msg_read_out_datetime": Choice(READ_OUT, "DO_NOT_READ"),
}

ACTIONS: Final = (
    "CONNECT_TO_VOICE_MAIL",
    "CONNECT_TO_VOICE",
    "CONNECT_TO_ANOTHER_EXTENSION",
    "CONNECT_TO_RING_GROUP",
    "CONNECT_TO_NUMBER",
    "CONNECT_TO_VIRTUAL_RECEPTIONIST",
    "CONNECT_TO_CALL_QUEUE",
    "CONNECT_TO_CONFERENCE_ROOM",
    "DISCONNECT",
)
BUSY_ACTIONS: Final = (*ACTIONS, "RING_ANYWAY")  # offered to the phones as a second call
TARGET: Final = Text(64)


def _by_office_hours() -> Rules:
    action = Choice(ACTIONS, "CONNECT_TO_VOICE")
    return {
        "office_hours_action": action,
        "office_hours_action_value": TARGET,
        "outside_office_hours_action": action,
        "outside_office_hours_action_value": TARGET,
    }


FORWARD_RULES: Rules = {
    "available": {
        "no_answer_timeval": Whole(1, 600, 20),  # seconds
        "no_answer_action": Choice(ACTIONS, "CONNECT_TO_VOICE_MAIL"),
        "no_answer_action_value": TARGET,
        "busy_action": Choice(BUSY_ACTIONS, "CONNECT_TO_VOICE"),
        "busy_action_value": TARGET,
    },
    "offline": _by_office_hours(),
    "dnd": _by_office_hours(),
    "away": _by_office_hours(),
}

OFFICE_HOURS_MODES: Final = ("CUSTOM", "GLOBAL")

OFFICE_HOURS: Rules = {
    "office_hours_mode": Choice(OFFICE_HOURS_MODES, "GLOBAL"),
    **WEEK,
    "time_zone": Zone(may_stay=True),  # ours; empty: the tenant's
}

_MAC: Final = Text(17, pattern=r"|[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}", meaning="a MAC address, or empty")
PHONE_PROVISIONING: Rules = {
    "phone_model": Text(64),
    "phone_mac_address": _MAC,
    "phone_webpage_password": Text(128),
    "time_zone": Text(64),
    "phone_display_language": Text(64),
    "phone_provisioning_method": Choice(("", "LOCALLAN", "REMOTESTUN", "SBC"), ""),
    "network_interface": Text(64),
    **{f"{place}_preferred_codec": Text(32) for place in ("first", "second", "third", "fourth")},
}

OBJECTS: Rules = {
    "profile": PROFILE,
    "options": OPTIONS,
    "voice_mail": VOICE_MAIL,
    "forward_rules": FORWARD_RULES,
    "office_hours": OFFICE_HOURS,
}

EXTENSION: Rules = {
    "extension_number": NUMBER,
    "password": PASSWORD,
    "web_access_password": WEB_ACCESS_PASSWORD,
    **OBJECTS,
}

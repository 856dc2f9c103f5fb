"""The sample requests and responses of the vendor's page, by operation: its fields, with values of the same types.

Ids, host and token are the server's own. Two differences are the contract's: a call answers 503.1 until a SIP engine is
attached, and a search answers an array where the sample has an object. The greeting file that the samples name is sent
before they are, and the address of the one that is fetched is nobody's.
"""

from dataclasses import dataclass, field
from typing import Any

TOKEN = "{token}"
PAGE = {"pagesize": "100", "pagination": "1", "sort_by": "DEFAULT"}
ENVELOPE = {"pagination": 1, "pagesize": 100, "sort_by": "DEFAULT", "page_count": 100, "count": 100}
FLAGS = {"enable_intercom": True, "enable_external_call": True, "enable_management_console_access": True}
GROUP = {"group_name": "Sample extension group", "group_description": "Sample extension group", **FLAGS}
MEMBERS = ["105", "106", "107"]
CARD = {
    "extension_number": "1001",
    "first_name": "Sample name",
    "last_name": "Sample name",
    "email": "sample@sample.com",
    "status": "OFFLINE",
    "user_agent": "",
    "phone_mac_address": "",
    "phone_model": "",
}
_PHONES = dict.fromkeys(["mobile_phone", "work_phone", "home_phone"], "123456")
_LINKS = dict.fromkeys(["twitter", "facebook", "linkedin", "instagram", "description"], "Placeholders")
_ACTIONS = {
    "office_hours_action": "CONNECT_TO_VOICE",
    "office_hours_action_value": "",
    "outside_office_hours_action": "CONNECT_TO_VOICE",
    "outside_office_hours_action_value": "",
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OBJECTS = {
    "profile": {
        "first_name": "first name",
        "last_name": "last name",
        "gender": "MALE",
        "email": "example@example.com",
        **_PHONES,
        **_LINKS,
    },
    "options": {"enable_audio_record_calls": False, "enable_video_record_calls": False, "enable_extension": True},
    "voice_mail": {
        "enable_voicemail": True,
        "prompt_language": "en-us",
        "enable_vm_pin_auth": True,
        "voicemail_pin": "123456",
        "enable_play_caller_id": False,
        "msg_read_out_datetime": "DO_NOT_READ",
    },
    "forward_rules": {
        "available": {
            "no_answer_timeval": 20,
            "no_answer_action": "CONNECT_TO_VOICE_MAIL",
            "no_answer_action_value": "",
            "busy_action": "CONNECT_TO_VOICE",
            "busy_action_value": "",
        },
        "offline": _ACTIONS,
        "dnd": _ACTIONS,
        "away": _ACTIONS,
    },
    "office_hours": {
        "office_hours_mode": "CUSTOM",
        **{f"{day}_{edge}": time for day in _DAYS for edge, time in (("from", "09:00"), ("to", "17:00"))},
    },
}
EXTENSION = {"extension_number": "1000", "password": "123456", "web_access_password": "123456", **OBJECTS}


@dataclass(frozen=True)
class Sample:
    """One sample: a query or a JSON body, and the response that the page prints (empty: none is printed)."""

    name: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    response: dict[str, Any] = field(default_factory=dict)
    status: int = 200


SAMPLES = [
    Sample("create extension", "/api/extensions/create", body=EXTENSION),
    Sample(
        "create group",
        "/api/extensions/group/create",
        body={"access_token": TOKEN, **GROUP, "members": MEMBERS},
        response={"group_id": "12", "group_name": "test"},
    ),
    Sample(
        "list groups",
        "/api/extensions/group/list",
        query={"access_token": TOKEN, **PAGE},
        response={**ENVELOPE, "groups": [{"group_id": "guid", "group_name": "name", "members_count": 0}]},
    ),
    Sample(
        "show group",
        "/api/extensions/group/show",
        query={"access_token": TOKEN, "group_id": "{group}"},
        response={**GROUP, "members": MEMBERS},
    ),
    Sample(
        "update group",
        "/api/extensions/group/update",
        body={"access_token": TOKEN, "group_id": "{group}", **GROUP, "members": MEMBERS},
    ),
    Sample(
        "list extensions",
        "/api/extensions/list",
        query={"access_token": TOKEN, **PAGE},
        response={**ENVELOPE, "extensions": [CARD]},
    ),
    Sample(
        "search extensions",
        "/api/extensions/search",
        query={"access_token": TOKEN, "condition": "100", "pagesize": "100", "pagination": "1"},
        response={"pagination": 1, "pagesize": 100, "page_count": 100, "count": 100, "extensions": [CARD]},
    ),
    Sample(
        "show extension",
        "/api/extensions/show",
        query={"access_token": TOKEN, "extension_number": "1000"},
        response=EXTENSION,
    ),
    Sample(
        "status",
        "/api/extensions/status",
        body={"access_token": TOKEN, "extensions": ["105"]},
        response={"extension_status": [{"extension_number": "105", "status": "ON_CALL", "user_agent": ""}]},
    ),
    Sample(
        "call",
        "/apiextensions/call",
        query={
            "access_token": TOKEN,
            "auth": "123456",
            "domain": "pbx.local",
            "extension": "1000",
            "src": "example source",
            "to": "1001",
        },
        status=503,
    ),
    Sample(
        "add greeting file by url",
        "/api/extensions/greeting_file/create",
        body={
            "access_token": TOKEN,
            "extension_number": "1000",
            "filename": "fetched_filename.wav",
            "url": "https://192.0.2.1/fetched_filename.wav",  # for documentation: no server connects to it
            "display_name": "Sample name",
        },
        response={"filename": "fetched_filename.wav"},
    ),
    Sample(
        "set up greeting file",
        "/api/extensions/greeting_file/update",
        body={"access_token": TOKEN, "extension_number": "1000", "filename": "some_filename"},
    ),
    Sample(
        "list greeting files",
        "/api/extensions/greeting_file/list",
        query={"access_token": TOKEN, "extension_number": "1000", **PAGE},
        response={**ENVELOPE, "default_file": "abcdfeg.wav", "files": [{"filename": "default.wav,", "enabled": True}]},
    ),
    Sample(
        "remove greeting file",
        "/api/extensions/greeting_file/destroy",
        body={"access_token": TOKEN, "extension_number": "1000", "filename": "some_filename"},
    ),
    Sample(
        "update extension",
        "/api/extensions/update",
        body={"access_token": TOKEN, "extension_number": "1000", **OBJECTS},
    ),
    Sample("remove group", "/api/extensions/group/destroy", body={"access_token": TOKEN, "group_id": "{group}"}),
    Sample("remove extension", "/api/extensions/destroy", body={"access_token": TOKEN, "extension_number": "1000"}),
]

"""Examples of bodies, as JSON without a root, by the title of their record; their XML is made of them.

Source: the vendor's pages of the administration and the user API, where they print a value; most of what they print is
what is read. What the pages do not tell of is ours. A document shows each of them, and a test sends it.
"""

from collections.abc import Mapping
from typing import Any, Final

_LOCATION: Final = {
    "location": "123 Test Street, Chattanooga, TN, 37412",
    "addressInfo": "123 Test Street, Chattanooga, TN, 37412",
    "description": "test",
}
_ELIN: Final = "4235551212"
_SERIAL: Final = "0004f280cc95"
_HOURS: Final = {"enabled": True, "start": 32_400_000, "stop": 64_800_000, "scheduledDay": "Weekdays"}
_SEQUENCE: Final = {
    "expiration": 20,
    "rings": [{"expiration": 30, "type": "If no response", "enabled": True, "number": "5551212"}],
}
_OWN_ENTRY: Final = {
    "first-name": "John",
    "last-name": "Smith",
    "number": "200",
    "contact-information": {
        "jobTitle": "title",
        "companyName": "company",
        "homeAddress": {"street": "street"},
        "officeAddress": {"zip": "1234"},
    },
}
_PERMISSIONS: Final = {"permissions": [{"name": "Voicemail", "value": "ENABLE"}]}

_USER_IN_FULL: Final = {
    "userName": "5551213",
    "lastName": "Roe",
    "firstName": "Jane",
    "aliases": ["jane.roe"],
    "pintoken": "change-me-1234",
    "userProfile": {"jobTitle": "Curator", "emailAddress": "jane.roe@example.com"},
    "groups": [{"name": "Museum"}],
    "permissions": ["Voicemail"],
}

RECORDS: Final[Mapping[str, Any]] = {
    "Branch": {
        "name": "libofcongress",
        "description": "library of congress",
        "address": {"street": "101 Independence Ave SE", "city": "Washington", "state": "DC", "zip": "20540"},
    },
    "CallSequence": _SEQUENCE,
    "ConferenceSetting": {
        "enabled": True,
        "name": "MirceaConf",
        "autorecorded": True,
        "quickstart": True,
        "video": False,
        "sendActiveVideoOnly": False,
        "maxMembers": 0,
        "moh": "FILES_SRC",
    },
    "ContactInformation": {
        "jobTitle": "Data Entry Assistant",
        "jobDept": "Data Management Services",
        "companyName": "Museum of Science",
        "homeAddress": {"city": "NY"},
        "officeAddress": {"street": "1 Science Park", "city": "Boston", "country": "US", "state": "MA", "zip": "02114"},
        "emailAddress": "john.doe@example.com",
        "useBranchAddress": False,
        "twiterName": "Twitter",
        "linkedinName": "Linkedin",
        "firstName": "John",
        "lastName": "Doe",
    },
    "EmergencyLocations": {"e911Location": [{"elin": _ELIN, **_LOCATION}]},
    "Extensions": {"strings": ["4444"]},
    "Forward": _SEQUENCE,
    "Gateway": {
        "name": "my_siptrunk",
        "description": "DIDs 4235550000 through 4235551000",
        "model": {"modelId": "sipTrunkStandard"},
        "enabled": True,
        "address": "192.168.1.14",
        "addressTransport": "udp",
    },
    "GoogleCredentials": {"account": "john.doe", "password": "a-password"},
    "GroupPermissions": _PERMISSIONS,
    "HuntGroupGiven": {
        "name": "ppp1",
        "extension": "4444",
        "description": "",
        "enabled": True,
        "did": None,
        "ringBeans": [],
        "fallbackDestination": None,
        "voicemailFallback": True,
        "userForward": True,
        "useFwdTimers": False,
    },
    "ImPreferences": {
        "statusCallInfo": False,
        "otpMessage": "On the phone",
        "voicemailOnDnd": True,
        "statusPhonePresence": True,
    },
    "ImbotPreferences": {"confExit": True, "vmBegin": True, "vmEnd": True, "confEnter": True},
    "Line": {"user": "201"},
    "NamedEmergencyLocation": _LOCATION,
    "OldPhones": {"phone": [{"serialNumber": _SERIAL, "model": "polycomVVX500", "description": "Reception"}]},
    "OwnSchedule": {
        "name": "Lunch",
        "description": "",
        "periods": [{"scheduledDay": -1, "start": {"hrs": 12, "min": 0}, "end": {"hrs": 13, "min": 0}}],
    },
    "OwnCard": {
        "internalId": "a1",
        "vcard": "BEGIN:VCARD\nVERSION:3.0\nFN:John Smith\nN:Smith;John;;;\nTEL;TYPE=WORK:200\nEND:VCARD\n",
    },
    "OwnEntry": _OWN_ENTRY,
    "OwnPhonebook": {"phonebook": [_OWN_ENTRY | {"first-name": "Jane"}]},
    "PageGroupGiven": {
        "enabled": True,
        "pageGroupNumber": 1,
        "timeout": 60,
        "sound": "default.wav",
        "description": "The front",
    },
    "ParkOrbit": {"name": "Reception", "enabled": True, "extension": "8001", "description": "", "server": "1"},
    "Permission": {"label": "apicreate", "description": "Created through the api", "defaultValue": True},
    "Phone": {
        "serialNo": _SERIAL,
        "description": "Reception",
        "model": {"modelId": "polycomVVX500"},
        "groups": [{"name": "sales"}],
    },
    "PhoneGroup": {"name": "reception", "description": "Phones of the reception"},
    "PhoneIds": {"ids": [1, 2]},
    "PhonesToLocate": {"phones": [{"serial": _SERIAL, "elin": _ELIN}]},
    "Rule": {
        "name": "Far",
        "enabled": True,
        "type": "Custom",
        "description": "Calls that go out by the trunk",
        "permissions": {"names": ["900Dialing"]},
        "dialPatterns": {"patterns": [{"prefix": "9", "digits": -1}]},
        "callPattern": {"prefix": "", "callDigits": "vdigits"},
    },
    "PersonalAttendant": {
        "operator": "419",
        "overrideLanguage": True,
        "menu": {"5": "255", "7": "999"},
        "language": "en",
        "depositVM": True,
        "forwardDeleteVM": True,
        "playVMDefaultOptions": True,
    },
    "Schedule": {
        "name": "Working hours",
        "description": "",
        "userId": -1,
        "groupId": -1,
        "type": "S",
        "workingTime": {"workingHours": [_HOURS]},
    },
    "Settings": {"settings": [{"path": "voIpProt.SIP/voIpProt.SIP.local.port", "value": "5060"}]},
    "SpeedDial": {
        "updatePhones": False,
        "groupSpeedDial": False,
        "buttons": [{"label": "Reception", "number": "201", "blf": False}],
    },
    "User": {
        "userName": "201",
        "firstName": "John",
        "lastName": "Doe",
        "pin": "a-portal-password",
        "sipPassword": "a-sip-password",
        "emailAddress": "john.doe@example.com",
        "aliases": [{"alias": "2001"}],
    },
    "UserGroup": {"name": "sales", "description": "The sales department"},
    "UserInFull": _USER_IN_FULL,
    "UserPermissions": _PERMISSIONS,
    "VoicemailPreferences": {
        "greeting": "STANDARD",
        "email": "john.doe@example.com",
        "emailAttachType": "YES",
        "emailFormat": "FULL",
        "emailIncludeAudioAttachment": True,
    },
    "WorkingHours": _HOURS,
}

# Of plain text, by the beginning of the operation's name; where none fits, a flag's.
_TEXTS: Final = {
    "assign_": _ELIN,
    "set_dns_service_": "192.168.1.31",
    "set_music_on_hold_service_": "FILES_SRC",
    "set_gateway_": "5568",
    "set_user_": "ENABLE",
    "enable_special_mode": '{"specialMode":"true"}',
    "disable_special_mode": '{"specialMode":"true"}',
}
_FLAG: Final = "true"


def text_of(name: str) -> str:
    """Return the example of the plain text that the operation called `name` reads."""
    return next((text for beginning, text in _TEXTS.items() if name.startswith(beginning)), _FLAG)

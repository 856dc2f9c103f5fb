"""What `fill` lets rules, call sequences and fall-backs name: every action, and what is there, goes, or never was."""

from typing import Any, Final

_EXTENSION, _RING_GROUP = "CONNECT_TO_ANOTHER_EXTENSION", "CONNECT_TO_RING_GROUP"
_NUMBER, _RECEPTIONIST = "CONNECT_TO_NUMBER", "CONNECT_TO_VIRTUAL_RECEPTIONIST"

# Of these, `fill` removes 1031, 601, 612, 801, 82 (page), 702, 3003 and its alias, renumbers 1032, 3002, 604 and 611,
# and gives the numbers 1034 and 603 to objects of other kinds.
TARGETS: Final = (
    ("CONNECT_TO_VOICE_MAIL", ""),
    ("CONNECT_TO_VOICE_MAIL", "1030"),
    ("CONNECT_TO_VOICE", ""),
    ("CONNECT_TO_VOICE", "600"),
    ("DISCONNECT", ""),
    ("DISCONNECT", "1030"),
    *((_EXTENSION, number) for number in ("1030", "1031", "1032", "1034", "1036", "3000", "3002", "3003")),
    *((_EXTENSION, number) for number in ("1047", "1048", "1049")),
    *((_RING_GROUP, number) for number in ("600", "601", "603", "604", "610", "611", "+4930611", "612", "613")),
    *((_RECEPTIONIST, number) for number in ("800", "801", "802")),
    *((_NUMBER, number) for number in ("+442079460123", "0044207946", "9110")),
    *((_NUMBER, number) for number in ("1030", "1031", "1032", "1034", "5551", "5553", "600", "601", "604", "610")),
    *((_NUMBER, number) for number in ("611", "+4930611", "612", "700", "702", "800", "801", "660")),
)
COLUMNS: Final = (
    ("available", "no_answer_action"),
    ("available", "busy_action"),
    *((state, f"{hours}_action") for state in ("offline", "dnd", "away") for hours in ("office_hours",)),
    *((state, f"{hours}_action") for state in ("offline", "dnd", "away") for hours in ("outside_office_hours",)),
)
# Who has these rules: each target stands once in each column. The others are named by them, or lead on to others.
HOLDERS: Final = [str(number) for number in (*range(1000, 1030), *range(1060, 1060 + len(TARGETS) - 30))]
CHAIN: Final = [str(number) for number in range(1050, 1060)]
FAN: Final = [str(number) for number in range(1060 + len(TARGETS) - 30, 1090)]
FAN_TO: Final = "1047"
AWAY: Final = {"1033": "DND", "1035": "AWAY", "1041": "DND", "1043": "AWAY", "1045": "DND"}

# The fall-backs of the hunt groups 610, 611, 612 and so on.
FALL_BACKS: Final = (
    "",
    "1030",
    "sip:1030@pbx.local",
    "1030@pbx.local",
    "600",
    "612",
    "+4930611",
    "800",
    "801",
    "+442079460123",
    "5551",
    "1031",
    "1032",
    "601",
    "sip:604@pbx.local",
    "700",
    "620",
    "610",
)

# The call sequences of users: number, together, enabled, name of a schedule.
RINGS: Final[dict[str, list[tuple[str, bool, bool, str]]]] = {
    "3000": [
        ("1030", True, True, ""),
        ("1031", False, True, "Office"),
        ("sip:1032@pbx.local", False, True, "Lunch"),
        ("3000", False, True, ""),
        ("5552", True, True, "Shift"),
        ("600", False, True, "Gone soon"),
        ("601", False, False, ""),
        ("610", False, True, ""),
        ("613", False, True, ""),
        ("800", False, True, ""),
        ("+442079460123", False, True, ""),
    ],
    "1001": [("1031", True, True, ""), ("1030@pbx.local", False, True, ""), ("3002", False, True, "")],
    "1033": [("604", True, True, "")],
    "1036": [
        ("1034", False, True, ""),
        ("603", False, True, ""),
        ("+4930611", False, True, ""),
        ("702", True, True, ""),
    ],
    "1042": [("5553", False, True, "")],
}


def _row(number: str, action: str, target: str) -> dict[str, Any]:
    rules = {
        state: {"office_hours_action": action, "office_hours_action_value": target} for state in ("offline", "dnd")
    }
    available = {"no_answer_action": action, "no_answer_action_value": target}
    passwords = {"password": f"sip {number}", "web_access_password": f"web {number}"}
    return {"extension_number": number, **passwords, "forward_rules": {"available": available, **rules}}


# What an import lets in with a warning: what is of another kind, nothing, itself, or comes later in the file.
BAD_ROWS: Final = [
    _row("2000", _EXTENSION, "2009"),
    _row("2001", _EXTENSION, "4711"),
    _row("2002", _EXTENSION, "600"),
    _row("2003", _EXTENSION, "5551"),
    _row("2004", _EXTENSION, "2004"),
    _row("2005", _EXTENSION, ""),
    _row("2006", _RING_GROUP, "1030"),
    _row("2007", _RING_GROUP, "699"),
    _row("2008", _RECEPTIONIST, "600"),
    _row("2009", _NUMBER, "not a number"),
    _row("2010", _NUMBER, "sip:1030@pbx.local"),
    _row("2011", _NUMBER, "+33140000000"),
    _row("2012", _NUMBER, "2013"),
    _row("2013", _RECEPTIONIST, ""),
    _row("2014", _RING_GROUP, " 600 "),
    _row("2015", _EXTENSION, "1030@pbx.local"),
    _row("2016", _EXTENSION, "2017"),
    _row("2017", _EXTENSION, "2016"),
]
# As CSV, changing what is there: the target of 2021 is made in the same file.
UPSERTED: Final = (
    "extension_number;password;web_access_password;forward_rules.away.office_hours_action;"
    "forward_rules.away.office_hours_action_value\r\n"
    "2000;;;CONNECT_TO_RING_GROUP;698\r\n2021;a secret;another;CONNECT_TO_ANOTHER_EXTENSION;2022\r\n"
    "2022;a secret;another;CONNECT_TO_VIRTUAL_RECEPTIONIST;899\r\n"
)

# A setting of each service: its path below `api/`.
SETTINGS: Final = {
    "dns/settings/named-config/forwarders/forwarder_0": "192.0.2.53",
    "ivr/settings/ivr/log.level": "DEBUG",
    "mwi/settings/status-config/SIP_STATUS_TCP_PORT": "5111",
    "moh/settings/moh-config/MOH_SOURCE": "NONE",
    "imbot/settings/imbot/log.level": "DEBUG",
    "pagegroups/settings/page-config/sip.tcpPort": "5161",
    "proxy/settings/proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES": "240",
    "registrar/settings/registrar-config/SIP_REGISTRAR_TCP_PORT": "5071",
    "restserver/settings/rest-config/log.level": "DEBUG",
    "phonebook/settings/phonebook/googleDomain": "mail.example",
    "saa/settings/saa-config/SIP_SAA_UDP_PORT": "5171",
}

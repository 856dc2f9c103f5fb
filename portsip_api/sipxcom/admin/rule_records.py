"""What a dialling rule is on the wire. Source: contract `sipxcom-users-rules.md`, section 2.1."""

from typing import Any, Final

from portsip_api.pbx.trunks import attendant_rules, rule_kinds
from portsip_api.sipxcom.admin.schedules import HOURS
from portsip_api.sipxcom.core.date_kinds import DATE
from portsip_api.sipxcom.core.records import FLAG, TEXT, WHOLE, Kind, Leaf, Many, Nested, Record, squeeze

# The wire's names of the kinds of rules, as they are shown; RESTRICTED and TOLL_FREE show as Long_Distance.
TYPES: Final = {
    rule_kinds.INTERNAL: "Internal",
    rule_kinds.ATTENDANT: "Attendant",
    rule_kinds.CUSTOM: "Custom",
    rule_kinds.SITE_TO_SITE: "Site_To_Site",
    **dict.fromkeys(rule_kinds.LONG_DISTANCES, "Long_Distance"),
    rule_kinds.EMERGENCY: "Emergency",
    "INTERNATIONAL": "International",
    "LOCAL": "Local",
}
_TAKEN: Final = {**TYPES, "RESTRICTED": "Restricted", "TOLL_FREE": "Toll_free"}
_KINDS: Final = {squeeze(kind): kind for kind in _TAKEN}

# The wire's names of members: ours. What is of one kind only is null, 0 or false for the others.
LONG_DISTANCE: Final = {
    "pstnPrefix": "pstn_prefix",
    "pstnPrefixOptional": "pstn_prefix_optional",
    "longDistancePrefix": "long_distance_prefix",
    "longDistancePrefixOptional": "long_distance_prefix_optional",
    "areaCodes": "area_codes",
    "externalLen": "external_len",
}
MEMBERS: Final = {
    rule_kinds.INTERNAL: {"mediaServerHostname": "media_server_hostname", "mediaServerType": "media_server_type"},
    **dict.fromkeys(rule_kinds.LONG_DISTANCES, LONG_DISTANCE),
    rule_kinds.EMERGENCY: {"optionalPrefix": "optional_prefix", "emergencyNumber": "emergency_number"},
    rule_kinds.ATTENDANT: {
        "afterHoursAttendantEnabled": "after_hours_enabled",
        "enableLiveAttendant": "enable_live",
    },
}
ATTENDANTS: Final = {
    f"{word}Attendant": place
    for word, place in zip(("afterHours", "holiday", "workingTime"), attendant_rules.PLACES, strict=True)
}
NAMES: Final = {
    "type": "kind",
    "scheduleId": "schedule_id",
    "dialPatterns": "patterns",
    "callPattern": "call_digits",
    "callPattern.prefix": "call_prefix",
    "attendantAliases": "aliases",
    "holidayAttendantPeriods": "holidays",
    "workingTimeAttendantPeriods": "periods",
} | {name: own for members in MEMBERS.values() for name, own in members.items()}


def _read_type(value: object) -> str | None:
    if value == "":
        return None
    if isinstance(value, str) and squeeze(value) in _KINDS:
        return _KINDS[squeeze(value)]
    raise ValueError(f"Must be one of {', '.join(dict.fromkeys(_TAKEN.values()))}.")


_TYPE: Final = Kind(
    {"type": "string", "enum": list(dict.fromkeys(TYPES.values()))},
    _read_type,
    json=lambda kind: TYPES[kind],
    xml=lambda kind: TYPES[kind],
    taken=({"type": "string", "enum": ["Restricted", "Toll_free"]},),
)
_KEPT: Final = "Kept and shown; it is for a SIP engine, and none is attached yet."
_PATTERN: Final = Record(
    "DialPatterns",
    (
        Leaf("prefix"),
        Leaf("digits", WHOLE, "How many more digits follow: n > 0 exactly n, 0 none, < 0 any number of them."),
    ),
    "DialPattern",
)
_HOLIDAY: Final = Record("holidayPeriods", (Leaf("startDate", DATE), Leaf("endDate", DATE)), "HolidayPeriod")
_OUT: Final = "In replies only."


def _plain(*names: str, meaning: str = "") -> tuple[Leaf, ...]:
    flags = {"pstnPrefixOptional", "longDistancePrefixOptional", "afterHoursAttendantEnabled", "enableLiveAttendant"}
    return tuple(
        Leaf(name, FLAG if name in flags else WHOLE if name == "externalLen" else TEXT, meaning) for name in names
    )


RULE: Final = Record(
    "Rule",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("name"),
        Leaf("enabled", FLAG, "False when absent: then its numbers are denied."),
        Leaf("type", _TYPE, "Needed for a new rule; a present one keeps its own."),
        Leaf("description"),
        Leaf("scheduleId", WHOLE, "Outside this schedule the rule does not hold, and its numbers are denied."),
        Nested(
            "permissions",
            Record("permissions", (Many("names", Leaf("name", xml="Name"), bare=True),), "RulePermissions"),
            "Of a Custom rule: names or labels of what who calls must have. None, or an empty list, changes nothing.",
        ),
        Leaf("gatewayAware", FLAG, _OUT, ignored=True),
        Leaf("authorizationChecked", FLAG, _OUT, ignored=True),
        Leaf("internal", FLAG, _OUT, ignored=True),
        *_plain("mediaServerHostname", "mediaServerType", meaning=f"Of an Internal rule. {_KEPT}"),
        Nested(
            "dialPatterns",
            Record("dialPatterns", (Many("patterns", _PATTERN, bare=True),), "DialPatterns"),
            "The numbers that the rule is for, as they are dialled: needed for Custom and Site_To_Site.",
        ),
        Nested(
            "callPattern",
            Record("callPattern", (Leaf("prefix"), Leaf("callDigits")), "CallPattern"),
            f"Needed for Custom and Site_To_Site; callDigits: {', '.join(rule_kinds.CALL_DIGITS)}. {_KEPT}",
        ),
        *_plain(*LONG_DISTANCE, meaning="Of a Long_Distance rule: the numbers that it is for follow."),
        *_plain("optionalPrefix", "emergencyNumber", meaning="Of an Emergency rule, which is for both, and for `sos`."),
        *_plain("afterHoursAttendant", "afterHoursAttendantEnabled", meaning=f"Of an Attendant rule. {_KEPT}"),
        *_plain("holidayAttendant", "workingTimeAttendant", meaning=f"Attendants by name, made when missing. {_KEPT}"),
        Nested(
            "holidayAttendantPeriods",
            Record("holidayAttendantPeriods", (Many("holidayPeriods", _HOLIDAY, bare=True),), "HolidayPeriods"),
            _KEPT,
        ),
        Nested(
            "workingTimeAttendantPeriods",
            Record("workingTimeAttendantPeriods", (Many("workingHours", HOURS, bare=True),), "AttendantHours"),
            f"Monday to Friday, 9 to 18, when absent. {_KEPT}",
        ),
        Leaf("extension", meaning="Of an Attendant rule: a number of its own, which nothing else may have."),
        Leaf("attendantAliases", meaning="More numbers of the rule, with blanks between."),
        Leaf("did", meaning="Another one of them."),
        *_plain("enableLiveAttendant", meaning=_KEPT),
    ),
    "Rule",
)
RULES: Final = Record("Rules", (Many("rules", RULE, bare=True),), "Rules")


# What a rule shows of the members that rules of its kind do not have, where that is not null.
BLANK: Final[dict[str, Any]] = {
    item.name: False if item.kind is FLAG else 0
    for item in RULE.fields
    if isinstance(item, Leaf) and not item.ignored and (item.kind is FLAG or item.name == "externalLen")
}

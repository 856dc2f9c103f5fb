"""What devices are told of the time: their settings of zone, daylight saving and time server, from the tenant's zone.

They are defaults. Who sets a device's zone (one of `leading`) takes its daylight saving into his own hands too: the
model's own defaults apply then. A form that cannot say what a zone does (Polycom knows daylight saving of an hour only)
is given the offset now in force, which is right until the next change.
Source: the vendors' provisioning guides; contract, section 9.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from portsip_api.pbx.devices.clocks import LAST, Change, ZoneRule
from portsip_api.pbx.settings.device_models import PhoneModel

_HOUR: Final = 60
# Grandstream's earlier models count minutes east of 180 degrees West, and write rules of daylight saving their own way.
_COUNTING: Final = frozenset(
    {
        *("gsPhoneBt100", "gsPhoneBt200", "gsHt286", "gsHt386", "gsHt486", "gsHt488", "gsHt496", "gsPhoneGxv3000"),
        *("gsPhoneGxp280", "gsPhoneGxp1200", "gsPhoneGxp2000", "gsPhoneGxp2010", "gsPhoneGxp2020"),
    }
)
_SELF_DEFINED: Final = 32  # characters that the shortest of Grandstream's fields for a zone take
_USUAL_HOUR: Final = 2  # at which clocks change where nothing else is said
_DATE_LINE: Final = 12 * _HOUR

Values = dict[str, str | None]


@dataclass(frozen=True)
class ClockSettings:
    """Defaults by path: those of the zone, which count while no path of `leading` has been set, and the server's."""

    zone: Mapping[str, str | None] = field(default_factory=dict)
    server: Mapping[str, str | None] = field(default_factory=dict)
    leading: frozenset[str] = frozenset()


def clock_settings(model: PhoneModel, rule: ZoneRule, server: str) -> ClockSettings:
    """Return what a model's clock settings are in a zone; `server` is the time server, empty: not told."""
    form = _FORMS.get(model.family)
    if form is None:
        return ClockSettings()
    return ClockSettings(
        form.zone(model, rule),
        {form.server: server} if server else {},
        form.leading,
    )


@dataclass(frozen=True)
class _Form:
    zone: Callable[[PhoneModel, ZoneRule], Values]
    server: str
    leading: frozenset[str]


def _yealink(model: PhoneModel, rule: ZoneRule) -> Values:  # noqa: ARG001 (all models alike)
    hours, minutes = divmod(abs(rule.offset), _HOUR)
    sign = "+" if rule.offset > 0 else "-" if rule.offset else ""
    return {
        "preference/local_time.time_zone": f"{sign}{hours}" + (f":{minutes:02}" if minutes else ""),
        "preference/local_time.time_zone_name": "",
        "preference/local_time.summer_time": "1" if rule.saving else "0",
        "preference/local_time.dst_time_type": "1",
        "preference/local_time.start_time": _yealink_change(rule.start),
        "preference/local_time.end_time": _yealink_change(rule.end),
        "preference/local_time.offset_time": str(rule.saving) if rule.saving else "",
    }


def _yealink_change(change: Change | None) -> str:
    return "" if change is None else f"{change.month}/{change.week}/{change.weekday}/{_hour(change)}"


def _snom(model: PhoneModel, rule: ZoneRule) -> Values:  # noqa: ARG001 (all models alike)
    dst = ""
    if rule.start and rule.end:
        dst = f"{rule.saving * 60} {_snom_change(rule.start)} {_snom_change(rule.end)}"
    group = "Basic_Network_Settings"
    return {f"{group}/timezone": "", f"{group}/utc_offset": str(rule.offset * 60), f"{group}/dst": dst}


def _snom_change(change: Change) -> str:
    hours, minutes = divmod(change.minute, _HOUR)
    return f"{change.month:02}.{change.week:02}.{change.weekday:02} {hours:02}:{minutes:02}:00"


def _polycom(model: PhoneModel, rule: ZoneRule) -> Values:  # noqa: ARG001 (all models alike)
    group = "tcpIpApp.sntp"
    if rule.start is None or rule.end is None or rule.saving != _HOUR:
        return {f"{group}/gmtOffset": str(rule.now * 60), f"{group}/daylightSavings.enable": "0"}
    found: Values = {
        f"{group}/gmtOffset": str(rule.offset * 60),
        f"{group}/daylightSavings.enable": "1",
        f"{group}/daylightSavings.fixedDayEnable": "0",
    }
    for name, change in (("start", rule.start), ("stop", rule.end)):
        prefix = f"{group}/daylightSavings.{name}."
        found[f"{prefix}month"] = str(change.month)
        # The first day that can be the one: the 8th for the second Sunday. It has no meaning for the last one.
        found[f"{prefix}date"] = "1" if change.week == LAST else str(change.week * 7 - 6)
        found[f"{prefix}time"] = str(_hour(change))
        found[f"{prefix}dayOfWeek"] = str(_from_sunday(change) + 1)
        found[f"{prefix}dayOfWeek.lastInMonth"] = "1" if change.week == LAST else "0"
    return found


def _grandstream(model: PhoneModel, rule: ZoneRule) -> Values:
    if model.model_id in _COUNTING:
        rules = ";".join(map(_grandstream_change, filter(None, (rule.start, rule.end))))
        return {
            "phone/P64": str(rule.offset + _DATE_LINE),
            "phone/P75": "1" if rule.saving else "0",
            "phone/P246": f"{rules};{rule.saving}" if rule.saving else None,
        }
    text = posix(rule)
    if len(text) > _SELF_DEFINED:
        text = posix(rule, whole_hours=True)
    # The last one would have a video phone find its zone itself.
    found: Values = {"phone/P64": "customize", "phone/P246": text, "phone/P1529": "0"}
    return found | {"gateway/P64": "customize", "gateway/P246": text}


def _grandstream_change(change: Change) -> str:
    week = -1 if change.week == LAST else change.week
    return f"{change.month},{week},{change.weekday},{change.minute // _HOUR},{change.minute % _HOUR}"


def posix(rule: ZoneRule, *, whole_hours: bool = False) -> str:
    """Return the zone as POSIX's TZ names one, with names of three letters and without what goes without saying.

    `whole_hours` writes the full hour nearest to a change.
    """
    text = f"STD{_posix_offset(rule.offset)}"
    if rule.start is None or rule.end is None:
        return text
    text += "DST" if rule.saving == _HOUR else f"DST{_posix_offset(rule.offset + rule.saving)}"
    return ",".join([text, *(_posix_change(change, whole_hours) for change in (rule.start, rule.end))])


def _posix_offset(offset: int) -> str:
    hours, minutes = divmod(abs(offset), _HOUR)
    sign = "-" if offset > 0 else "+"
    return f"{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def _posix_change(change: Change, whole_hours: bool) -> str:
    hours, minutes = (_hour(change), 0) if whole_hours else divmod(change.minute, _HOUR)
    day = f"M{change.month}.{change.week}.{_from_sunday(change)}"
    if minutes:
        return f"{day}/{hours}:{minutes:02}"
    return day if hours == _USUAL_HOUR else f"{day}/{hours}"


def _hour(change: Change) -> int:
    """Return the full hour nearest to a change, for forms that know hours only."""
    return min((change.minute + 30) // _HOUR, 23)


def _from_sunday(change: Change) -> int:
    return change.weekday % 7


_FORMS: Final = {
    "yealink": _Form(
        _yealink,
        "preference/local_time.ntp_server1",
        frozenset({"preference/local_time.time_zone", "preference/local_time.time_zone_name"}),
    ),
    "snom": _Form(_snom, "Basic_Network_Settings/ntp_server", frozenset({"Basic_Network_Settings/timezone"})),
    "polycom": _Form(_polycom, "tcpIpApp.sntp/address", frozenset({"tcpIpApp.sntp/gmtOffset"})),
    "grandstream": _Form(_grandstream, "network/P30", frozenset({"phone/P64", "gateway/P64"})),
}

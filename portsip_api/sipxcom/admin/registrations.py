"""`/api/registrations`: which phones are registered, found and ended by what names them.

Source: sipXcom REST API, "Registrations"; contract `sipxcom-admin.md`, section 6.7; `sipxcom.md`, decision 9.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from portsip_api import switch
from portsip_api.pbx.calls import registrations as pbx_registrations
from portsip_api.pbx.calls.registrations import Registration
from portsip_api.pbx.devices import keys as phone_keys
from portsip_api.pbx.errors import NotFound
from portsip_api.sipxcom.core import paging
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.records import WHOLE, Kind, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API

registrations = Resources("registrations", __name__, API, "Registrations")


def _in_xml(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_INSTANT: Final = Kind(
    {"type": "integer", "format": "int64"}, lambda _: None, json=lambda seconds: int(seconds * 1000), xml=_in_xml
)
_REGISTRATION: Final = Record(
    "Registration",
    (
        Leaf("status", meaning="`active` or `expired`."),
        Leaf("secondsToExpire", WHOLE),
        Leaf("contact", meaning="Where the phone is."),
        Leaf("expires", _INSTANT, "In JSON milliseconds since 1970, in XML a date and time."),
        Leaf("instrument", meaning="The phone's MAC address."),
        Leaf("primary", meaning="The server that holds it."),
        Leaf("regCallId"),
        Leaf("uri"),
        Leaf("identity"),
    ),
    "Registration",
)
_REGISTRATIONS: Final = Record("Registrations", (Many("registrations", _REGISTRATION, bare=True),), "Registrations")
_NO_SWITCH: Final = "Without a SIP engine there are none."


@registrations.route("/api/registrations")
@registrations.takes(*paging.ROWS)
@registrations.allowed(Access.ADMINISTRATION)
@registrations.answers(_REGISTRATIONS, note=f"One for each contact. {_NO_SWITCH}")
def list_registrations() -> dict[str, Any]:
    """List registrations, those that expire last first."""
    return _listed(pbx_registrations.list_all(current_tenant(), switch.switch))


def _of_user(user: str) -> list[Registration]:
    try:
        return pbx_registrations.list_user(current_tenant(), user, switch.switch)
    except NotFound:
        raise NotFound("User  not found") from None  # with the blanks of the original


def _of_group(name: str) -> list[Registration]:
    return pbx_registrations.list_group(current_tenant(), name, switch.switch)


def _of_serial(serial: str) -> list[Registration]:
    if not phone_keys.is_serial(current_tenant(), serial):
        raise NotFound("Phone not found")
    return pbx_registrations.list_serial(current_tenant(), serial, switch.switch)


def _of_ip(ip: str) -> list[Registration]:
    return pbx_registrations.list_ip(current_tenant(), ip, switch.switch)


def _of_call_id(call_id: str) -> list[Registration]:
    return pbx_registrations.list_call_id(current_tenant(), call_id, switch.switch)


def _of_server(server: str) -> list[Registration]:
    return pbx_registrations.list_server(current_tenant(), server, switch.switch)


@dataclass(frozen=True)
class _Filter:
    """What registrations are found by: `find` is given the last segment of the address."""

    segment: str
    subject: str
    find: Callable[[str], list[Registration]]
    name: str
    may_fail: bool = False
    may_drop: bool = True
    aliases: tuple[str, ...] = ()


_FILTERS: Final = (
    _Filter("user", "a user (id, user name or alias)", _of_user, "user", may_fail=True),
    _Filter("group", "the members of a user group", _of_group, "group", may_fail=True, may_drop=False),
    _Filter("serialNo", "a phone (MAC address)", _of_serial, "phone", may_fail=True),
    _Filter("ip", "an IP address", _of_ip, "ip"),
    _Filter("callid", "a Call-ID", _of_call_id, "call_id", aliases=("callId",)),
    _Filter("server", "a server (id or name)", _of_server, "server", may_fail=True),
)


def _serve(chosen: _Filter) -> None:
    rule, *aliases = (f"/api/registrations/{segment}/<name:key>" for segment in (chosen.segment, *chosen.aliases))
    errors = (404,) if chosen.may_fail else ()

    @registrations.takes(*paging.ROWS)
    @registrations.allowed(Access.ADMINISTRATION)
    @registrations.answers(_REGISTRATIONS, errors=errors, note=_NO_SWITCH)
    def found(key: str) -> dict[str, Any]:
        return _listed(chosen.find(key))

    @registrations.allowed(Access.ADMINISTRATION)
    @registrations.answers(NOTHING, errors=errors, note="There may be none.")
    def drop(key: str) -> None:
        pbx_registrations.drop(chosen.find(key), switch.switch)

    found.__name__, found.__doc__ = (
        f"list_registrations_of_{chosen.name}",
        f"List the registrations of {chosen.subject}.",
    )
    registrations.route(rule, aliases=aliases)(found)
    if chosen.may_drop:
        drop.__name__, drop.__doc__ = (
            f"drop_registrations_of_{chosen.name}",
            f"End the registrations of {chosen.subject}.",
        )
        registrations.route(rule, methods=["DELETE"], aliases=aliases)(drop)


for _chosen in _FILTERS:
    _serve(_chosen)


def _listed(found: Sequence[Registration]) -> dict[str, Any]:
    start, limit = paging.rows()
    part = found[start:] if limit is None else found[start : start + limit]
    return {"registrations": [_shown(item) for item in part]}


def _shown(item: Registration) -> dict[str, Any]:
    return {
        "status": item.status,
        "secondsToExpire": item.seconds_to_expire,
        "contact": item.contact,
        "expires": item.expires,
        "instrument": item.instrument,
        "primary": item.server,
        "regCallId": item.call_id,
        "uri": item.uri,
        "identity": item.identity,
    }

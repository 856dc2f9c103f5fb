"""`/rest/erl/user`, `group`, `phone`, `phonegroup`: who calls from which emergency location.

Source: sipXcom REST API, "Filter ERLs by user name" and the sections after it; contract `sipxcom-admin.md`, section 7.
"""

from dataclasses import replace
from typing import Any, Final

from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import keys as phone_keys
from portsip_api.pbx.devices import phones
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions import user_directory, user_groups
from portsip_api.pbx.trunks import locations as pbx_locations
from portsip_api.pbx.trunks.locations import Location
from portsip_api.sipxcom.admin.locations import LOCATION, shown
from portsip_api.sipxcom.core import outcomes
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import OUTCOME, TEXT, Resources, require_given
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import Leaf, Many, Record
from portsip_api.sipxcom.core.styles import REST_LINE
from portsip_api.store import database

location_assignments = Resources(
    "emergency location assignments", __name__, REST_LINE, "Emergency locations of users, phones and groups"
)

_OF_PHONE: Final = replace(LOCATION, fields=(*LOCATION.fields, Leaf("serial")), title="EmergencyLocationOfPhone")
_PHONES: Final = Record(
    "phones",
    (
        Many(
            "phones",
            Record("phone", (Leaf("serial", required=True), Leaf("elin", required=True)), "PhoneToLocate"),
            bare=True,
        ),
    ),
    "PhonesToLocate",
)
_ELIN_NOTE: Final = "The body is the ELIN as plain text, or a location whose ELIN counts. One that is unknown: 400."


@location_assignments.route("/rest/erl/user/<name:user>")
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(TEXT, errors=(404,), note="Where none is assigned: 404.")
def show_location_of_user(user: str) -> str:
    """Show the ELIN of a user's emergency location."""
    return _of("user", user_directory.find(current_tenant(), user)).elin


@location_assignments.route("/rest/erl/user/<name:user>", methods=["PUT"])
@location_assignments.reads(TEXT)
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,), note=_ELIN_NOTE)
def assign_user(text: str, user: str) -> Outcome:
    """Assign a user to an emergency location."""
    elin = _elin(text)
    with database.writing():
        pbx_locations.assign(current_tenant(), "user", user_directory.find(current_tenant(), user), elin)
    return outcomes.updated(note=user)


@location_assignments.route("/rest/erl/user/<name:user>", methods=["DELETE"])
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,))
def clear_user(user: str) -> Outcome:
    """Assign a user to no emergency location."""
    pbx_locations.clear(current_tenant(), "user", user_directory.find(current_tenant(), user))
    return outcomes.deleted(note=user)


@location_assignments.route("/rest/erl/group/<name:group>")
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(LOCATION, errors=(404,), note="Where none is assigned: 404.")
def show_location_of_group(group: str) -> dict[str, Any]:
    """Show the emergency location of a user group."""
    return shown(_of("group", user_groups.find_by_name(current_tenant(), group).id))


@location_assignments.route("/rest/erl/group/<name:group>", methods=["PUT"])
@location_assignments.reads(TEXT)
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,), note=_ELIN_NOTE)
def assign_group(text: str, group: str) -> Outcome:
    """Assign a user group to an emergency location."""
    elin = _elin(text)
    with database.writing():
        pbx_locations.assign(current_tenant(), "group", user_groups.find_by_name(current_tenant(), group).id, elin)
    return outcomes.updated(note=group)


@location_assignments.route("/rest/erl/phone/<name:serial>")
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(
    _OF_PHONE,
    errors=(404,),
    note="The phone's own, else that of the first of its phone groups that has one. Where none is assigned: 404.",
)
def show_location_of_phone(serial: str) -> dict[str, Any]:
    """Show the emergency location of a phone."""
    phone = phones.show(current_tenant(), serial)
    groups = [("phonegroup", group.id) for group in phone.groups]
    location = pbx_locations.first_of(current_tenant(), [("phone", phone.id), *groups])
    if location is None:
        raise _nowhere()
    return {**shown(location), "serial": phone.serial}


@location_assignments.route("/rest/erl/phones", methods=["PUT"])
@location_assignments.reads(_PHONES)
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, note="The form of the body is ours.")
def assign_phones(given: dict[str, Any]) -> Outcome:
    """Assign phones to emergency locations, all or none."""
    elins = {phone["serial"]: phone["elin"] for phone in given.get("phones", [])}
    with database.writing():
        ids = phone_keys.by_serials(current_tenant(), elins)
        if unknown := [serial for serial in elins if serial not in ids]:
            raise Invalid({"serial": [f"No phone has the serial number {unknown[0][:64]}."]})
        pbx_locations.assign_all(current_tenant(), "phone", {ids[serial]: elin for serial, elin in elins.items()})
    return outcomes.updated()


@location_assignments.route("/rest/erl/phonegroup/<name:group>")
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(LOCATION, errors=(404,), note="Where none is assigned: 404.")
def show_location_of_phone_group(group: str) -> dict[str, Any]:
    """Show the emergency location of a phone group."""
    return shown(_of("phonegroup", phone_groups.find_by_name(current_tenant(), group).id))


@location_assignments.route("/rest/erl/phonegroup/<name:group>", methods=["PUT"])
@location_assignments.reads(TEXT)
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,), note=_ELIN_NOTE)
def assign_phone_group(text: str, group: str) -> Outcome:
    """Assign a phone group to an emergency location."""
    elin = _elin(text)
    with database.writing():
        pbx_locations.assign(
            current_tenant(), "phonegroup", phone_groups.find_by_name(current_tenant(), group).id, elin
        )
    return outcomes.updated(note=group)


@location_assignments.route("/rest/erl/phonegroup/<name:group>", methods=["DELETE"])
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,))
def clear_phone_group(group: str) -> Outcome:
    """Assign a phone group to no emergency location."""
    pbx_locations.clear(current_tenant(), "phonegroup", phone_groups.find_by_name(current_tenant(), group).id)
    return outcomes.deleted(note=group)


def _of(kind: str, key_id: int) -> Location:
    location = pbx_locations.of(current_tenant(), kind, key_id)
    if location is None:
        raise _nowhere()
    return location


def _elin(text: str) -> str:
    """Return the ELIN that a body names. Raises Invalid."""
    if text.lstrip()[:1] in {"<", "{"}:
        given = REST_LINE.read(LOCATION)
        require_given(LOCATION, given)
        return str(given["elin"])
    if not text.strip():
        raise Invalid({"elin": ["Missing."]})
    return text.strip()


def _nowhere() -> NotFound:
    return NotFound("No emergency location is assigned.")

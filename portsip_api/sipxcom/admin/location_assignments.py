"""`/rest/erl/user`, `group`, `phone`, `phonegroup`: who calls from which emergency location.

Source: sipXcom REST API, "Filter ERLs by user name" and the sections after it; contract `sipxcom-admin.md`, section 7.
"""

from dataclasses import replace
from typing import Any, Final

from portsip_api.pbx.devices import location_assignments as pbx_assignments
from portsip_api.pbx.devices import phones
from portsip_api.pbx.errors import Invalid
from portsip_api.sipxcom.admin.locations import LOCATION, shown
from portsip_api.sipxcom.core import outcomes
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import OUTCOME, TEXT, Resources, require_given
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import Leaf, Many, Record
from portsip_api.sipxcom.core.styles import REST_LINE

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
    return pbx_assignments.of(current_tenant(), "user", user).elin


@location_assignments.route("/rest/erl/user/<name:user>", methods=["PUT"])
@location_assignments.reads(TEXT)
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,), note=_ELIN_NOTE)
def assign_user(text: str, user: str) -> Outcome:
    """Assign a user to an emergency location."""
    pbx_assignments.assign(current_tenant(), "user", user, _elin(text))
    return outcomes.updated(note=user)


@location_assignments.route("/rest/erl/user/<name:user>", methods=["DELETE"])
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,))
def clear_user(user: str) -> Outcome:
    """Assign a user to no emergency location."""
    pbx_assignments.clear(current_tenant(), "user", user)
    return outcomes.deleted(note=user)


@location_assignments.route("/rest/erl/group/<name:group>")
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(LOCATION, errors=(404,), note="Where none is assigned: 404.")
def show_location_of_group(group: str) -> dict[str, Any]:
    """Show the emergency location of a user group."""
    return shown(pbx_assignments.of(current_tenant(), "group", group))


@location_assignments.route("/rest/erl/group/<name:group>", methods=["PUT"])
@location_assignments.reads(TEXT)
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,), note=_ELIN_NOTE)
def assign_group(text: str, group: str) -> Outcome:
    """Assign a user group to an emergency location."""
    pbx_assignments.assign(current_tenant(), "group", group, _elin(text))
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
    return {**shown(pbx_assignments.of_phone(current_tenant(), phone)), "serial": phone.serial}


@location_assignments.route("/rest/erl/phones", methods=["PUT"])
@location_assignments.reads(_PHONES)
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, note="The form of the body is ours.")
def assign_phones(given: dict[str, Any]) -> Outcome:
    """Assign phones to emergency locations, all or none."""
    elins = {phone["serial"]: phone["elin"] for phone in given.get("phones", [])}
    pbx_assignments.assign_phones(current_tenant(), elins)
    return outcomes.updated()


@location_assignments.route("/rest/erl/phonegroup/<name:group>")
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(LOCATION, errors=(404,), note="Where none is assigned: 404.")
def show_location_of_phone_group(group: str) -> dict[str, Any]:
    """Show the emergency location of a phone group."""
    return shown(pbx_assignments.of(current_tenant(), "phonegroup", group))


@location_assignments.route("/rest/erl/phonegroup/<name:group>", methods=["PUT"])
@location_assignments.reads(TEXT)
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,), note=_ELIN_NOTE)
def assign_phone_group(text: str, group: str) -> Outcome:
    """Assign a phone group to an emergency location."""
    pbx_assignments.assign(current_tenant(), "phonegroup", group, _elin(text))
    return outcomes.updated(note=group)


@location_assignments.route("/rest/erl/phonegroup/<name:group>", methods=["DELETE"])
@location_assignments.allowed(Access.ADMINISTRATION)
@location_assignments.answers(OUTCOME, errors=(404,))
def clear_phone_group(group: str) -> Outcome:
    """Assign a phone group to no emergency location."""
    pbx_assignments.clear(current_tenant(), "phonegroup", group)
    return outcomes.deleted(note=group)


def _elin(text: str) -> str:
    """Return the ELIN that a body names. Raises Invalid."""
    if text.lstrip()[:1] in {"<", "{"}:
        given = REST_LINE.read(LOCATION)
        require_given(LOCATION, given)
        return str(given["elin"])
    if not text.strip():
        raise Invalid({"elin": ["Missing."]})
    return text.strip()

"""`/rest/my/contact-information`: who a user is.

Source: sipXcom REST API, "View user contact information"; contract `sipxcom-user.md`, section 6.4.
"""

from typing import Any, Final

from portsip_api.pbx.people import people
from portsip_api.pbx.personal import contacts as pbx_contacts
from portsip_api.sipxcom.core.authentication import Access, current_tenant, current_user
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.profile_names import CUSTOM, ELSEWHERE
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Record
from portsip_api.sipxcom.core.styles import REST
from portsip_api.sipxcom.my import persons

contact_information = Resources("contact information", __name__, REST, "Who a user is", managed=True)

_NAMES: Final = ELSEWHERE | CUSTOM | {"firstName": "first_name", "lastName": "last_name"}
_SHOWN: Final = "Shown only."
_CONTACT: Final = Record(
    "contact-information",
    (
        *persons.fields(ignored=("imId", "branchAddress")),
        Leaf("useBranchAddress", FLAG, "The branch's address is that of the office."),
        Leaf("branchName", meaning=_SHOWN, ignored=True),
        Leaf("manager", meaning=_SHOWN, ignored=True),
        Leaf("employeeId", meaning=_SHOWN, ignored=True),
        Leaf("salutation", meaning=_SHOWN, ignored=True),
        Leaf("twiterName"),
        Leaf("twitterName", meaning="Another spelling, in a request only."),
        Leaf("linkedinName"),
        Leaf("facebookName"),
        Leaf("xingName"),
        Leaf("timestamp", WHOLE, "Always 0: nothing is taken from another directory.", ignored=True),
        persons.AVATAR,
        Leaf("enabled", FLAG, _SHOWN, ignored=True),
        Leaf("ldapManaged", FLAG, _SHOWN, ignored=True),
        Leaf("lastImportedDate", meaning=_SHOWN, ignored=True),
        Leaf("disabledDate", meaning=_SHOWN, ignored=True),
        Leaf("custom1"),
        Leaf("custom2"),
        Leaf("custom3"),
        Leaf("firstName"),
        Leaf("lastName"),
    ),
    "ContactInformation",
)


@contact_information.route("/rest/my/contact-information")
@contact_information.allowed(Access.USER)
@contact_information.answers(_CONTACT)
def show_contact_information() -> dict[str, Any]:
    """Show who one is."""
    found = pbx_contacts.show(current_tenant(), current_user())
    person = people.show(current_tenant(), current_user())
    return {
        **persons.shown(found),
        **{name: found[own] or None for name, own in _NAMES.items()},
        "imId": person.profile["im_id"],
        "useBranchAddress": found["use_branch_address"],
        "branchName": found["branch_name"] or None,
        "manager": person.profile["manager"] or None,
        "employeeId": person.profile["employee_id"] or None,
        "salutation": person.profile["salutation_id"] or "None",
        "timestamp": 0,
        "avatar": persons.avatar_of(found["number"]),
        "enabled": person.enabled,
        "ldapManaged": person.profile["ldap_managed"],
    }


@contact_information.route("/rest/my/contact-information", methods=["PUT"])
@contact_information.reads(_CONTACT)
@contact_information.allowed(Access.USER)
@contact_information.answers(NOTHING, note="What is not sent is cleared, names included.")
def replace_contact_information(given: dict[str, Any]) -> None:
    """Replace who one is."""
    if "twitterName" in given:
        given.setdefault("twiterName", given["twitterName"])
    values = persons.read(given) | {own: given[name] for name, own in _NAMES.items() if name in given}
    values["use_branch_address"] = given.get("useBranchAddress", False)
    with wire_names({**persons.WIRE_NAMES, **_NAMES}):
        pbx_contacts.replace(current_tenant(), current_user(), values)

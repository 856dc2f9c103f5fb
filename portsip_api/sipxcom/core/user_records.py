"""What a user in full is on the wire. Source: contract `sipxcom-users-rules.md`, sections 1.1 to 1.3."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from flask import request

from portsip_api.pbx.access.secret_purposes import PIN, SIP_PASSWORD, WEB_PASSWORD
from portsip_api.pbx.people.fields import NO_DATE
from portsip_api.pbx.people.people import Person
from portsip_api.pbx.personal.contacts import OF_PROFILE, full_name
from portsip_api.sipxcom.core.date_kinds import DATE
from portsip_api.sipxcom.core.errors import PREFIX
from portsip_api.sipxcom.core.profile_names import ADDRESS, DATES, FLAGS, HOME, OFFICE, TEXTS
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Field, Leaf, Many, Nested, Record

_COMPUTED: Final = "Computed; ignored in a request."
ADDRESSES: Final = HOME | OFFICE
_ADDRESS_PARTS: Final = {
    name: ADDRESS[name] for name in ("country", "street", "city", "zip", "officeDesignation", "state")
}
NAMES: Final = TEXTS | FLAGS | DATES | {"emailAddressAliasesSet": "email_aliases"}
_ORDER: Final = (
    *("userName", "authAccountName", "firstName", "lastName", "jobTitle", "jobDept", "companyName", "assistantName"),
    *("location", "homeAddress", "officeAddress", "branchAddress", "cellPhoneNumber", "homePhoneNumber"),
    *("assistantPhoneNumber", "faxNumber", "didNumber", "imId", "imDisplayName", "alternateImId", "emailAddress"),
    *("alternateEmailAddress", "emailAddressAliasesSet", "emailAddressAliases", "useBranchAddress", "branchName"),
    *("manager", "salutation", "employeeId", "twiterName", "linkedinName", "facebookName", "xingName", "timestamp"),
    *("avatar", "extAvatar", "useExtAvatar", "enabled", "ldapManaged", "lastImportedDate", "disabledDate", "custom1"),
    *("custom2", "custom3", "userId", "salutationId", "extAvatarSyncDate"),
)
_ADDRESS: Final = Record("address", tuple(map(Leaf, _ADDRESS_PARTS)), "UserAddress")
_MEANINGS: Final = {
    "salutationId": "Mr, Mrs, Miss, Ms, Dr, Prof or None.",
    "enabled": "False: the user can neither call nor log in.",
    "useBranchAddress": "True for a new user without an office; while it is, officeAddress shows the branch's.",
    "imDisplayName": "The user's name, when nothing is set.",
    "emailAddressAliases": "The same with semicolons between; used where the list is not given.",
    "authAccountName": "Kept in lower case.",
    "avatar": "The address of the picture on this server. Computed; ignored in a request.",
}


def _profile_field(name: str) -> Field:
    meaning = _MEANINGS.get(name, "")
    if name == "branchAddress":
        return Nested(name, _ADDRESS, _COMPUTED, ignored=True)
    if name in ADDRESSES:
        return Nested(name, _ADDRESS)
    if name == "emailAddressAliasesSet":
        return Many(name, Leaf("emailAddressAliasesSet"), bare=True)
    if name == "timestamp":
        return Leaf(name, WHOLE, _COMPUTED, ignored=True)
    if name in {"userName", "firstName", "lastName", "branchName", "avatar", "userId"}:
        return Leaf(name, meaning=meaning or _COMPUTED, ignored=True)
    return Leaf(
        name, FLAG if name in FLAGS or name == "enabled" else DATE if name in DATES else Leaf(name).kind, meaning
    )


_GROUP_LEAVES: Final = (
    Leaf("id", WHOLE, ignored=True),
    Leaf("name", required=True),
    Leaf("description", ignored=True),
    Leaf("weight", WHOLE, ignored=True),
    Leaf("count", WHOLE, "Null: it is not counted.", ignored=True),
)
GROUP: Final = Record("Group", _GROUP_LEAVES, "GroupOfUser")
GROUPS: Final = Record("Groups", (Many("groups", GROUP, bare=True),), "GroupsOfUser")
USER: Final = Record(
    "User",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("userName", meaning="Another name of a present user needs another pintoken."),
        Leaf("lastName"),
        Leaf("firstName"),
        Many("aliases", Leaf("alias", xml="Alias"), "Without it all aliases go.", xml="Aliases"),
        Leaf(
            "sipPassword", meaning="Null for who may not see it; null or empty in a request: as it is, or a random one."
        ),
        Leaf("pintoken", meaning="The portal password, in clear; empty for who may not see it. As sipPassword."),
        Leaf(
            "voicemailPin",
            meaning="In a reply the MD5 of userName:PIN, null for who may not see it; in a request the PIN in clear,"
            " and such a digest is as good as nothing.",
        ),
        Leaf("branchName", meaning="Empty in a request: none."),
        Nested("userProfile", Record("userProfile", tuple(map(_profile_field, _ORDER)), "UserProfile")),
        Leaf("notified", FLAG),
        Many("groups", GROUP, "By name; joined beside those that the user is in, made when missing.", xml="Groups"),
        Many(
            "permissions",
            Leaf("permission", xml="Permission"),
            "Names of those that the user has. In a request also labels; each is given, none is taken away.",
            xml="Permissions",
        ),
    ),
    "UserInFull",
)
USERS: Final = Record("Users", (Many("users", USER, bare=True),), "UsersInFull")


def shown(person: Person, *, clear: bool) -> dict[str, Any]:
    """Return a user as USER shows it, with secrets when these are `clear` to be seen."""
    return {
        "id": person.id,
        "userName": person.number,
        "lastName": person.profile["last_name"] or None,
        "firstName": person.profile["first_name"] or None,
        "aliases": person.aliases,
        "sipPassword": person.secret(SIP_PASSWORD) if clear else None,
        "pintoken": person.secret(WEB_PASSWORD) if clear else "",
        "voicemailPin": _digest(person) if clear else None,
        "branchName": person.branch,
        "userProfile": _shown_profile(person),
        "notified": person.profile["notified"],
        "groups": [vars(group) for group in person.groups] or None,
        "permissions": person.permissions,
    }


def fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a request gives, in the names of `people.writing`."""
    profile = given.get("userProfile", {})
    pin, emails = given.get("voicemailPin"), profile.get("emailAddressAliasesSet")
    if emails is None and profile.get("emailAddressAliases") is not None:
        emails = [text.strip() for text in profile["emailAddressAliases"].split(";")]
    return {
        "number": given.get("userName"),
        "first_name": _trimmed(given.get("firstName")),
        "last_name": _trimmed(given.get("lastName")),
        "sip_password": given.get("sipPassword"),
        "pin": given.get("pintoken"),
        "voicemail_pin": None if pin is not None and _is_digest(pin) else pin,
        "enabled": profile.get("enabled"),
        "aliases": given.get("aliases"),
        "branch": given.get("branchName"),
        "groups": [group["name"] for group in given.get("groups", [])],
        "permissions": given.get("permissions"),
        "profile": {
            **{own: profile.get(name) for name, own in (TEXTS | FLAGS | DATES).items()},
            **{own: _given_address(profile.get(name)) for name, own in ADDRESSES.items()},
            "email_aliases": emails,
            "notified": given.get("notified"),
        },
    }


def _shown_profile(person: Person) -> dict[str, Any]:
    profile, emails = person.profile, person.profile.get("email_aliases", [])
    addresses = {name: _shown_address(profile[own]) for name, own in ADDRESSES.items()}
    at_branch = _shown_address(person.branch_address)
    if profile["use_branch_address"]:
        addresses["officeAddress"] = at_branch
    return {
        **{wire: profile[OF_PROFILE.get(own, own)] or None for wire, own in TEXTS.items()},
        **{wire: profile[own] for wire, own in FLAGS.items()},
        **{wire: None if profile[own] == NO_DATE else profile[own] for wire, own in DATES.items()},
        **addresses,
        "userName": person.number,
        "firstName": profile["first_name"] or None,
        "lastName": profile["last_name"] or None,
        "branchAddress": at_branch,
        "imDisplayName": profile["im_display_name"] or full_name(profile) or person.number,
        "emailAddressAliasesSet": emails,
        "emailAddressAliases": ";".join(emails) or None,
        "branchName": person.branch,
        "avatar": f"{request.script_root}{PREFIX}/rest/avatar/{quote(person.number, safe='')}",
        "enabled": person.enabled,
        "userId": str(person.id),
    }


def _shown_address(address: Mapping[str, str]) -> dict[str, Any] | None:
    if not any(address.values()):
        return None
    return {name: address.get(own) or None for name, own in _ADDRESS_PARTS.items()}


def _given_address(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if given is None else {own: given[name] for name, own in _ADDRESS_PARTS.items() if name in given}


def _digest(person: Person) -> str | None:
    pin = person.secret(PIN)
    return hashlib.md5(f"{person.number}:{pin}".encode(), usedforsecurity=False).hexdigest() if pin else None


def _is_digest(pin: str) -> bool:
    return len(pin) == 32 and all(character in "0123456789abcdefABCDEF" for character in pin)


def _trimmed(text: str | None) -> str | None:
    return None if text is None else text.strip()

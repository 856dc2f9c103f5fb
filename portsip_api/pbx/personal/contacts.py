"""Who a user is: what the profile of the extension says, and more that is kept beside it.

Names, the e-mail address, phones, the company and accounts elsewhere are the profile's, which all APIs show.
Source: contract sipxcom-user.md, sections 6.3 and 6.4.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import branches, extensions
from portsip_api.pbx.extensions.drafts import prepare_change
from portsip_api.pbx.extensions.fields import EMAIL
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.personal.tables import UserContact
from portsip_api.pbx.values import Flag, Rules, Text, checked, defaults, merge
from portsip_api.store import database

_LABEL: Final = Text(255)
_PHONE: Final = Text(64)
ADDRESS: Rules = dict.fromkeys(("street", "city", "country", "state", "zip", "office_designation"), _LABEL)
# What is kept of anybody, be it a user or an entry of a phonebook, beside what a profile has.
PERSON: Rules = {
    **dict.fromkeys(("job_title", "job_dept", "assistant_name", "location"), _LABEL),
    "home_address": ADDRESS,
    "office_address": ADDRESS,
    **dict.fromkeys(("assistant_phone", "fax_number", "did_number"), _PHONE),
    **dict.fromkeys(("im_display_name", "alternate_im_id"), _LABEL),
    "alternate_email": EMAIL,
}
OWN: Rules = {
    **PERSON,
    "use_branch_address": Flag(False),
    "xing": _LABEL,
    **dict.fromkeys(("custom1", "custom2", "custom3"), _LABEL),
}
# Ours of each value that is the profile's: there.
OF_PROFILE: Final = {
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "cell_phone": "mobile_phone",
    "home_phone": "home_phone",
    "company_name": "company_name",
    "twitter": "twitter",
    "linkedin": "linkedin",
    "facebook": "facebook",
}


def show(tenant_id: int, user_id: int) -> dict[str, Any]:
    """Return all values of a user: those of OWN and OF_PROFILE, `number`, `branch_name` and `branch_address`.

    Who has not chosen a name for instant messages has first and last name; who uses the branch's address has it as
    that of the office. Raises NotFound.
    """
    extension = extensions.show(tenant_id, ExtensionKey(id=user_id))
    profile = extension.objects["profile"]
    found = merge(defaults(OWN), stored(tenant_id, user_id)) | {
        name: profile[there] for name, there in OF_PROFILE.items()
    }
    found["im_display_name"] = found["im_display_name"] or full_name(profile)
    found |= {"number": extension.number, **_branch(tenant_id, user_id)}
    if found["use_branch_address"]:
        found["office_address"] = found["branch_address"]
    return found


def replace(tenant_id: int, user_id: int, fields: Mapping[str, object]) -> None:
    """Give a user the values of `fields` (OWN and OF_PROFILE) and no others. Raises Invalid and NotFound.

    A name for instant messages that is first and last name, as they were or become, follows them. While the branch's
    address is used, what is sent of the office's is not kept.
    """
    values = merge(defaults(OWN), checked(OWN, fields))
    profile = {there: fields.get(name, "") for name, there in OF_PROFILE.items()}
    with _own_names():
        change = prepare_change({"profile": profile})
    with database.writing():
        before = extensions.show(tenant_id, ExtensionKey(id=user_id))
        names = {full_name(before.objects["profile"]), full_name(profile)}
        if values["im_display_name"] in names:
            values["im_display_name"] = ""
        if values["use_branch_address"]:
            values["office_address"] = merge(defaults(OWN), stored(tenant_id, user_id))["office_address"]
        extensions.apply(tenant_id, ExtensionKey(id=user_id), change)
        write(tenant_id, user_id, values)


def set_addresses(tenant_id: int, user_id: int, email: str | None, alternate_email: str | None) -> None:
    """Set the e-mail addresses of a user that are given, inside the caller's transaction. Raises Invalid, NotFound."""
    if email is not None:
        with _own_names():
            extensions.update(tenant_id, ExtensionKey(id=user_id), {"profile": {"email": email}})
    if alternate_email is not None:
        values = checked(OWN, {"alternate_email": alternate_email})
        write(tenant_id, user_id, stored(tenant_id, user_id) | values)


def stored(tenant_id: int, user_id: int) -> dict[str, Any]:
    """Return what is kept of a user beside the profile, of what was set; one statement."""
    row = UserContact.find(tenant_id, extension_id=user_id)
    found: dict[str, Any] = orjson.loads(row.document) if row is not None else {}
    return found


def full_name(profile: Mapping[str, Any]) -> str:
    """Return first and last name."""
    return f"{profile['first_name']} {profile['last_name']}".strip()


def compact(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are not empty."""
    found = {name: compact(value) if isinstance(value, Mapping) else value for name, value in values.items()}
    return {name: value for name, value in found.items() if value}


def write(tenant_id: int, user_id: int, values: Mapping[str, Any]) -> None:
    """Keep checked values of OWN of a user, and no others, inside the caller's transaction."""
    document = orjson.dumps(compact(values)).decode()
    if not UserContact.update(tenant_id, {"document": document}, extension_id=user_id):
        UserContact.insert(tenant_id, extension_id=user_id, document=document)


def _branch(tenant_id: int, user_id: int) -> dict[str, Any]:
    row = Extension.get(tenant_id, id=user_id)
    if row.branch_id is None:
        return {"branch_name": "", "branch_address": dict.fromkeys(ADDRESS, "")}
    branch = branches.show(tenant_id, row.branch_id)
    return {"branch_name": branch.name, "branch_address": {name: getattr(branch, name) or "" for name in ADDRESS}}


@contextmanager
def _own_names() -> Iterator[None]:
    """Name the profile's values as `replace` does in what is Invalid."""
    try:
        yield
    except Invalid as error:
        own = {f"profile.{there}": name for name, there in OF_PROFILE.items()}
        raise Invalid({own.get(name, name): texts for name, texts in error.errors.items()}) from error

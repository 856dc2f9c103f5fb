"""What a person's contact information is made of, in a user's own and in an entry of a phonebook.

Source: contract `sipxcom-user.md`, sections 6.3 and 6.4.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask import request

from portsip_api.sipxcom.core.errors import PREFIX
from portsip_api.sipxcom.core.records import Field, Leaf, Nested, Record

# The wire's name of each part, in its order: ours.
_ADDRESS_NAMES: Final = {
    "street": "street",
    "city": "city",
    "country": "country",
    "state": "state",
    "zip": "zip",
    "officeDesignation": "office_designation",
}
_BEGINNING: Final = {
    "jobTitle": "job_title",
    "jobDept": "job_dept",
    "companyName": "company_name",
    "assistantName": "assistant_name",
    "location": "location",
}
_ADDRESSES: Final = {
    "homeAddress": "home_address",
    "officeAddress": "office_address",
    "branchAddress": "branch_address",
}
_END: Final = {
    "cellPhoneNumber": "cell_phone",
    "homePhoneNumber": "home_phone",
    "assistantPhoneNumber": "assistant_phone",
    "faxNumber": "fax_number",
    "didNumber": "did_number",
    "imId": "im_id",
    "imDisplayName": "im_display_name",
    "alternateImId": "alternate_im_id",
    "emailAddress": "email",
    "alternateEmailAddress": "alternate_email",
}
NAMES: Final = {**_BEGINNING, **_ADDRESSES, **_END}
WIRE_NAMES: Final = {
    **NAMES,
    **{
        f"{name}.{part}": f"{own}.{own_part}"
        for name, own in _ADDRESSES.items()
        for part, own_part in _ADDRESS_NAMES.items()
    },
}
_ADDRESS: Final = Record("address", tuple(map(Leaf, _ADDRESS_NAMES)), "Address")
AVATAR: Final = Leaf("avatar", meaning="The address of the picture.", ignored=True)


def fields(*, ignored: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Return the fields in their order; `ignored` ones are shown only."""
    return (
        *(Leaf(name) for name in _BEGINNING),
        *(Nested(name, _ADDRESS, ignored=name in ignored) for name in _ADDRESSES),
        *(Leaf(name, ignored=name in ignored) for name in _END),
    )


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values`, by our names, by the wire's; what is empty is left out, but for addresses."""
    found: dict[str, Any] = {name: values.get(own) or None for name, own in {**_BEGINNING, **_END}.items()}
    for name, own in _ADDRESSES.items():
        address = values.get(own) or {}
        found[name] = {part: address.get(own_part) or None for part, own_part in _ADDRESS_NAMES.items()}
    return found


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was `given`, by the wire's names, by ours."""
    values = {own: given[name] for name, own in {**_BEGINNING, **_END}.items() if name in given}
    for name, own in _ADDRESSES.items():
        if name in given:
            values[own] = {
                own_part: given[name][part] for part, own_part in _ADDRESS_NAMES.items() if part in given[name]
            }
    return values


def avatar_of(number: str) -> str:
    """Return the address of a user's picture, on the host that was asked."""
    return f"{request.host_url.rstrip('/')}{request.script_root}{PREFIX}/rest/avatar/{number}"

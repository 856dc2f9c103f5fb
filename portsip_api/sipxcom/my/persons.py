"""What a person's contact information is made of, in a user's own and in an entry of a phonebook.

Source: contract `sipxcom-user.md`, sections 6.3 and 6.4.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask import request

from portsip_api.sipxcom.core.errors import PREFIX
from portsip_api.sipxcom.core.profile_names import ADDRESS, BRANCH, HOME, OFFICE, REACHED, WORK
from portsip_api.sipxcom.core.records import Field, Leaf, Nested, Record

_TEXTS: Final = WORK | REACHED
_ADDRESSES: Final = HOME | OFFICE | BRANCH
NAMES: Final = _TEXTS | _ADDRESSES
WIRE_NAMES: Final = {
    **NAMES,
    **{f"{name}.{part}": f"{own}.{own_part}" for name, own in _ADDRESSES.items() for part, own_part in ADDRESS.items()},
}
_ADDRESS: Final = Record("address", tuple(map(Leaf, ADDRESS)), "Address")
AVATAR: Final = Leaf("avatar", meaning="The address of the picture.", ignored=True)


def fields(*, ignored: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Return the fields in their order; `ignored` ones are shown only."""
    return (
        *(Leaf(name) for name in WORK),
        *(Nested(name, _ADDRESS, ignored=name in ignored) for name in _ADDRESSES),
        *(Leaf(name, ignored=name in ignored) for name in REACHED),
    )


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values`, by our names, by the wire's; what is empty is left out, but for addresses."""
    found: dict[str, Any] = {name: values.get(own) or None for name, own in _TEXTS.items()}
    for name, own in _ADDRESSES.items():
        address = values.get(own) or {}
        found[name] = {part: address.get(own_part) or None for part, own_part in ADDRESS.items()}
    return found


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was `given`, by the wire's names, by ours."""
    values = {own: given[name] for name, own in _TEXTS.items() if name in given}
    for name, own in _ADDRESSES.items():
        if name in given:
            values[own] = {own_part: given[name][part] for part, own_part in ADDRESS.items() if part in given[name]}
    return values


def avatar_of(number: str) -> str:
    """Return the address of a user's picture, on the host that was asked."""
    return f"{request.host_url.rstrip('/')}{request.script_root}{PREFIX}/rest/avatar/{number}"

"""The configuration files of phones: which files a phone asks for, and what they say.

Nothing here knows the store: whoever calls has gathered the phone, its lines and the effective settings. Whatever an
administrator or user wrote stays the value of its parameter; it can never become another one.
Source: contract, sections 5.8 and 9; the vendors' provisioning guides for the formats.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from portsip_api.pbx.devices.profiles import grandstream, polycom, snom, yealink
from portsip_api.pbx.devices.profiles.base import Profile, ProfileInput, ProfileLine, Provisioning
from portsip_api.pbx.errors import NoForm, NotFound

__all__ = [
    "Profile",
    "ProfileInput",
    "ProfileLine",
    "Provisioning",
    "as_profile",
    "has_form",
    "profile_names",
    "render",
]

# The original served XML as plain text too; a browser that is sent there runs nothing.
_MEDIA_TYPE: Final = "text/plain; charset=UTF-8"


class _Form(NamedTuple):
    names: Callable[[str, str | None], list[str]]
    text: Callable[[ProfileInput, str], str]


_FORMS: Final = {
    "grandstream": _Form(grandstream.names, grandstream.text),
    "polycom": _Form(polycom.names, polycom.text),
    "snom": _Form(snom.names, snom.text),
    "yealink": _Form(yealink.names, yealink.text),
}


def has_form(device: str) -> bool:
    """Tell whether there are files for phones of a family; those of the others are configured by hand."""
    return device in _FORMS


def profile_names(serial: str, device: str, version: str | None = None) -> list[str]:
    """Return the names of the files that a phone asks for, the one it asks for first in front.

    `device` is the model's `family` and `version` the firmware that its settings were chosen by
    (`device_models.PhoneModel`): a Polycom without one is taken for firmware before 4.0. A family that has no form has
    none.
    """
    return _FORMS[device].names(serial, version) if has_form(device) else []


def render(given: ProfileInput, name: str) -> Profile:
    """Return the file `name` of a phone; the case of the name does not matter.

    Raises NotFound, and NoForm where there is none for phones of this model.
    """
    if not has_form(given.device):
        raise NoForm("There is no form of configuration files for phones of this model: it is configured by hand.")
    for own_name in profile_names(given.serial, given.device, given.version):
        if own_name.casefold() == name.casefold():
            return as_profile(own_name, _FORMS[given.device].text(given, own_name))
    raise NotFound("The phone has no profile of this name.")


def as_profile(name: str, text: str) -> Profile:
    """Return a file of that name and text."""
    return Profile(name, _MEDIA_TYPE, text.encode())

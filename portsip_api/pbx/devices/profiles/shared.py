"""Whatever file a phone asks for: its own, those that all phones of a vendor ask for by one name, and older forms.

Polycom's phones ask for `000000000000.cfg` where they find no master file of their own, and for a contact directory,
`<address>-directory.xml` or, when there is none, `000000000000-directory.xml`. A phone that has told who it is gets
them: the master file is that of its firmware, the directory that of its tenant, behind what its first user has.
Grandstream's earlier phones and adapters ask for a file without an ending, which is not text.
Source: the vendor's UC Software administrators' guides.
"""

from typing import Final

import orjson

from portsip_api.pbx.devices.profiles import grandstream, polycom
from portsip_api.pbx.devices.profiles.base import Contact, Profile, ProfileInput
from portsip_api.pbx.devices.profiles.files import as_profile, render
from portsip_api.pbx.devices.tables import Phone, PhoneLine
from portsip_api.pbx.extensions import directory
from portsip_api.pbx.personal import private_entries, speed_dials
from portsip_api.store.paging import Slice

MOST_CONTACTS: Final = 99  # what the smallest of these phones keep
_BINARY: Final = "application/octet-stream"
_EVERYBODY: Final = "000000000000"
_DIRECTORY: Final = "-directory.xml"


def file_of(tenant_id: int, given: ProfileInput, name: str) -> Profile:
    """Return the file `name` for the phone that `inputs.of_phone` describes; the case of the name does not matter.

    Raises NotFound and NoForm.
    """
    if given.device == "polycom":
        asked = name.casefold()
        if asked == f"{_EVERYBODY}.cfg":
            return as_profile(f"{_EVERYBODY}.cfg", polycom.text_for_all(given))
        for owner in (given.serial, _EVERYBODY):
            if asked == f"{owner}{_DIRECTORY}".casefold():
                return as_profile(f"{owner}{_DIRECTORY}", polycom.directory(given, _contacts(tenant_id, given.serial)))
    if given.device == "grandstream" and name.casefold() == grandstream.binary_name(given.serial):
        return Profile(grandstream.binary_name(given.serial), _BINARY, grandstream.binary(given))
    return render(given, name)


def _contacts(tenant_id: int, serial: str) -> list[Contact]:
    """Return speed dials and entries of a phone's first user, and the first extensions of a tenant by name.

    In a constant number of statements.
    """
    own = [contact for user_id in _first_user(tenant_id, serial) for contact in _of_user(tenant_id, user_id)]
    found = directory.page(tenant_id, "NAME", Slice(0, MOST_CONTACTS))
    rows = orjson.loads(b"[" + found.text + b"]")
    others = [Contact(row["first_name"], row["last_name"], row["extension_number"]) for row in rows]
    return [*own, *others][:MOST_CONTACTS]


def _first_user(tenant_id: int, serial: str) -> list[int]:
    """Return the id of the user of the first line that is one's, if there is one."""
    lines = (
        PhoneLine.select(tenant_id, PhoneLine.extension_id)
        .join(Phone, on=Phone.id == PhoneLine.phone_id)
        .where(Phone.serial == serial, Phone.tenant_id == tenant_id, PhoneLine.extension_id.is_null(False))
        .order_by(PhoneLine.position)
        .limit(1)
    )
    return [user_id for (user_id,) in lines.tuples()]


def _of_user(tenant_id: int, user_id: int) -> list[Contact]:
    dialled = [button for button in speed_dials.buttons(tenant_id, user_id) if button.number]
    dials = [Contact("", button.label, button.number, place, button.blf) for place, button in enumerate(dialled, 1)]
    if not private_entries.is_on_phone(tenant_id, user_id):
        return dials
    entries = private_entries.everybody(tenant_id, user_id)
    return [*dials, *(Contact(entry.first_name, entry.last_name, entry.number) for entry in entries)]

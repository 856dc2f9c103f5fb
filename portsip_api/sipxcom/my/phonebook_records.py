"""What an entry of a user's phonebook is made of, on the wire and of ours.

Source: contract `sipxcom-user.md`, section 6.3.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from portsip_api.pbx.errors import Duplicate
from portsip_api.pbx.phonebooks.own import Listed
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import Leaf, Nested, Record
from portsip_api.sipxcom.my import persons

_DUPLICATE: Final = 747
_USER: Final = "-1"  # the id of a user
_NAMES: Final = {"first-name": "first_name", "last-name": "last_name", "number": "number", "internalId": "internal_id"}
_WIRE: Final = {
    **_NAMES,
    "contact-information": "contact",
    **{f"contact-information.{name}": f"contact.{own}" for name, own in persons.WIRE_NAMES.items()},
}
_CONTACT: Final = Nested(
    "contact-information", Record("contact-information", (*persons.fields(), persons.AVATAR), "PersonInformation")
)
ENTRY: Final = Record(
    "entry",
    (
        Leaf("id", meaning="-1: none of one's own; ignored in a request.", ignored=True),
        Leaf("first-name", required=True),
        Leaf("last-name", required=True),
        Leaf("number", required=True),
        Leaf("internalId", meaning="The client's own name for it; shown of a single entry."),
        Leaf("timestamp", meaning="Ignored.", ignored=True),
        _CONTACT,
    ),
    "OwnEntry",
)


def shown(entry: Listed) -> dict[str, Any]:
    """Return somebody as the wire has it."""
    contact = persons.shown(entry.contact)
    return {
        "id": _USER if entry.id is None else str(entry.id),
        "first-name": entry.first_name or None,
        "last-name": entry.last_name or None,
        "number": entry.number,
        "contact-information": contact | ({"avatar": persons.avatar_of(entry.number)} if entry.is_user else {}),
    }


def fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry that were given."""
    values = {own: given.get(name) for name, own in _NAMES.items()}
    return values | {"contact": persons.read(given.get("contact-information", {}))}


@contextmanager
def own_words() -> Iterator[None]:
    """Name fields as the wire does, and answer 747 where such an entry is there already, as the page says."""
    try:
        with wire_names(_WIRE):
            yield
    except Duplicate as error:
        raise PageStatus(_DUPLICATE, str(error)) from error

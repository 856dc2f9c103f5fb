"""What names a phone."""

import re
from collections.abc import Iterable
from typing import Final

from portsip_api.pbx.devices.tables import Phone
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.row_ids import row_id
from portsip_api.store.dialect import one_of
from portsip_api.store.search import lower

_SEPARATORS: Final = re.compile(r"[:.\- ]")


def clean_serial(text: str) -> str:
    """Return a serial number as it is stored: in lower case, without what separates the bytes of a MAC address."""
    return lower(_SEPARATORS.sub("", text))


def is_serial(tenant_id: int, text: str) -> bool:
    """Tell whether `text` is the serial number of a phone, however it is written."""
    return Phone.has(tenant_id, serial=clean_serial(text))


def phone_id(tenant_id: int, key: int | str) -> int:
    """Return the id of the phone that `key` names: an id, or a text that is an id in digits or a serial number.

    Digits that are no phone's id may be a serial number too. Raises NotFound. Source: contract, section 6.3.
    """
    id_ = row_id(key)
    query = Phone.select(tenant_id, Phone.id).where(Phone.id == id_)
    if isinstance(key, str):  # two queries in one, so that each has an index of its own
        query = query.union_all(Phone.select(tenant_id, Phone.id).where(Phone.serial == clean_serial(key)))
    found = {row[0] for row in query.tuples()}
    if not found:
        raise NotFound(Phone.missing)
    return id_ if id_ is not None and id_ in found else int(found.pop())


def by_serials(tenant_id: int, serials: Iterable[str]) -> dict[str, int]:
    """Return the ids of phones by their serial numbers, as these are given; one that no phone has is left out."""
    given = {serial: clean_serial(serial) for serial in serials}
    rows = Phone.select(tenant_id, Phone.serial, Phone.id).where(Phone.serial.in_(one_of(given.values())))
    known = dict(rows.tuples())
    return {serial: known[clean] for serial, clean in given.items() if clean in known}

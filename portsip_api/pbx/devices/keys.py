"""What names a phone."""

import json
import re
from collections.abc import Iterable
from typing import Final

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.row_ids import row_id
from portsip_api.store import database

_SEPARATORS: Final = re.compile(r"[:.\- ]")


def clean_serial(text: str) -> str:
    """Return a serial number as it is stored: in lower case, without what separates the bytes of a MAC address."""
    return _SEPARATORS.sub("", text).lower()


def is_serial(tenant_id: int, text: str) -> bool:
    """Tell whether `text` is the serial number of a phone, however it is written."""
    row = database.fetch_row("SELECT 1 FROM phone WHERE tenant_id = ? AND serial = ?", (tenant_id, clean_serial(text)))
    return row is not None


def phone_id(tenant_id: int, key: int | str) -> int:
    """Return the id of the phone that `key` names: an id, or a text that is an id in digits or a serial number.

    Digits that are no phone's id may be a serial number too. Raises NotFound. Source: contract, section 6.3.
    """
    id_ = row_id(key)
    serial = clean_serial(key) if isinstance(key, str) else None
    row = database.fetch_row(
        # Two statements in one, so that each has an index of its own.
        "SELECT id FROM (SELECT id, 1 AS place FROM phone WHERE tenant_id = :tenant AND id = :id"
        " UNION ALL SELECT id, 2 FROM phone WHERE tenant_id = :tenant AND serial = :serial) ORDER BY place LIMIT 1",
        {"tenant": tenant_id, "id": id_, "serial": serial},
    )
    if row is None:
        raise NotFound("There is no such phone.")
    return int(row[0])


def by_serials(tenant_id: int, serials: Iterable[str]) -> dict[str, int]:
    """Return the ids of phones by their serial numbers, as these are given; one that no phone has is left out."""
    given = {serial: clean_serial(serial) for serial in serials}
    known = dict(
        database.fetch_all(
            "SELECT p.serial, p.id FROM json_each(?) AS j CROSS JOIN phone AS p ON p.serial = j.value"
            " WHERE p.tenant_id = ?",
            (json.dumps(list(given.values())), tenant_id),
        )
    )
    return {serial: known[clean] for serial, clean in given.items() if clean in known}

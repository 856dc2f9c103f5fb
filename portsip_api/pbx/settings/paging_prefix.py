"""What is dialled before the number of a page group: a setting of the service, which the groups follow.

It lies below both: a group is made under it, and the service's settings put it before the number of every group.
Source: contract, section 6.5.
"""

from typing import Final

import peewee

from portsip_api.pbx.errors import Duplicate, Invalid
from portsip_api.pbx.settings.definitions import definitions
from portsip_api.pbx.values import Text
from portsip_api.store import database

PREFIX: Final = "page-config/prefix"  # the setting of the service
_PREFIX: Final = Text(8, pattern=r"[0-9A-Za-z*#+]*", meaning="made of digits, letters, *, # and +")


def prefix(tenant_id: int) -> str:
    """Return the prefix of a tenant."""
    row = database.fetch_row(
        "SELECT value FROM setting_value WHERE tenant_id = ? AND owner = 'service:pagegroups' AND path = ?",
        (tenant_id, PREFIX),
    )
    return row[0] if row else definitions("pagegroups").get(PREFIX).default or ""


def follow_prefix(tenant_id: int) -> None:
    """Put the prefix that is set before the number of every page group.

    It is called in the transaction that sets it. Raises Invalid and Duplicate (a number is taken).
    """
    with database.writing():
        new_prefix = prefix(tenant_id)
        try:
            _PREFIX.check(new_prefix)
        except ValueError as error:
            raise Invalid({PREFIX: [str(error)]}) from error
        try:
            # Through numbers that cannot be dialled: a new one may be another group's old one.
            for new in ("' ' || id", "? || number"):
                values = (new_prefix, tenant_id) if "?" in new else (tenant_id,)
                database.execute(f"UPDATE page_group SET dialled = {new} WHERE tenant_id = ?", values)
        except peewee.IntegrityError as error:
            raise number_taken() from error


def number_taken() -> Duplicate:
    """Return the error of a number that something else in the tenant has."""
    return Duplicate("Another object of this tenant has this number.", "number")

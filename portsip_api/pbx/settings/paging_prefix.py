"""What is dialled before the number of a page group: a setting of the service, which the groups follow.

It lies below both: a group is made under it, and the service's settings put it before the number of every group.
Source: contract, section 6.5.
"""

from typing import Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.settings import paging_prefix_sql
from portsip_api.pbx.settings.definitions import definitions
from portsip_api.pbx.settings.tables import SettingValue
from portsip_api.pbx.uniqueness import refusing
from portsip_api.pbx.values import Text
from portsip_api.store import database

PREFIX: Final = "page-config/prefix"  # the setting of the service
_PREFIX: Final = Text(8, pattern=r"[0-9A-Za-z*#+]*", meaning="made of digits, letters, *, # and +")


def prefix(tenant_id: int) -> str:
    """Return the prefix of a tenant."""
    row = SettingValue.find(tenant_id, owner="service:pagegroups", path=PREFIX)
    return (definitions("pagegroups").get(PREFIX).default if row is None else row.value) or ""


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
        with refusing({DIALLED: taken("number")}):
            paging_prefix_sql.put_before_numbers(tenant_id, new_prefix)

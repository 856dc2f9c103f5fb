"""Whom callers find at an attendant by the keys that spell a name, the last or the first of it to begin with.

Found are those who have the permission "Attendant Directory", which nobody has who is not given it, and are enabled.
Source: ours; the permission: contract sipxcom-admin.md, section 5.5.
"""

from typing import Final

from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.features import spelled_names_sql
from portsip_api.pbx.features.spelled_names_sql import BY_FIRST, BY_LAST

MOST: Final = 48  # names that are told of; who means another one spells more of it
LISTED: Final = "AutoAttendant"


def find(tenant_id: int, keys: str) -> list[str]:
    """Return the numbers of those whose name the keys begin to spell, at most `MOST`, those by last names first; two
    statements.
    """
    found: dict[str, None] = {}
    for column in (BY_LAST, BY_FIRST):
        found |= dict.fromkeys(spelled_names_sql.find(tenant_id, column, keys, LISTED, MOST))
    return list(found)[:MOST]


def is_listed(tenant_id: int, number: str) -> bool:
    """Tell whether a number is that of an extension that may be found; two statements."""
    row = Extension.find(tenant_id, number=number, enabled=True)
    return row is not None and permission_values.has(tenant_id, row.id, LISTED)

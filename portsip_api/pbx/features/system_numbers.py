"""The numbers of a tenant at which no person answers: groups, queues, attendants, orbits and whatever else has one.

Source: contract `portsip-more.md`, section 3, `system_extensions`.
"""

from dataclasses import dataclass

from portsip_api.pbx.features import system_numbers_sql
from portsip_api.store.paging import Page, Slice


@dataclass(frozen=True)
class SystemNumber:
    """A number, the kind of object that answers it and its name; `is_reachable` tells of a group that somebody is."""

    number: str
    kind: str
    name: str
    is_reachable: bool


def page(tenant_id: int, part: Slice) -> Page:
    """Return such numbers in their order, in two statements whatever the tenant has."""
    rows = system_numbers_sql.page(tenant_id, part.limit, part.offset, descending=part.descending)
    found = [SystemNumber(number, kind, name, bool(reachable)) for number, kind, name, reachable in rows]
    return Page(found, system_numbers_sql.count(tenant_id))

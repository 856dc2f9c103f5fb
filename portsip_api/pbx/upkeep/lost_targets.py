"""Forwards, call sequences and hunt groups that lead nowhere: what they pointed at is gone, or was never there."""

from collections.abc import Iterator
from typing import Final

from portsip_api.pbx.upkeep import lost_targets_sql

MOST_NAMED: Final = 20
_OWNERS: Final = {
    "forward_rules": "forward_rules.{} of the extension {}",
    "call_sequence": "ring {} of the call sequence of the extension {}",
    "hunt_group": "{} of the hunt group {}",
}


def find_lost() -> Iterator[str]:
    """Yield a sentence for each of the first `MOST_NAMED` places that lead nowhere, and one for how many there are."""
    for tenant, owner, number, place, awaited, former in lost_targets_sql.lost(MOST_NAMED):
        where = _OWNERS[owner].format(int(place) + 1 if owner == "call_sequence" else place, number)
        why = f"led to {former}, which is gone" if awaited is None else f"names {awaited}, which nothing has"
        yield f"Tenant {tenant}: {where} {why}."
    more = lost_targets_sql.count() - MOST_NAMED
    if more > 0:
        yield f"{more} more places lead nowhere."

"""Forwards, call sequences, hunt groups, call queues, attendants, keys and speed dials that lead nowhere.

What they pointed at is gone, or was never there, or what they name cannot be dialled.
"""

from collections.abc import Iterator
from typing import Final

import orjson

from portsip_api.pbx.features import attendant_menus
from portsip_api.pbx.numbers.outside import is_number
from portsip_api.pbx.upkeep import lost_targets_sql

MOST_NAMED: Final = 20
_OWNERS: Final = {
    "forward_rules": "forward_rules.{} of the extension {}",
    "call_sequence": "ring {} of the call sequence of the extension {}",
    "speed_dial": "speed dial {} of the extension {}",
    "personal_attendant": "the key {} of the personal attendant of the extension {}",
    "hunt_group": "{} of the hunt group {}",
    "call_queue": "{} of the call queue {}",
    "ring_group": "{} of the ring group {}",
    "attendant": "{} of the attendant {}",
}
_COUNTED: Final = {"call_sequence", "speed_dial"}  # whose places are counted from zero


def find_lost() -> Iterator[str]:
    """Yield a sentence for each of the first `MOST_NAMED` places that lead nowhere, and one for how many there are.

    After them the same of places whose text cannot be dialled.
    """
    for tenant, owner, number, place, awaited, former in lost_targets_sql.lost(MOST_NAMED):
        why = f"led to {former}, which is gone" if awaited is None else f"names {awaited}, which nothing has"
        yield f"Tenant {tenant}: {_place(owner, number, place)} {why}."
    yield from _more(lost_targets_sql.count() - MOST_NAMED)
    undialable = list(_undialable())
    for tenant, owner, number, place in undialable[:MOST_NAMED]:
        yield f"Tenant {tenant}: {_place(owner, number, place)} is no number that can be dialled."
    yield from _more(len(undialable) - MOST_NAMED)


def _more(number: int) -> Iterator[str]:
    if number > 0:
        yield f"{number} more places lead nowhere."


def _place(owner: str, number: str, place: str) -> str:
    return _OWNERS[owner].format(int(place) + 1 if owner in _COUNTED else place, number)


def _undialable() -> Iterator[tuple[str, str, str, str]]:
    """Yield tenant, owner, its number and the place."""
    for tenant, domain, owner, number, place, text in lost_targets_sql.texts():
        named = _READERS[owner](text) if owner in _READERS else [(place, text)]
        for at, written in named:
            if not is_number(written.removeprefix("sip:").removesuffix(f"@{domain}")):
                yield tenant, owner, number, at


def _of_rules(document: str) -> Iterator[tuple[str, str]]:
    for state, values in orjson.loads(document).items():
        for name, action in values.items():
            if action == "CONNECT_TO_NUMBER" and (text := values.get(f"{name}_value")):
                yield f"{state}.{name}_value", text


_READERS: Final = {"forward_rules": _of_rules, "attendant": attendant_menus.numbers_in}

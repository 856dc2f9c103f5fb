"""What points at a number of the tenant, by the number's id: it follows a change of the number, which costs nothing.

What was pointed at and is gone leaves its place empty, whoever gets the number next; a number that nothing has yet is
awaited, and the first object of its kind that gets it is pointed at. Text is kept for numbers outside the PBX only.
Source: contract `portsip-more.md`, row 22; the house's decision 9.
"""

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from peewee import JOIN, fn

from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.tables import DialledNumber
from portsip_api.pbx.numbers import numbers_sql, outside_rows
from portsip_api.pbx.numbers.outside import cleaned, is_number, refusal
from portsip_api.pbx.numbers.tables import Reference
from portsip_api.store.dialect import one_of
from portsip_api.store.search import lower

FORWARD_RULES: Final = "forward_rules"
CALL_SEQUENCE: Final = "call_sequence"
HUNT_GROUP: Final = "hunt_group"
ATTENDANT: Final = "attendant"
CALL_QUEUE: Final = "call_queue"
RING_GROUP: Final = "ring_group"
SPEED_DIAL: Final = "speed_dial"
PERSONAL_ATTENDANT: Final = "personal_attendant"
ANY: Final = ""  # the kind of a place that may point at whatever answers a number
_ADDRESS: Final = re.compile(r"(?P<scheme>sips?:)?(?P<number>[^@]*)(?:@(?P<domain>.*))?", re.DOTALL | re.IGNORECASE)


class Place(NamedTuple):
    """A place that can point: in what (one of the constants above), whose (an id), and where in it."""

    owner: str
    owner_id: int
    name: str


def fits(kind: str, found: str) -> bool:
    """Tell whether a place for objects of `kind` may point at one of the kind `found`."""
    return kind in {ANY, found} or (kind == "RING_GROUP" and found == "HUNT_GROUP")


class Named(NamedTuple):
    """What a text names: the `number`, as it is dialled, the `form` of its address, and what answers it here, if
    something does: the id of the number, and the kind of the object.
    """

    number: str
    form: str
    target_id: int | None
    kind: str


def named(tenant_id: int, text: str) -> Named:
    """Return what a number as people write it, or an address of the tenant's domain, names.

    Punctuation does not count, unless a number of the tenant has it.
    """
    number, form = _plain(tenant_id, text)
    for candidate in dict.fromkeys((number, cleaned(number))):
        found = numbers_sql.find(tenant_id, candidate)
        if found is not None:
            return Named(candidate, form, *found)
    return Named(cleaned(number), form, None, "")


def can_be_dialled(tenant_id: int, text: str) -> bool:
    """Tell whether `text` names a number of the tenant, whatever its characters, or one that could be outside."""
    found = named(tenant_id, text)
    return found.target_id is not None or is_number(found.number)


def point(tenant_id: int, place: Place, text: str, kind: str = ANY) -> str:
    """Let a place that points nowhere point at what `text` names, inside the caller's transaction.

    `text` is a number, or, where any kind will do, also an address. Returns what the place keeps as text: nothing, but
    for a number that the tenant lets be dialled outside and for an address in another domain, which point at nothing.
    """
    if kind == ANY:
        number, form, target_id, _ = named(tenant_id, text)
        if target_id is None and "@" in number:
            return text
        if target_id is None and refusal(number, outside_rows.load(tenant_id), None) is None:
            return number
    else:
        found = numbers_sql.find(tenant_id, text)
        number, form, target_id = text, "", found[0] if found is not None and fits(kind, found[1]) else None
    numbers_sql.insert_reference(tenant_id, *place, kind, form, target_id, None if target_id else number)
    return ""


def release(tenant_id: int, place: Place) -> None:
    """Let a place point nowhere, inside the caller's transaction."""
    numbers_sql.delete_reference(tenant_id, *place)


def release_all(tenant_id: int, owner: str, owner_id: int) -> None:
    """Let all places of an owner point nowhere, inside the caller's transaction."""
    Reference.delete(tenant_id, owner=owner, owner_id=owner_id)


def texts(tenant_id: int, owner: str, owner_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """Return, by owner's id and place, what is shown where owners of one sort point: empty for what is gone."""
    number = fn.COALESCE(DialledNumber.number, Reference.awaited, "")
    rows = list(
        Reference.select(tenant_id, Reference.owner_id, Reference.place, Reference.form, number)
        .join(DialledNumber, JOIN.LEFT_OUTER, on=DialledNumber.id == Reference.target_id)
        .where(Reference.owner == owner, Reference.owner_id.in_(one_of(owner_ids)))
        .tuples()
    )
    domain = tenants.domain_of(tenant_id) if any("@" in row[2] for row in rows) else ""
    return {(owner_id, place): _shown(form, text, domain) for owner_id, place, form, text in rows}


def _shown(form: str, number: str, domain: str) -> str:
    return f"{form.rstrip('@')}{number}{f'@{domain}' if '@' in form else ''}" if number else ""


def _plain(tenant_id: int, text: str) -> tuple[str, str]:
    """Return the number of an address in the tenant's own domain and its form; any other text as it is."""
    parts = _ADDRESS.fullmatch(text)
    if parts is None or (parts["domain"] is not None and lower(parts["domain"]) != tenants.domain_of(tenant_id)):
        return text, ""
    return parts["number"], f"{lower(parts['scheme'] or '')}{'@' if parts['domain'] is not None else ''}"

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
from portsip_api.pbx.numbers import numbers_sql
from portsip_api.pbx.numbers.outside import allowed_prefixes, is_dialable
from portsip_api.pbx.numbers.tables import Reference
from portsip_api.store.dialect import one_of

FORWARD_RULES: Final = "forward_rules"
CALL_SEQUENCE: Final = "call_sequence"
HUNT_GROUP: Final = "hunt_group"
ANY: Final = ""  # the kind of a place that may point at whatever answers a number
_ADDRESS: Final = re.compile(r"(?P<scheme>sip:)?(?P<number>[^@]*)(?:@(?P<domain>.*))?", re.DOTALL)


class Place(NamedTuple):
    """A place that can point: in what (one of the constants above), whose (an id), and where in it."""

    owner: str
    owner_id: int
    name: str


def fits(kind: str, found: str) -> bool:
    """Tell whether a place for objects of `kind` may point at one of the kind `found`."""
    return kind in {ANY, found} or (kind == "RING_GROUP" and found == "HUNT_GROUP")


def point(tenant_id: int, place: Place, text: str, kind: str = ANY) -> str:
    """Let a place that points nowhere point at what `text` names, inside the caller's transaction.

    `text` is a number, or, where any kind will do, also an address. Returns what the place keeps as text: nothing, but
    for a number that may be dialled outside or an address in another domain, which point at nothing here.
    """
    number, form = (text, "") if kind else _plain(tenant_id, text)
    found = numbers_sql.find(tenant_id, number)
    if found is None or not fits(kind, found[1]):
        if kind == ANY and ("@" in number or is_dialable(number, allowed_prefixes(tenant_id))):
            return text
        found = (None, None)
    awaited = None if found[0] else number
    numbers_sql.insert_reference(tenant_id, *place, kind, form, found[0], awaited)
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
    if parts is None or (parts["domain"] is not None and parts["domain"] != tenants.domain_of(tenant_id)):
        return text, ""
    return parts["number"], f"{parts['scheme'] or ''}{'@' if parts['domain'] is not None else ''}"

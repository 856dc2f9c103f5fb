"""Servers of conferences: the built-in one, which is this server and holds all of them, and what is noted of others.

They belong to no tenant. Source: contract `portsip-more.md`, section 3, `conference_server`.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api import settings
from portsip_api.pbx import trail
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.features.tables import ConferenceServer
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Choice, Rules, Text, Whole, checked, defaults
from portsip_api.store import database
from portsip_api.store.names import keyed, meant
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

INTERNAL: Final = "INTERNAL"
EXTERNAL: Final = "EXTERNAL"


@dataclass(frozen=True)
class Address(Text):
    """An IP address of one version, or empty."""

    longest: int = 45
    version: int = 4

    def check(self, value: object) -> str:
        """Return `value`."""
        text = super().check(value)
        try:
            if text and ipaddress.ip_address(text).version == self.version and "%" not in text:
                return text
        except ValueError:
            pass
        if text:
            raise ValueError(f"Must be an IPv{self.version} address, or empty.")
        return text


NAME: Final = Text(64, 1)
SERVER: Final[Rules] = {
    "name": NAME,
    "ipv4": Address(),
    "ipv6": Address(version=6),
    "port": Whole(1, 65_535, 5060),
    "max_rooms": Whole(0, 1_000_000, 0),  # 0: no limit
    "max_participants": Whole(0, 1_000_000, 0),  # 0: no limit
    "type": Choice((EXTERNAL, INTERNAL), EXTERNAL),
}
_MISSING: Final = "There is no such conference server."
_REFUSALS: Final[Refusals] = {
    "conference_server_name_key_key": lambda: Duplicate("Another conference server has this name.", "name"),
}


@dataclass(frozen=True)
class Server:
    """A server of conferences; `type` is INTERNAL or EXTERNAL, limits are 0 where there is none."""

    id: int
    name: str
    ipv4: str
    ipv6: str
    port: int
    max_rooms: int
    max_participants: int
    type: str


def page(part: Slice) -> Page:
    """Return servers in the order in which they were made, the built-in one before all others."""
    order = ConferenceServer.id.desc() if part.descending else ConferenceServer.id
    is_built_in = ConferenceServer.type == INTERNAL
    rows = ConferenceServer.select().order_by(is_built_in.desc(), order).limit(part.limit).offset(part.offset)
    return Page([_server(row) for row in rows], ConferenceServer.select().count())


def show(server_id: int | None, name: str = "") -> Server:
    """Return one server, by its id or its name. Raises NotFound."""
    row = ConferenceServer
    if server_id is not None:
        found = row.get_or_none(row.id == server_id)
    else:
        alike, order = meant(row, name)
        found = row.select().where(alike).order_by(*order).first()
    if found is None:
        raise NotFound(_MISSING)
    trail.about(found.id)
    return _server(found)


def create(fields: Mapping[str, object]) -> int:
    """Note another server, of SERVER's fields, of which the name is required, and return its id.

    Raises Invalid (also for one that is to be INTERNAL) and Duplicate.
    """
    values = defaults(SERVER) | _checked(fields)
    if not values["name"]:
        raise Invalid({"name": ["Missing."]})
    with database.writing(), refusing(_REFUSALS):
        row = keyed(ConferenceServer, values | {"name_key": fold(values["name"])}, is_new=True)
        server_id = int(ConferenceServer.insert(**row).execute())
    trail.about(server_id)
    return server_id


def update(server_id: int | None, name: str, fields: Mapping[str, object]) -> None:
    """Change a server; what is not sent stays. With an id, `name` renames.

    Raises NotFound, Invalid, Duplicate, and Conflict: the built-in one is what it is.
    """
    values = checked(SERVER, fields)
    if server_id is None:
        values.pop("name", None)
    with database.writing():
        found = show(server_id, name)
        changed = {field: value for field, value in values.items() if value != getattr(found, field)}
        if not changed:
            return
        if found.type == INTERNAL:
            raise Conflict("The built-in conference server cannot be changed.")
        _require_external(changed)
        row = changed | ({"name_key": fold(changed["name"])} if "name" in changed else {})
        with refusing(_REFUSALS):
            ConferenceServer.update(keyed(ConferenceServer, row, is_new=False)).where(
                ConferenceServer.id == found.id
            ).execute()


def destroy(server_id: int | None, name: str) -> None:
    """Forget a server. Raises NotFound and Conflict (the built-in one stays)."""
    with database.writing():
        found = show(server_id, name)
        if found.type == INTERNAL:
            raise Conflict("The built-in conference server cannot be removed.")
        ConferenceServer.delete().where(ConferenceServer.id == found.id).execute()


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(SERVER, fields)
    _require_external(values)
    return values


def _require_external(values: Mapping[str, Any]) -> None:
    if values.get("type") == INTERNAL:
        raise Invalid({"type": [f"Must be {EXTERNAL}: there is one built-in server."]})


def _server(row: Any) -> Server:
    found = {name: getattr(row, name) for name in SERVER}
    if row.type == INTERNAL:
        address = ipaddress.ip_address(settings.current().server_address)
        found[f"ipv{address.version}"] = str(address)
    return Server(id=row.id, **found)

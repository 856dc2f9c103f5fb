"""Sending profiles to phones.

A phone's profile is made whenever the phone fetches it, so that sending one means to note that it is to be fetched,
and, for a restart, that the switch is to restart the phone: it takes what was noted once it is attached.
Source: contract, section 6.3 (`sendProfile`).
"""

from collections.abc import Sequence

import peewee

from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices.keys import phone_id
from portsip_api.pbx.devices.lists_sql import one_of
from portsip_api.pbx.devices.tables import Phone, PhoneLine
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.row_ids import row_id
from portsip_api.store import database
from portsip_api.store.clock import clock


def send(tenant_id: int, phone_key: int | str, *, restart: bool) -> None:
    """Send its profile to one phone, named by id or serial number. Raises NotFound."""
    with database.writing():
        _note(tenant_id, Phone.id == phone_id(tenant_id, phone_key), restart=restart)


def send_many(tenant_id: int, ids: Sequence[object], *, restart: bool) -> None:
    """Send their profiles to the phones with these ids, or to none. Raises Invalid and NotFound (one is missing)."""
    if not all(isinstance(id_, int) and not isinstance(id_, bool) for id_ in ids):
        raise Invalid({"ids": ["Must be an array of ids of phones."]})
    wanted = {id_ for id_ in ids if isinstance(id_, int)}
    with database.writing():
        noted = _note(tenant_id, Phone.id.in_(one_of(id_ for id_ in wanted if row_id(id_))), restart=restart)
        if noted != len(wanted):
            raise NotFound(Phone.missing)


def send_all(tenant_id: int, *, restart: bool) -> None:
    """Send their profiles to all phones, in one statement."""
    with database.writing():
        _note(tenant_id, restart=restart)


def send_to_user(tenant_id: int, user: ExtensionKey, *, restart: bool) -> None:
    """Send their profiles to the phones with a line of one user. Raises NotFound (no such user)."""
    with database.writing():
        of_user = PhoneLine.extension_id == find_id(tenant_id, user)
        _note(tenant_id, Phone.id.in_(PhoneLine.select(tenant_id, PhoneLine.phone_id).where(of_user)), restart=restart)


def send_to_group(tenant_id: int, group_id: int, *, restart: bool) -> None:
    """Send their profiles to the phones of one group, named by id. Raises NotFound."""
    with database.writing():
        in_group = phone_groups.in_group(tenant_id, phone_groups.show(tenant_id, group_id).id)
        _note(tenant_id, in_group, restart=restart)


def _note(tenant_id: int, *where: peewee.Expression, restart: bool) -> int:
    asked = ("profile_requested_at", "restart_requested_at") if restart else ("profile_requested_at",)
    return Phone.update(tenant_id, dict.fromkeys(asked, clock.wall()), *where)

"""Whom an extension of a store of before may call: as it was then, while no dialling rule has a pattern."""

import json
from pathlib import Path
from typing import Final

from portsip_api.pbx.extensions import dialling_rights
from portsip_api.store import database
from tests.upgrade.ask import opened, unpack

OUTSIDE: Final = ("+442079460123", "0044207946", "9110", "112", "1", "+1", "+", "00", "*9", "#31#", "5551", "+4930611")


def test_whoever_could_call_whom_still_can(template: object, tmp_path: Path) -> None:
    unpack(tmp_path)
    with opened(tmp_path):
        extensions = database.fetch_all(
            "SELECT e.tenant_id, e.id, e.group_count = 0 OR EXISTS (SELECT 1 FROM membership AS m"
            " JOIN extension_group AS g ON g.id = m.group_id"
            " WHERE m.extension_id = e.id AND g.enable_external_call) FROM extension AS e"
        )
        prefixes = {row[0]: json.loads(row[1]) for row in database.fetch_all("SELECT id, allowed_prefixes FROM tenant")}
        own = set(database.fetch_all("SELECT tenant_id, number FROM dialled_number WHERE number IS NOT NULL"))
        allowed, refused = 0, 0
        for tenant_id, extension_id, has_group in extensions:
            numbers = {*OUTSIDE, *(number for tenant, number in own if tenant == tenant_id)}
            for number in numbers:
                is_outside = (tenant_id, number) not in own
                before = not is_outside or (has_group and any(map(number.startswith, prefixes[tenant_id])))
                now = dialling_rights.why_not(tenant_id, extension_id, number) is None
                assert now == (bool(before) and number != "+"), (tenant_id, extension_id, number)  # which is no number
                allowed, refused = allowed + now, refused + (not now)
        assert min(allowed, refused) > 500

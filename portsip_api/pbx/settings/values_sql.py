"""What was set, in SQL: it is asked at each look-up of a SIP engine, and with the files of each phone."""

from collections.abc import Sequence
from typing import Any

import orjson

from portsip_api.store import database
from portsip_api.store.dialect import listed


def of_owners(tenant_id: int, owners: Sequence[str]) -> list[Any]:
    """Return owner, path, text and encrypted text of all that was set on some owners."""
    return database.fetch_all(
        f"SELECT owner, path, value, secret FROM setting_value WHERE tenant_id = ? AND owner IN {listed()}",
        (tenant_id, orjson.dumps(owners).decode()),
    )

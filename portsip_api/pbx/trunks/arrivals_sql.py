"""Where a call from outside comes in, in SQL: it is asked for by every such call."""

import json
from collections.abc import Iterable
from typing import Any

from portsip_api.store import database
from portsip_api.store.dialect import json_list, listed


def gateways() -> list[Any]:
    """Return (gateway, tenant, its domain, its hosts as a JSON array) of each gateway in use, by id."""
    account = json_list("s.value")
    return database.fetch_all(
        "SELECT g.id, t.id, t.domain, g.address, g.outbound_address,"
        f" CAST((SELECT {account} FROM setting_value AS s WHERE s.tenant_id = t.id AND s.owner = 'gateway:' || g.id"
        " AND s.path IN ('itsp-account/itsp-proxy-address', 'itsp-account/itsp-registrar-address')) AS TEXT)"
        " FROM gateway AS g JOIN tenant AS t ON t.id = g.tenant_id"
        " WHERE g.enabled = 1 AND t.enabled = 1 ORDER BY g.id"
    )


def numbers(tenant_ids: Iterable[int], texts: Iterable[str], kinds: Iterable[str]) -> list[Any]:
    """Return (tenant, number) of those of any of `texts` that something of one of `kinds` answers in the tenants."""
    return database.fetch_all(
        f"SELECT tenant_id, number FROM dialled_number WHERE tenant_id IN {listed()} AND number IN {listed()}"
        f" AND kind IN {listed()}",
        (json.dumps(list(tenant_ids)), json.dumps(list(texts)), json.dumps(list(kinds))),
    )

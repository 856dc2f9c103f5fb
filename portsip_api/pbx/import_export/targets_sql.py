"""The forward rules of the extensions that an import has changed, in SQL: one statement for all of its rows."""

import json
from collections.abc import Iterable

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, elements


def forward_rules(tenant_id: int, numbers: Iterable[str]) -> dict[str, str]:
    """Return the forward rules, as JSON, by each of `numbers` that an extension has."""
    return dict(
        database.fetch_all(
            f"SELECT e.number, s.forward_rules FROM {elements('j')}"
            f" {IN_ORDER} extension AS e ON e.tenant_id = ? AND e.number = j.value"
            f" {IN_ORDER} extension_settings AS s ON s.extension_id = e.id",
            (json.dumps(list(numbers)), tenant_id),
        )
    )

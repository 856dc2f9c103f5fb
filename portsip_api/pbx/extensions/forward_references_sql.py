"""The forward rules of several extensions, in SQL: one statement for all rows of an import, and for each forward that
is followed when a rule is written.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from portsip_api.pbx.numbers.numbers_sql import of_forward_rules
from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, elements


def forward_rules(tenant_id: int, numbers: Iterable[str]) -> list[Any]:
    """Return of each of `numbers` that an extension has: it, the forward rules, and where they point; both as JSON."""
    return database.fetch_all(
        f"SELECT e.number, s.forward_rules, {of_forward_rules('e.id')} FROM {elements('j')}"
        f" {IN_ORDER} extension AS e ON e.tenant_id = ? AND e.number = j.value"
        f" {IN_ORDER} extension_settings AS s ON s.extension_id = e.id",
        (orjson.dumps(list(numbers)).decode(), tenant_id),
    )

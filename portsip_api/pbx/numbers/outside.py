"""Numbers outside the PBX: which of them a tenant lets be dialled.

Source: contract, section 4 (`allowed_prefixes`).
"""

from collections.abc import Sequence

import orjson

from portsip_api.pbx.numbers import numbers_sql


def allowed_prefixes(tenant_id: int) -> list[str]:
    """Return the beginnings of the external numbers that may be dialled in a tenant; none means internal ones only."""
    prefixes: list[str] = orjson.loads(numbers_sql.allowed_prefixes(tenant_id))
    return prefixes


def is_dialable(number: str, prefixes: Sequence[str]) -> bool:
    """Tell whether a number outside the PBX begins with one of the prefixes that a tenant allows."""
    return any(number.startswith(prefix) for prefix in prefixes)

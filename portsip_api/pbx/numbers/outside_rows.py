"""What a tenant lets be dialled outside, as it is stored."""

import orjson

from portsip_api.pbx.numbers import numbers_sql
from portsip_api.pbx.numbers.outside import Outside, Pattern


def load(tenant_id: int) -> Outside:
    """Return what a tenant lets be dialled, in one statement; nothing for one that is gone."""
    row = numbers_sql.outside(tenant_id)
    return Outside() if row is None else read(*row)


def read(allowed: str, denied: str, patterns: str) -> Outside:
    """Return it from the three texts of `numbers_sql.OUTSIDE`."""
    found = [
        Pattern(prefix, digits, kind, bool(enabled), rule)
        for prefix, digits, kind, enabled, rule in orjson.loads(patterns)
    ]
    return Outside(orjson.loads(allowed), orjson.loads(denied), found)

"""What a tenant lets be dialled outside, as it is stored."""

from typing import Any

import orjson

from portsip_api.pbx.hours.schedules import read_periods
from portsip_api.pbx.numbers import numbers_sql
from portsip_api.pbx.numbers.outside import Outside, Pattern


def load(tenant_id: int) -> Outside:
    """Return what a tenant lets be dialled, in one statement; nothing for one that is gone."""
    row = numbers_sql.outside(tenant_id)
    return Outside() if row is None else read(*row)


def read(allowed: str, denied: str, patterns: str) -> Outside:
    """Return it from the three texts of `numbers_sql.OUTSIDE`."""
    return Outside(orjson.loads(allowed), orjson.loads(denied), [_pattern(*row) for row in orjson.loads(patterns)])


def _pattern(prefix: str, digits: int, kind: str, *of_rule: Any) -> Pattern:
    enabled, rule, periods, permissions = of_rule
    held = None if periods is None else read_periods(periods)
    return Pattern(prefix, digits, kind, bool(enabled), rule, held, tuple(orjson.loads(permissions)))

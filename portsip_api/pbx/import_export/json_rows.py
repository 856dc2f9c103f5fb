"""A row of a JSON file as its values are meant: as requests that make extensions are read, whatever wrote it.

A whole number may be digits, a flag a text, a text a whole number, and a choice may stand in any case; groups are named
by texts, whole numbers or objects. Source: contract `portsip-more.md`, sections 0 and 1, row 5.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from portsip_api.pbx.extensions import group_keys
from portsip_api.pbx.extensions.fields import EXTENSION, PHONE_PROVISIONING
from portsip_api.pbx.import_export.columns import GROUPS
from portsip_api.pbx.values import Choice, Flag, Kind, Rules, Text, Whole

_RULES: Final[Rules] = {**EXTENSION, "phone_provisioning": PHONE_PROVISIONING}


def meant(fields: Mapping[str, object]) -> tuple[Mapping[str, object], dict[str, Sequence[str]]]:
    """Return the fields of a row as they are meant, and what is wrong with those that mean nothing, by their names."""
    found = _meant(_RULES, fields)
    if GROUPS not in fields:
        return found, {}
    try:
        return {**found, GROUPS: group_keys.read(fields[GROUPS])}, {}
    except ValueError as error:
        return {name: value for name, value in found.items() if name != GROUPS}, {GROUPS: [str(error)]}


def _meant(rules: Rules, values: Mapping[str, object]) -> Mapping[str, Any]:
    return {name: _value(rules.get(name), value) for name, value in values.items()}


def _value(rule: Kind | Rules | None, value: object) -> object:
    match rule:
        case Flag() | Whole() if isinstance(value, str):
            return rule.from_text(value)
        case Choice(options=options) if isinstance(value, str):
            return next((option for option in options if option.upper() == value.upper()), value)
        case Text() if type(value) is int:
            return str(value)
        case dict() if isinstance(value, dict):
            return _meant(rule, value)
    return value

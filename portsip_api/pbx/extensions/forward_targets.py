"""Forward rules: where a call goes that an extension does not answer, and the check of a target when it is written.

Source: PortSIP REST API, `forward_rules`; contract, section 4 ("Actions").
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import groups
from portsip_api.store import database

MOST_HOPS: Final = 8  # times that a call is forwarded
_DIALLABLE = re.compile(r"\+?[0-9*#]{1,32}")

# Which kind of number each action needs; the other actions need no target.
_TARGET_KINDS = {
    "CONNECT_TO_ANOTHER_EXTENSION": "EXTENSION",
    "CONNECT_TO_RING_GROUP": "RING_GROUP",
    "CONNECT_TO_VIRTUAL_RECEPTIONIST": "VIRTUAL_RECEPTIONIST",
    "CONNECT_TO_NUMBER": None,
}

_A_TARGET = {
    "EXTENSION": "an extension",
    "RING_GROUP": "a ring group or a hunt group",
    "VIRTUAL_RECEPTIONIST": "a virtual receptionist",
}

_CIRCLE = "Must not send the call in a circle."

Rules = Mapping[str, Mapping[str, Any]]


def require_targets(tenant_id: int, number: str, before: Rules, after: Rules) -> None:
    """Raise Invalid when a target that `after` writes anew does not exist or is the extension `number` itself.

    A target that stands in `before` as well is left alone, even if it is gone by now.
    """
    known = set(_targets(before))
    anew = [item for item in _targets(after) if item not in known]
    errors = {
        field: [problem] for field, action, target in anew if (problem := _problem(tenant_id, number, action, target))
    }
    if not errors:
        errors = {field: [_CIRCLE] for field, _, _ in anew if _goes_in_a_circle(tenant_id, number, after, field)}
    if errors:
        raise Invalid(errors)


def allowed_prefixes(tenant_id: int) -> list[str]:
    """Return the beginnings of the external numbers that may be dialled in a tenant; none means internal ones only."""
    row = database.fetch_row("SELECT allowed_prefixes FROM tenant WHERE id = ?", (tenant_id,))
    prefixes: list[str] = orjson.loads(row[0])
    return prefixes


def is_dialable(number: str, prefixes: Sequence[str]) -> bool:
    """Tell whether a number outside the PBX begins with one of the prefixes that a tenant allows."""
    return any(number.startswith(prefix) for prefix in prefixes)


def _targets(rules: Rules) -> Iterator[tuple[str, str, str]]:
    for state, values in rules.items():
        for name, value in values.items():
            if name.endswith("_action") and value in _TARGET_KINDS:
                yield f"forward_rules.{state}.{name}_value", value, values[f"{name}_value"]


def _problem(tenant_id: int, number: str, action: str, target: str) -> str:
    kind = _TARGET_KINDS[action]
    if kind is None:
        return _problem_of_number(tenant_id, number, target)
    if target == number and kind == "EXTENSION":
        return "Must not be the extension itself."
    kinds = {kind, "HUNT_GROUP"} if kind == "RING_GROUP" else {kind}
    return "" if _kind_of(tenant_id, target) in kinds else f"Must name {_A_TARGET[kind]} of this tenant."


def _problem_of_number(tenant_id: int, number: str, target: str) -> str:
    if not _DIALLABLE.fullmatch(target):
        return "Must be a number to dial."
    if _kind_of(tenant_id, target) is not None:
        return ""
    if not is_dialable(target, allowed_prefixes(tenant_id)):
        return "Must be a number of this tenant, or begin with a prefix that the tenant allows to be dialled."
    row = database.fetch_row("SELECT id FROM extension WHERE tenant_id = ? AND number = ?", (tenant_id, number))
    if row is not None and not groups.may_call_outside(tenant_id, row[0]):
        return "Must be a number of this tenant: none of the extension's groups allows external calls."
    return ""


def _kind_of(tenant_id: int, number: str) -> str | None:
    row = database.fetch_row("SELECT kind FROM dialled_number WHERE tenant_id = ? AND number = ?", (tenant_id, number))
    return row[0] if row else None


def _goes_in_a_circle(tenant_id: int, number: str, rules: Rules, field: str) -> bool:
    """Tell whether a call that is forwarded whatever the hour comes back to `number` while all are in one state."""
    state = field.split(".")[1]
    following = _unconditional(rules, state)
    for _ in range(MOST_HOPS):
        if following is None or following == number:
            break
        row = database.fetch_row(
            "SELECT s.forward_rules FROM extension AS e JOIN extension_settings AS s ON s.extension_id = e.id"
            " WHERE e.tenant_id = ? AND e.number = ?",
            (tenant_id, following),
        )
        following = _unconditional(orjson.loads(row[0]), state) if row else None
    return following == number


def _unconditional(rules: Rules, state: str) -> str | None:
    """Return the extension to which `state` sends every call; the state available always rings first."""
    targets = {
        (rules[state].get(f"{name}_action"), rules[state].get(f"{name}_action_value"))
        for name in ("office_hours", "outside_office_hours")
    }
    action, target = next(iter(targets))
    return str(target) if len(targets) == 1 and action == "CONNECT_TO_ANOTHER_EXTENSION" else None

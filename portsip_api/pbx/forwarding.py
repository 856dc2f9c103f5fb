"""Forward rules: where a call goes that an extension does not answer, and the check of a target when it is written.

Source: PortSIP REST API, `forward_rules`; contract, section 4 ("Actions").
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from portsip_api.pbx.errors import Invalid
from portsip_api.store import database

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
    "RING_GROUP": "a ring group",
    "VIRTUAL_RECEPTIONIST": "a virtual receptionist",
}

Rules = Mapping[str, Mapping[str, Any]]


def require_targets(tenant_id: int, number: str, before: Rules, after: Rules) -> None:
    """Raise Invalid when a target that `after` writes anew does not exist or is the extension `number` itself.

    A target that stands in `before` as well is left alone, even if it is gone by now.
    """
    known = set(_targets(before))
    errors = {
        field: [problem]
        for field, action, target in _targets(after)
        if (field, action, target) not in known and (problem := _problem(tenant_id, number, action, target))
    }
    if errors:
        raise Invalid(errors)


def _targets(rules: Rules) -> Iterator[tuple[str, str, str]]:
    for state, values in rules.items():
        for name, value in values.items():
            if name.endswith("_action") and value in _TARGET_KINDS:
                yield f"forward_rules.{state}.{name}_value", value, values[f"{name}_value"]


def _problem(tenant_id: int, number: str, action: str, target: str) -> str:
    kind = _TARGET_KINDS[action]
    if kind is None:
        return "" if _DIALLABLE.fullmatch(target) else "Must be a number to dial."
    if target == number and kind == "EXTENSION":
        return "Must not be the extension itself."
    row = database.fetch_row(
        "SELECT 1 FROM dialled_number WHERE tenant_id = ? AND number = ? AND kind = ?",
        (tenant_id, target, kind),
    )
    return "" if row else f"Must name {_A_TARGET[kind]} of this tenant."

"""Forward rules as clients spell them: an action with its target's number, or a type with its target's id.

Both stand in a reply. Of a request the spelling that says something new decides, so that a client may change either of
the two that it was shown; two that both say something new, and not the same, are refused.
Source: contract `portsip-more.md`, section 1.1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions.fields import FORWARD_RULES, TARGET
from portsip_api.pbx.features import forward_ids
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.values import Choice, Rules, leaves
from portsip_api.portsip.core.fields import Request, Ruled, RuledObject, described, schema_of

_TYPE: Final = "_fwdto_type"
_ID: Final = "_fwdto_id"
_NUMBER: Final = "CONNECT_TO_NUMBER"
_CHOICES: Final = ("_action", _TYPE)
_UNSET: Final = (0, "0")
# The states, and what the names of actions in them begin with.
_NAMES: Final = tuple(
    (state, action.removesuffix("_action"))
    for (state, action), kind in leaves(FORWARD_RULES)
    if isinstance(kind, Choice)
)
_States = Mapping[str, Mapping[str, Any]]


def shown(tenant_id: int, rules: _States) -> dict[str, dict[str, Any]]:
    """Return rules with both spellings."""
    targets = {
        (state, name): (rules[state][f"{name}_action"], rules[state].get(f"{name}_action_value", ""))
        for state, name in _NAMES
    }
    ids = forward_ids.ids(tenant_id, targets.values())
    found = {state: dict(values) for state, values in rules.items()}
    for (state, name), target in targets.items():
        by_id = target[1] if target[0] == _NUMBER else str(ids.get(target, ""))
        found[state].update({name + _TYPE: target[0], name + _ID: by_id})
    return found


def settle(tenant_id: int, given: Mapping[str, Any], before: Callable[[], _States]) -> None:
    """Turn the types and ids among the forward rules of `given` into actions and numbers, and leave nothing else.

    `before` returns the rules as they are stored; it is asked where what is sent does not say it all. Raises Invalid.
    """
    rules: Mapping[str, dict[str, Any]] = given.get("forward_rules", {})
    wanted = {
        (state, name): _Wanted(values.pop(name + _TYPE, None), values.pop(name + _ID, ""), values, name)
        for state, name in _NAMES
        if not {name + _TYPE, name + _ID}.isdisjoint(values := rules.get(state, {}))
    }
    wanted = {key: item for key, item in wanted.items() if item.type is not None or item.id}
    stored = before() if any(item.is_partial for item in wanted.values()) else {}
    asked = [item.by_id(stored.get(state, {})) for (state, _), item in wanted.items()]
    numbers = forward_ids.numbers(tenant_id, [key for key in asked if key is not None])
    errors = {
        f"forward_rules.{state}.{name}{_ID}": [problem]
        for ((state, name), item), key in zip(wanted.items(), asked, strict=True)
        if (problem := item.write(stored.get(state, {}), numbers.get(key) if key is not None else None))
    }
    if errors:
        raise Invalid(errors)


@dataclass(frozen=True)
class _Wanted:
    """A type and the text of an id that were sent, and all values of that state, among which they are to be written."""

    type: str | None
    id: str
    values: dict[str, Any]
    name: str

    @property
    def is_partial(self) -> bool:
        """Tell whether it depends on what is stored: no type was sent, or the other spelling was too."""
        names = {f"{self.name}_action", f"{self.name}_action_value"}
        return self.type is None or not names.isdisjoint(self.values)

    def action(self, stored: Mapping[str, Any]) -> str:
        """Return the action that is meant."""
        return str(self.type or self.values.get(f"{self.name}_action") or stored[f"{self.name}_action"])

    def by_id(self, stored: Mapping[str, Any]) -> tuple[str, int] | None:
        """Return the action and the id that name the target; None where no id does."""
        action = self.action(stored)
        return (action, row_id(self.id) or 0) if self.id and action in forward_ids.NAMED_BY_ID else None

    def write(self, stored: Mapping[str, Any], number: str | None) -> str:
        """Write the action and its target, unless only the other spelling says something new.

        `number` is that of the target which the id names. Returns what is wrong, or nothing.
        """
        action, value = f"{self.name}_action", f"{self.name}_action_value"
        wanted, target = self.action(stored), number
        if self.id and wanted in forward_ids.NAMED_BY_ID:
            if number is None:
                return "Must be the id of what the type names."
        elif wanted == _NUMBER and self.id:
            target = self.id
        else:  # an object without an id, such as a hunt group, is named by the other spelling alone
            target = self.values.get(value, "") if self.values.get(action, wanted) == wanted else ""
        was = stored.get(action), stored.get(value, "")
        spelled = self.values.get(action, wanted), self.values.get(value, target)
        if (wanted, target) in {spelled, was}:
            self.values.update({action: spelled[0], value: spelled[1]})
        elif spelled == was or not self.is_partial:
            self.values.update({action: wanted, value: target})
        else:
            return "Must say what the action and its value say, or only one of the two be sent."
        return ""


class _State(Request):
    """The rules of one state."""

    def load(self, data: Any, **options: Any) -> Any:
        """Return the values of `data`, checked; the value of an action that is not set, 0, is none either."""
        if isinstance(data, dict):
            unset = {name for name, value in data.items() if name.endswith(_CHOICES) and value in _UNSET}
            beside = {name + "_value" for name in unset} | {name.removesuffix(_TYPE) + _ID for name in unset}
            data = {name: value for name, value in data.items() if name not in beside}
        return super().load(data, **options)


def _state(name: str, rules: Rules) -> RuledObject:
    actions = {key.removesuffix("_action"): kind for key, kind in rules.items() if isinstance(kind, Choice)}
    more: dict[str, Ruled] = {}
    for action, kind in actions.items():
        more[action + _TYPE] = described(kind, f"The same as `{action}_action`.")
        more[action + _ID] = described(
            TARGET, f"The id of the target in the place of `{action}_action_value`; of a number to dial, the number."
        )
    base = type(f"ForwardRules{name.title()}Fields", (_State,), more)
    return RuledObject(schema_of(f"ForwardRules{name.title()}", rules, base), rules)


ForwardRules: Final[type[Request]] = type(
    "ForwardRules",
    (Request,),
    {state: _state(state, rules) for state, rules in FORWARD_RULES.items() if isinstance(rules, dict)},
)

"""Objects that a write replaces as a whole: what is not sent, or sent as None, takes its default.

Source: contract, decision 6 ("PUT on this API replaces").
"""

from collections.abc import Mapping, Sequence
from typing import Any

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.values import Rules, checked, defaults


def complete(
    rules: Rules, fields: Mapping[str, object], required: Sequence[str] = (), path: str = ""
) -> dict[str, Any]:
    """Return a value for each of `rules`. Raises Invalid, naming fields below `path`, also for what is missing."""
    given = {name: value for name, value in fields.items() if value is not None}
    missing = {f"{path}{name}": ["Missing."] for name in required if name not in given}
    if missing:
        raise Invalid(missing)
    return defaults(rules) | checked(rules, given, path)


def items(fields: Mapping[str, object], name: str, most: int) -> Sequence[Any]:
    """Return the array `name` of `fields`, empty when it is not there. Raises Invalid for more than `most` items."""
    found = fields.get(name)
    if found is None:
        return ()
    if not isinstance(found, list | tuple):
        raise Invalid({name: ["Must be an array."]})
    if len(found) > most:
        raise Invalid({name: [f"Must have at most {most} items."]})
    return found


def objects(
    fields: Mapping[str, object], name: str, most: int, rules: Rules, required: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the objects of the array `name`, each complete. Raises Invalid, naming each by its index."""
    found = []
    for index, item in enumerate(items(fields, name, most)):
        if not isinstance(item, Mapping):
            raise Invalid({f"{name}.{index}": ["Must be an object."]})
        found.append(complete(rules, item, required, f"{name}.{index}."))
    return found

"""How an extension names the groups that it belongs to: by texts, numbers, or objects as a list of groups has them.

Source: contract `portsip-more.md`, section 1, row 5.
"""

from typing import Any, Final

from marshmallow import ValidationError
from marshmallow import fields as ma

from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.values import Text
from portsip_api.portsip.core.fields import ID, Request, Ruled
from portsip_api.portsip.core.wire import WireText

_KEY: Final = Text(64, 1)


class _Reference(Request):
    id = Ruled(ID)
    group_id = Ruled(_KEY)
    group_name = Ruled(_KEY)

    keys = ("id", "group_id", "group_name")


_REFERENCE: Final = _Reference()
_MEMBERS: Final = {"id": {"type": "integer"}, "group_id": {"type": "string"}, "group_name": {"type": "string"}}


class GroupReferences(ma.Field[list[str | GroupKey]]):
    """An array of what names groups; in a query or a form also texts that are repeated or separated by commas."""

    default_error_messages = {"null": "Must not be null."}  # noqa: RUF012 — marshmallow's own form

    def __init__(self, description: str) -> None:
        """Keep the sentence for the documentation."""
        forms = [{"type": "string"}, {"type": "integer"}, {"type": "object", "properties": _MEMBERS}]
        super().__init__(metadata={"description": description, "type": "array", "items": {"anyOf": forms}})

    def _deserialize(self, value: object, *_: object, **__: object) -> list[str | GroupKey]:
        if isinstance(value, WireText):
            value = [item.strip() for item in value.split(",") if item.strip()]
        if not isinstance(value, list):
            raise ValidationError("Must be an array.")
        return [_key(item) for item in value]


def _key(item: Any) -> str | GroupKey:
    if isinstance(item, str) or type(item) is int:
        return str(item)
    if not isinstance(item, dict):
        raise ValidationError("Must hold ids, names, or objects with `id`, `group_id` or `group_name`.")
    try:
        named = _REFERENCE.load(item)
    except ValidationError:
        raise ValidationError("Its objects must have a good `id`, `group_id` or `group_name`.") from None
    if "id" in named:
        return GroupKey(id=named["id"])
    return named["group_id"] if "group_id" in named else GroupKey(name=named["group_name"])

"""How an extension names the groups that it belongs to: by texts, numbers, or objects as a list of groups has them.

Source: contract `portsip-more.md`, section 1, row 5.
"""

from typing import Final

from marshmallow import ValidationError
from marshmallow import fields as ma

from portsip_api.pbx.extensions import group_keys
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.portsip.core.wire import WireText

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
        try:
            return group_keys.read(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None

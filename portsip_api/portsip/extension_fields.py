"""What a new extension and a change of one are written with, in all the ways in which clients write them.

Source: PortSIP REST API, "Create a new extension"; contract `portsip-more.md`, section 1, rows 4 to 6.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from portsip_api.pbx.access.passwords import PASSWORD, WEB_ACCESS_PASSWORD
from portsip_api.pbx.extensions.fields import FORWARD_RULES, NUMBER, OBJECTS, OPTIONS, PHONE_PROVISIONING
from portsip_api.pbx.values import Flag
from portsip_api.portsip import forward_fields
from portsip_api.portsip.core.fields import (
    ExtensionKeyRequest,
    Request,
    Ruled,
    RuledObject,
    TenantRequest,
    described,
    schema_of,
)
from portsip_api.portsip.forward_fields import ForwardRules
from portsip_api.portsip.group_references import GroupReferences


class _RecordAll(Request):
    record_all_calls = described(Flag(False), "Sets both record flags.")


Options: Final = schema_of("Options", OPTIONS, _RecordAll)


Phone: Final = schema_of("PhoneProvisioning", PHONE_PROVISIONING)


class _Beside(TenantRequest):
    phone_provisioning = RuledObject(Phone, PHONE_PROVISIONING)
    forward_rules = RuledObject(ForwardRules, FORWARD_RULES)
    options = RuledObject(Options, OPTIONS)
    record_all_calls = described(Flag(False), "The same as `options.record_all_calls`, which decides.")
    belong_groups = GroupReferences(
        "The whole list of groups: GUIDs, ids, names without case, or objects with one of them. `DEFAULT` and "
        "`__DEFAULT__` are the default group, whatever others are called, and `SYSTEM` is ignored."
    )


# The objects whose fields are the PBX's own, and no other.
WHOLE: Final = {name: rule for name, rule in OBJECTS.items() if name not in {"forward_rules", "options"}}


class ExtensionCreate(schema_of("ExtensionFields", WHOLE, _Beside)):  # type: ignore[misc]
    """A new extension."""

    extension_number = Ruled(NUMBER, required=True)
    password = described(PASSWORD, "The SIP password.", required=True)
    web_access_password = described(
        WEB_ACCESS_PASSWORD,
        "The password of its log-in by web and API. Without one nobody logs in so until one is set.",
    )


class ExtensionChange(ExtensionKeyRequest, schema_of("ExtensionFields", WHOLE, _Beside)):  # type: ignore[misc]
    """What changes in an extension."""

    extension_number = described(NUMBER, "The key; with `id` as the key, the new number.")
    password = described(PASSWORD, "The SIP password.")
    web_access_password = described(WEB_ACCESS_PASSWORD, "Of its log-in by web and API; empty for none.")


def settle(tenant_id: int, given: dict[str, Any], before: Callable[[], Mapping[str, Mapping[str, Any]]]) -> None:
    """Turn what clients have other words for into what the PBX keeps; `before` returns the stored forward rules.

    Raises Invalid.
    """
    _settle_recording(given)
    forward_fields.settle(tenant_id, given, before)


def _settle_recording(given: dict[str, Any]) -> None:
    """Let `record_all_calls`, which is no option itself, set both record flags."""
    for values in (given, given.get("options", {})):
        if (flag := values.pop("record_all_calls", None)) is not None:
            options = given.setdefault("options", {})
            options |= {"enable_audio_record_calls": flag, "enable_video_record_calls": flag}

"""Which caller id a call may show: nobody shows the number of somebody else.

Source: contract `portsip-more.md`, row 21.
"""

from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.numbers.outside import without_punctuation
from portsip_api.pbx.trunks.tables import Gateway


def require(tenant_id: int, caller: Extension, caller_id: str, *, by_manager: bool) -> None:
    """Raise Forbidden when a call of `caller` may not show `caller_id`; an empty one shows nothing.

    It may be the extension's number or its `options.outbound_caller_id`. A manager's call may also show that of any
    extension, and that of any gateway, of the tenant. Punctuation does not count.
    """
    wanted = without_punctuation(caller_id)
    if not wanted or wanted in {without_punctuation(caller.number), caller.caller_id_key}:
        return
    if not by_manager or not (Extension.has(tenant_id, caller_id_key=wanted) or wanted in _of_gateways(tenant_id)):
        raise Forbidden("That caller id may not be shown by this call.")


def _of_gateways(tenant_id: int) -> set[str]:
    aliases = Gateway.select(tenant_id, Gateway.default_caller_alias).where(Gateway.default_caller_alias.is_null(False))
    return {without_punctuation(alias) for (alias,) in aliases.tuples()}

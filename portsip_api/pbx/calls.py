"""Placing a call for an extension: everything is checked here, and the switch places it.

Source: PortSIP REST API, "Call a certain extension"; contract, section 4.
"""

from dataclasses import dataclass
from typing import Protocol

from portsip_api.pbx import forwarding, groups, tenants
from portsip_api.pbx.errors import Conflict, Forbidden, NotFound
from portsip_api.pbx.routing import is_dialable
from portsip_api.store import database


class Switch(Protocol):
    """What the PBX asks of a SIP engine; the engines are in `switch/`."""

    def call(self, domain: str, extension: str, to: str, caller_id: str) -> str:
        """Ring `extension` and, when it answers, connect it to `to`; return the session's id.

        Raises SwitchUnavailable.
        """


@dataclass(frozen=True)
class CallRequest:
    """Who is to be connected with whom."""

    tenant_id: int
    extension: str
    to: str
    caller_id: str


def place(request: CallRequest, switch: Switch) -> str:
    """Place a call and return its session's id.

    Raises NotFound (no such extension), Conflict (it is disabled), Forbidden (none of its groups may call outside, or
    the tenant does not allow the number) and SwitchUnavailable.
    """
    row = database.fetch_row(
        "SELECT id, enabled FROM extension WHERE tenant_id = ? AND number = ?", (request.tenant_id, request.extension)
    )
    if row is None:
        raise NotFound("There is no such extension.")
    if not row[1]:
        raise Conflict("The extension is disabled and cannot call.")
    internal = database.fetch_row(
        "SELECT 1 FROM dialled_number WHERE tenant_id = ? AND number = ?", (request.tenant_id, request.to)
    )
    if internal is None:
        if not groups.may_call_outside(row[0]):
            raise Forbidden("None of the extension's groups may call external numbers.")
        if not is_dialable(request.to, forwarding.allowed_prefixes(request.tenant_id)):
            raise Forbidden("The tenant does not allow that number to be dialled.")
    return switch.call(tenants.domain_of(request.tenant_id), request.extension, request.to, request.caller_id)

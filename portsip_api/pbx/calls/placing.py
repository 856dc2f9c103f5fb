"""Placing a call for an extension: everything is checked here, and the switch places it.

Source: PortSIP REST API, "Call a certain extension"; contract, section 4.
"""

from dataclasses import dataclass
from typing import Protocol

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import caller_ids
from portsip_api.pbx.calls.conferencing import Conferencing
from portsip_api.pbx.calls.registrations import Registrar
from portsip_api.pbx.errors import Conflict, Forbidden, Invalid
from portsip_api.pbx.extensions import dialling_rights
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.numbers import references
from portsip_api.pbx.numbers.outside import is_number


class Switch(Registrar, Conferencing, Protocol):
    """What the PBX asks of a SIP engine; the engines are in `switch/`."""

    @property
    def is_attached(self) -> bool:
        """Whether there is an engine that answers calls."""

    def call(self, domain: str, extension: str, to: str, caller_id: str) -> str:
        """Ring `extension` and, when it answers, connect it to `to`; return the session's id.

        Raises SwitchUnavailable.
        """


@dataclass(frozen=True)
class CallRequest:
    """Who is to be connected with whom; `by_manager` tells that an administrator or the tenant asks for it."""

    tenant_id: int
    extension: str
    to: str
    caller_id: str
    by_manager: bool = False


def number_of(tenant_id: int, text: str) -> str:
    """Return the number that `text`, a number as people write it or a SIP address of the tenant's domain, stands for.

    Punctuation does not count, unless a number of the tenant has it. Raises Invalid.
    Source: contract `sipxcom-user.md`, section 6.1.
    """
    found = references.named(tenant_id, text)
    if found.target_id is None and not is_number(found.number):
        raise Invalid({"to": ["Must be a number to dial, or a SIP address of this domain."]})
    return found.number


def place(request: CallRequest, switch: Switch) -> str:
    """Place a call and return its session's id.

    Raises NotFound (no such extension), Conflict (it is disabled), Forbidden (it may not call the number, or show that
    caller id) and SwitchUnavailable.
    """
    caller = Extension.get(request.tenant_id, number=request.extension)
    if not caller.enabled:
        raise Conflict("The extension is disabled and cannot call.")
    why_not = dialling_rights.why_not(request.tenant_id, caller.id, request.to)
    if why_not is not None:
        raise Forbidden(_sentence(why_not.clause("the extension")))
    caller_ids.require(request.tenant_id, caller, request.caller_id, by_manager=request.by_manager)
    return switch.call(tenants.domain_of(request.tenant_id), request.extension, request.to, request.caller_id)


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."

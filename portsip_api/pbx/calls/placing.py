"""Placing a call for an extension: everything is checked here, and the switch places it.

Source: PortSIP REST API, "Call a certain extension"; contract, section 4.
"""

import re
from dataclasses import dataclass
from typing import Final, Protocol

from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.tables import DialledNumber
from portsip_api.pbx.calls.registrations import Registrar
from portsip_api.pbx.errors import Conflict, Forbidden, Invalid
from portsip_api.pbx.extensions import groups
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.numbers.outside import allowed_prefixes, is_dialable
from portsip_api.store.search import lower

_IN_WRITING: Final = str.maketrans("", "", "[](){}.-")
_NUMBER: Final = re.compile(r"\+?[0-9A-Za-z*#]{1,63}")


class Switch(Registrar, Protocol):
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


def number_of(tenant_id: int, text: str) -> str:
    """Return the number that `text`, a number as people write it or a SIP address of the tenant's domain, stands for.

    Brackets, dots and hyphens do not count, unless a number of the tenant has them. Raises Invalid.
    Source: contract `sipxcom-user.md`, section 6.1.
    """
    scheme, colon, rest = text.partition(":")
    written, at, domain = (rest if colon and lower(scheme) in {"sip", "sips"} else text).partition("@")
    is_here = not at or lower(domain) == tenants.domain_of(tenant_id)
    if is_here and _is_own(tenant_id, written):
        return written
    number = written.translate(_IN_WRITING)
    if not is_here or not _NUMBER.fullmatch(number):
        raise Invalid({"to": ["Must be a number to dial, or a SIP address of this domain."]})
    return number


def place(request: CallRequest, switch: Switch) -> str:
    """Place a call and return its session's id.

    Raises NotFound (no such extension), Conflict (it is disabled), Forbidden (none of its groups may call outside, or
    the tenant does not allow the number) and SwitchUnavailable.
    """
    caller = Extension.get(request.tenant_id, number=request.extension)
    if not caller.enabled:
        raise Conflict("The extension is disabled and cannot call.")
    if not _is_own(request.tenant_id, request.to):
        if not groups.may_call_outside(request.tenant_id, caller.id):
            raise Forbidden("None of the extension's groups may call external numbers.")
        if not is_dialable(request.to, allowed_prefixes(request.tenant_id)):
            raise Forbidden("The tenant does not allow that number to be dialled.")
    return switch.call(tenants.domain_of(request.tenant_id), request.extension, request.to, request.caller_id)


def _is_own(tenant_id: int, number: str) -> bool:
    return DialledNumber.has(tenant_id, number=number)

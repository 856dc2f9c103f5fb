"""Placing a call for an extension: everything is checked here, and the switch places it.

Source: PortSIP REST API, "Call a certain extension"; contract, section 4.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from portsip_api.pbx.access import tenant_limits, tenants
from portsip_api.pbx.calls import caller_ids, history
from portsip_api.pbx.calls.active import CallControl
from portsip_api.pbx.calls.conferencing import Conferencing
from portsip_api.pbx.calls.kept.forgetting import Keeper
from portsip_api.pbx.calls.registrations import Registrar
from portsip_api.pbx.errors import Conflict, Forbidden, Invalid
from portsip_api.pbx.extensions import dialling_rights
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.mailboxes.telling import MessageWaiting
from portsip_api.pbx.numbers import references
from portsip_api.pbx.numbers.outside import is_number
from portsip_api.pbx.trunks.states import TrunkLines

REFER, INVITE = METHODS = ("refer", "invite")
RING_SECONDS: Final = 30  # that the phone of who places a call rings, unless the request says otherwise


@dataclass(frozen=True)
class PlacedCall:
    """A call that the switch is to place: it rings `extension` and, when that answers, connects it with `to`.

    Of several numbers in `to` each is tried when the one before does not answer. `session_id` is ours, and the call
    bears it wherever it is told of; `method` is `refer`, or `invite` for a call that the switch itself stays in;
    `ring_seconds` is how long the extension rings, `may_forward` tells whether its own forwards are followed then;
    `subject` is shown to it, and `conference_pin` handed to a conference that is called.
    """

    domain: str
    extension: str
    to: tuple[str, ...]
    caller_id: str
    session_id: int
    method: str
    ring_seconds: int
    may_forward: bool
    subject: str
    conference_pin: str


class Switch(Registrar, CallControl, Conferencing, MessageWaiting, Keeper, TrunkLines, Protocol):
    """What the PBX asks of a SIP engine; the engines are in `switch/`."""

    @property
    def is_attached(self) -> bool:
        """Whether there is an engine that answers calls."""

    def call(self, call: PlacedCall) -> None:
        """Place a call. Raises SwitchUnavailable."""


@dataclass(frozen=True)
class CallRequest:
    """Who is to be connected with whom; `by_manager` tells that an administrator or the tenant asks for it.

    `then` are numbers that are tried when `to` does not answer; the rest is as in PlacedCall.
    """

    tenant_id: int
    extension: str
    to: str
    caller_id: str = ""
    by_manager: bool = False
    then: tuple[str, ...] = ()
    method: str = REFER
    ring_seconds: int = RING_SECONDS
    may_forward: bool = False
    subject: str = ""
    conference_pin: str = ""


def number_of(tenant_id: int, text: str) -> str:
    """Return the number that `text`, a number as people write it or a SIP address of the tenant's domain, stands for.

    Punctuation does not count, unless a number of the tenant has it. Raises Invalid.
    Source: contract `sipxcom-user.md`, section 6.1.
    """
    found = references.named(tenant_id, text)
    if found.target_id is None and not is_number(found.number):
        raise Invalid({"to": ["Must be a number to dial, or a SIP address of this domain."]})
    return found.number


def place(request: CallRequest, switch: Switch) -> int:
    """Place a call and return its session's id, which is below 2^53.

    Raises NotFound (no such extension), Conflict (it is disabled, or the tenant has as many calls as it may), Forbidden
    (it may not call the number, or show that caller id) and SwitchUnavailable.
    """
    caller = require_allowed(request)
    caller_ids.require(request.tenant_id, caller, request.caller_id, by_manager=request.by_manager)
    domain = tenants.domain_of(request.tenant_id)
    tenant_limits.of(request.tenant_id).require("max_concurrent_calls", lambda: len(switch.active_calls(domain)))
    session_id = history.new_session()
    call = PlacedCall(
        domain, request.extension, (request.to, *request.then), request.caller_id,
        session_id, request.method, request.ring_seconds, request.may_forward, request.subject, request.conference_pin,
    )  # fmt: skip
    switch.call(call)
    return session_id


def require_allowed(request: CallRequest) -> Extension:
    """Return the extension that is to call, which may call every number of the request.

    Raises NotFound, Conflict (it is disabled) and Forbidden.
    """
    caller = Extension.get(request.tenant_id, number=request.extension)
    if not caller.enabled:
        raise Conflict("The extension is disabled and cannot call.")
    for number in (request.to, *request.then):
        why_not = dialling_rights.why_not(request.tenant_id, caller.id, number)
        if why_not is not None:
            raise Forbidden(_sentence(why_not.clause("the extension")))
    return caller


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."

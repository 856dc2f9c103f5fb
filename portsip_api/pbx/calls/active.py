"""Active calls: what the switch connects, or tries to, at the moment; found, ended and transferred.

Source: contract `portsip-more.md`, section 2, `call_sessions`; `sipxcom-user.md`, sections 6.1, 7 and 8.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.records import Party
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.store.clock import clock


@dataclass(frozen=True)
class ActiveCall:
    """A call as the switch knows it; times are in milliseconds since 1970, `answered` is None while it rings.

    `call_id` is the switch's, `session_id` ours; `recipient` is the number that is talked to, empty while nobody is.
    """

    call_id: str
    session_id: int
    caller: Party
    callee: Party
    recipient: str
    started: int
    answered: int | None

    @property
    def seconds(self) -> int:
        """How long it has lasted, in whole seconds."""
        return self.milliseconds // 1000

    @property
    def milliseconds(self) -> int:
        """How long it has lasted."""
        return max(0, round(clock.wall() * 1000) - self.started)

    def is_of(self, number: str) -> bool:
        """Tell whether an extension with that number takes part."""
        return number in {self.caller.number, self.callee.number, self.recipient}


class CallControl(Protocol):
    """What a SIP engine tells of active calls, and does to them."""

    def active_calls(self, domain: str) -> Sequence[ActiveCall]:
        """Return every active call of a SIP domain. Raises SwitchUnavailable."""

    def hang_up(self, domain: str, call_id: str) -> None:
        """End an active call; one that has ended is no matter. Raises SwitchUnavailable."""

    def transfer(self, domain: str, call_id: str, by: str, target: str) -> None:
        """Connect whom the party `by` of a call talks to with the number `target`, and let `by` go.

        Raises SwitchUnavailable.
        """


def all_of(tenant_id: int, control: CallControl) -> list[ActiveCall]:
    """Return the active calls of a tenant, the newest first. Raises NotFound (no such tenant) and SwitchUnavailable."""
    return _find(tenant_id, control, lambda _: True)


def of_extension(tenant_id: int, extension_id: int, control: CallControl) -> list[ActiveCall]:
    """Return those in which an extension takes part. Raises NotFound and SwitchUnavailable."""
    number = Extension.get(tenant_id, id=extension_id).number
    return _find(tenant_id, control, lambda call: call.is_of(number))


def of_session(tenant_id: int, session_id: int, control: CallControl) -> ActiveCall | None:
    """Return the active call of a session, or None. Raises NotFound (no such tenant) and SwitchUnavailable."""
    return next(iter(_find(tenant_id, control, lambda call: call.session_id == session_id)), None)


def end_session(tenant_id: int, session_id: int, control: CallControl) -> None:
    """End the active call of a session. Raises NotFound and SwitchUnavailable."""
    call = of_session(tenant_id, session_id, control)
    if call is None:
        raise NotFound("There is no such session.")
    control.hang_up(tenants.domain_of(tenant_id), call.call_id)


def _find(tenant_id: int, control: CallControl, wanted: Callable[[ActiveCall], bool]) -> list[ActiveCall]:
    found = control.active_calls(tenants.domain_of(tenant_id))
    return sorted(filter(wanted, found), key=lambda call: (call.started, call.session_id), reverse=True)

"""The calls of a demonstration, which nobody hears: open ones of the history of calls, until they end."""

from collections.abc import Sequence

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.history import PastCall
from portsip_api.pbx.calls.records import CALLER_HANGUP, INTERNAL, OUTBOUND, TRANSFERRED, CallRecord, Party
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.store.clock import clock

ONLINE, ON_CALL = "ONLINE", "ON_CALL"


def under_way(tenant_id: int) -> Sequence[PastCall]:
    """Return the calls that go on, the oldest first."""
    return history.unfinished(tenant_id, _now() + 1)


def begin(tenant_id: int, caller: str, callee: str, session_id: int | None = None) -> None:
    """Let two numbers talk from now on."""
    session_id = session_id or history.new_session()
    is_inside = Extension.has(tenant_id, number=callee)
    now = _now()
    record = CallRecord(
        f"demo-{session_id}",
        INTERNAL if is_inside else OUTBOUND,
        Party(caller),
        Party(callee),
        now,
        answered=now,
        recipient=callee,
        session_id=session_id,
    )
    history.write(tenant_id, record)
    _set(tenant_id, (caller, callee), ON_CALL)


def end(tenant_id: int, call: PastCall, reason: str = CALLER_HANGUP) -> None:
    """Let a call end now."""
    record = CallRecord(
        call.call_id,
        call.direction,
        Party(call.caller),
        Party(call.callee),
        call.started,
        answered=call.answered,
        ended=max(_now(), call.started),
        end_reason=reason,
        recipient=call.recipient,
        session_id=call.session_id,
    )
    history.write(tenant_id, record)
    _set(tenant_id, (call.caller, call.callee), ONLINE)


def named(domain: str, call_id: str) -> tuple[int, PastCall] | None:
    """Return the tenant of a SIP domain and its call of that id; None when there is none that goes on."""
    tenant_id = tenants.id_of_domain(domain)
    calls = () if tenant_id is None else under_way(tenant_id)
    return next(((tenant_id or 0, call) for call in calls if call.call_id == call_id), None)


def transfer(domain: str, call_id: str, by: str, target: str) -> None:
    """Let whom `by` talks to talk to `target` from now on."""
    found = named(domain, call_id)
    if found is None:
        return
    tenant_id, call = found
    end(tenant_id, call, TRANSFERRED)
    begin(tenant_id, call.caller if by == call.callee else call.callee, target)


def _set(tenant_id: int, numbers: Sequence[str], line: str) -> None:
    Extension.update(tenant_id, {"line": line}, Extension.number.in_(numbers))


def _now() -> int:
    return round(clock.wall() * 1000)

"""Calls that a client places, watches and transfers: what has become of the one between two numbers.

Which call that is stands in the volatile file, for as long as whoever placed it wants to ask. Source: contract
`sipxcom-user.md`, section 7, callcontroller.
"""

from dataclasses import dataclass, replace

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import active, control_sql, history, placing
from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.placing import CallRequest, Switch
from portsip_api.pbx.errors import Conflict
from portsip_api.store import volatile
from portsip_api.store.clock import clock
from portsip_api.store.paging import Slice

_SLACK: int = 60_000  # milliseconds by which the clocks of an engine may be behind


@dataclass(frozen=True)
class Watched:
    """A call that was placed: how (`refer` or `invite`), when (seconds since 1970), and what it is or was by now.

    `active` and `past` are both None for one of which nothing was heard yet.
    """

    method: str
    session_id: int
    placed: float
    active: ActiveCall | None
    past: PastCall | None


def place(request: CallRequest, keep_seconds: int, switch: Switch) -> int:
    """Place a call and keep what becomes of it for `keep_seconds`; return the session's id.

    Raises what `placing.place` does, and Conflict when a call between the two is in progress.
    """
    found = show(request.tenant_id, request.extension, request.to, switch)
    if found is not None and found.active is not None:
        raise Conflict("A call between these two is in progress.")
    session_id = placing.place(request, switch)
    with volatile.writing():
        control_sql.keep(
            request.tenant_id,
            (request.extension, request.to),
            (session_id, request.method, clock.wall(), clock.boot() + keep_seconds),
        )
    return session_id


def show(tenant_id: int, calling: str, called: str, switch: Switch) -> Watched | None:
    """Return the call that was placed last between two numbers, or None. Raises SwitchUnavailable."""
    row = control_sql.find(tenant_id, (calling, called), clock.boot())
    if row is None:
        return None
    session_id, method, placed = row
    call = active.of_session(tenant_id, session_id, switch)
    past = None if call else _past(tenant_id, calling, session_id, placed)
    return Watched(method, session_id, placed, call, past)


def transfer(request: CallRequest, target: str, switch: Switch) -> None:
    """Connect the other side of the call between two numbers with `target`.

    Raises NotFound, Forbidden (the extension may not call the number), SwitchUnavailable, and Conflict when there is no
    such call.
    """
    found = show(request.tenant_id, request.extension, request.to, switch)
    if found is None or found.active is None:
        raise Conflict("There is no call between these two that could be transferred.")
    placing.require_allowed(replace(request, to=target))
    domain = tenants.domain_of(request.tenant_id)
    switch.transfer(domain, found.active.call_id, request.extension, target)


def delete_past() -> int:
    """Forget the calls that nobody wants to ask for any more, and return how many there were."""
    with volatile.writing():
        return control_sql.delete_past(clock.boot())


def _past(tenant_id: int, calling: str, session_id: int, placed: float) -> PastCall | None:
    wanted = Wanted(Times(since=round(placed * 1000) - _SLACK), caller=calling)
    rows: list[PastCall] = list(history.page(tenant_id, wanted, Slice(0, 100, descending=True)).rows)
    return next((row for row in rows if row.session_id == session_id), None)

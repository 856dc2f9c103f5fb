"""Calls that were routed and have not ended: written before an engine is told what to do with one, so that there is a
row of each in the history, whatever dies meanwhile.

They stand in the volatile file, since a call waits neither for a disk nor for whoever writes much. A process that is
killed loses nothing there; with the machine the engine's calls end as well, and those rows are the only ones lost.
"""

import logging
from collections.abc import Collection
from typing import Final, NamedTuple

from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.going_on import open_calls_sql, turns_sql
from portsip_api.pbx.calls.records import LOST, CallRecord, Party
from portsip_api.pbx.calls.tables import Call
from portsip_api.pbx.errors import PbxError
from portsip_api.store import volatile
from portsip_api.store.clock import clock

YOUNG: Final = 10_000  # milliseconds in which an engine may not list a call yet that it asks for


class Talk(NamedTuple):
    """Who called whom, and when somebody answered, in milliseconds since 1970; None where nobody is known to have."""

    caller: str
    callee: str
    answered: int | None


_log = logging.getLogger("pbx.calls")


def begin(tenant_id: int, call_id: str, direction: str, caller: Party, callee: str) -> None:
    """Write that a call begins now; one that is known stays as it is. Raises StoreUnavailable."""
    values = (call_id, tenant_id, direction, caller.number, caller.domain, callee, _now())
    with volatile.writing():
        open_calls_sql.insert(values)


def answer(call_id: str, recipient: str = "") -> None:
    """Write that a call is answered now, by an extension if it has a number; of an unknown one nothing is written."""
    with volatile.writing():
        open_calls_sql.answer(call_id, _now(), recipient)
        if recipient:
            turns_sql.answered(call_id, _now(), recipient)


def end(tenant_id: int, record: CallRecord) -> None:
    """Write the end of a call into the history, and forget it here. Raises what `history.write` does."""
    history.write(tenant_id, record)
    _forget(record.call_id)


def talk(tenant_id: int, call_id: str) -> Talk:
    """Return what is known of a call that goes on or has ended; nothing of an unknown one."""
    row = open_calls_sql.find(tenant_id, call_id)
    if row is None:
        past = Call.find(tenant_id, call_id=call_id)
        row = ("", "", None) if past is None else (past.caller, past.callee, past.answered)
    return Talk(*row)


def close_lost(known: Collection[str]) -> int:
    """Write the end of the calls that an engine has no more, by their ids, and return how many there were.

    What became of them is not known: a record of the engine's that comes later is truer.
    """
    found = [row for row in open_calls_sql.begun_before(_now() - YOUNG) if row[0] not in known]
    for call_id, tenant_id, direction, caller, domain, callee, started, answered, recipient in found:
        record = CallRecord(
            call_id, direction, Party(caller, domain=domain), Party(callee, domain=domain), started,
            answered=answered, ended=max(_now(), answered or started), end_reason=LOST, recipient=recipient,
        )  # fmt: skip
        try:
            history.write(tenant_id, record)
        except PbxError:  # the tenant is gone, and its history with it
            _log.warning("A call that was lost could not be written down.")
        _forget(call_id)
    return len(found)


def _forget(call_id: str) -> None:
    with volatile.writing():
        open_calls_sql.delete(call_id)


def _now() -> int:
    return round(clock.wall() * 1000)

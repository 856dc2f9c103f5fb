"""Calls for the tests of their history."""

from typing import Any

from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.records import CALLER_HANGUP, INTERNAL, NO_ANSWER, CallRecord, Party
from portsip_api.store import database

START = 1_700_000_000_000
TENANT = 1


def record(
    call_id: str = "c1", caller: str = "1000", callee: str = "1001", name: str = "", **fields: Any
) -> CallRecord:
    """A call that was answered after 5 seconds and lasted 65, unless the fields say otherwise."""
    started = fields.get("started", START)
    usual = {
        "direction": INTERNAL,
        "caller": Party(caller, name),
        "callee": Party(callee),
        "started": started,
        "answered": started + 5_000,
        "ended": started + 65_000,
        "end_reason": CALLER_HANGUP,
        "recipient": callee,
    }
    return CallRecord(call_id, **usual | fields)


def missed(call_id: str, caller: str = "1000", callee: str = "1001", **fields: Any) -> CallRecord:
    """A call that nobody answered."""
    return record(call_id, caller, callee, **{"answered": None, "end_reason": NO_ANSWER, "recipient": ""} | fields)


def open_call(call_id: str, **fields: Any) -> CallRecord:
    """A call that goes on."""
    return record(call_id, **{"ended": None, "end_reason": ""} | fields)


def write(*records: CallRecord, tenant: int = TENANT) -> None:
    for one in records:
        history.write(tenant, one)


def fill_calls(number: int, tenant: int = TENANT) -> None:
    """Write many calls by SQL alone, one a second from START on: for tests of size."""
    with database.writing():
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO call (tenant_id, call_id, session_id, direction, caller, callee, recipient,"
            " started, answered, ended, is_answered, end_reason) SELECT ?, 'bulk-' || i, i,"
            " CASE i % 3 WHEN 0 THEN 'INTERNAL' WHEN 1 THEN 'INBOUND' ELSE 'OUTBOUND' END,"
            " CAST(2000 + i % 500 AS TEXT), CAST(3000 + i % 700 AS TEXT), '', ? + i * 1000,"
            " CASE WHEN i % 2 THEN ? + i * 1000 + 4000 END,"
            " ? + i * 1000 + 64000, i % 2, CASE WHEN i % 2 THEN 'CALLER_HANGUP' ELSE 'NO_ANSWER' END FROM n",
            (number, tenant, START, START, START),
        )

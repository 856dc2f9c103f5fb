"""What became of a call, in the history that both APIs show: one row a call."""

import time
from typing import Any

import requests

from tests.contract.servers import wait_until
from tests.crm import ADMIN_PASSWORD
from tests.live.conftest import HOME, RECORD, Pbx

SHOWN = ("caller", "callee", "final_dest", "direction", "status", "end_reason", "fail_code", "duration")
OF_CDR = ("callee", "recipient", "termination")
# How the other API puts it that a call was answered, or was not.
ANSWERED = {"CALLER_HANGUP": "COMPLETED", "CALLEE_HANGUP": "COMPLETED", "TRANSFERRED": "TRANSFER"}
UNANSWERED = {"CANCELLED": "ABANDONED"}


def the_row(pbx: Pbx, caller: str, within: float = 20, callee: str = "", calls: int = 1, by: str | None = None) -> Any:
    """The one call of a caller in the history, waiting for it; of several to a callee the newest.

    `by` is who is to have been talked to, which is told late of a call that was transferred.
    """
    asked = {"caller": caller, "tenant_id": 1} | ({"callee": callee} if callee else {})

    def found() -> Any:
        rows = pbx.get("call_logs/list", **asked)["items"]
        return rows if len(rows) >= calls and by in {None, rows[0]["final_dest"]} else []

    rows = wait_until(found, f"a row of {caller}", within)
    assert len(rows) == calls, rows
    cdr = the_cdr(pbx, rows[0])
    if RECORD:
        time.sleep(0.5)  # the recorder keeps what was told before what is shown
    pbx.recorder.note("row", caller, {name: rows[0][name] for name in SHOWN}, {name: cdr[name] for name in OF_CDR})
    return rows[0]


def the_cdr(pbx: Pbx, row: Any) -> Any:
    """The same call as the other API shows it."""
    reply = requests.get(
        f"{pbx.server.url}/sipxconfig/api/cdrs/history", params={"from": row["caller"], "to": row["callee"]},
        auth=("superadmin", ADMIN_PASSWORD), headers={"Accept": "application/json", "Host": HOME}, timeout=30,
    )  # fmt: skip
    assert reply.status_code == 200, reply.text
    (cdr,) = [one for one in reply.json()["cdrs"] if one["callId"] == row["call_id"]]
    return cdr


def told(row: Any, *names: str) -> tuple[Any, ...]:
    """What a row says."""
    return tuple(row[name] for name in names)


def check_row(
    pbx: Pbx, caller: str, callee: str, outcome: str, by: str = "", direction: str = "INTERNAL", **how: Any
) -> Any:
    """Check and return the row of a call: who called whom, what became of it, and which number was talked to.

    An `outcome` is a reason for the end of the call. What is more is how `the_row` finds it.
    """
    row = the_row(pbx, caller, callee=callee, by=by, **how)
    is_answered = outcome in ANSWERED
    seen = told(row, "end_reason", "direction", "status")
    assert seen == (outcome, f"{direction}_CALL", "ANSWERED" if is_answered else "NONE"), (seen, outcome)
    assert is_answered or row["talk_duration"] == "0"
    termination = ANSWERED.get(outcome) or UNANSWERED.get(outcome, "FAILED")
    seen = told(the_cdr(pbx, row), *OF_CDR)
    assert seen == (callee, by or None, termination), seen
    return row
